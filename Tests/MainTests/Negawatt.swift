import Foundation
import RealKafka

/// The real executable, as a user has it.
enum Negawatt {
    /// Runs a command that ends by itself.
    static func run(
        _ arguments: [String], environment: [String: String?] = [:], within time: Duration = Patience.usual
    ) throws -> (code: Int32?, output: String) {
        let child = try Child("negawatt", arguments, environment: environment)
        let exit = try child.awaitExit(within: time)
        guard case .code(let code) = exit else { return (nil, child.log) }
        return (code, child.log)
    }

    /// The same, where it has to succeed.
    static func succeed(_ arguments: [String]) throws -> String {
        let (code, output) = try run(arguments)
        guard code == 0 else { throw Trouble("negawatt \(arguments) ended with \(code ?? -1):\n\(output)") }
        return output
    }
}

/// A daemon that a test has started, on a free port.
struct RunningDaemon {
    let context: String
    let child: Child
    let directory: String

    /// Returns at once: it may have to wait for Kafka.
    init(
        _ context: String, _ servers: String, _ directory: String, _ options: [String] = [],
        environment: [String: String?] = [:]
    ) throws {
        self.context = context
        self.directory = directory
        child = try Child(
            "negawatt",
            [
                context, "--bootstrap-servers", servers, "--state-directory", directory, "--http-port", "0",
                "--http-address", "127.0.0.1",
            ] + options, environment: environment)
    }

    /// As its log says it, in either format.
    func port() throws -> String {
        var port: Substring?
        try child.wait(for: "its port") { log in
            port = log.firstMatch(of: /[ "]http"?[=:](\d+)/)?.output.1
            return port != nil
        }
        return String(port ?? "")
    }

    func health(_ path: String = "/readyz") throws -> (code: Int32?, output: String) {
        try Negawatt.run(["health", "--http-port", port(), "--path", path])
    }

    func awaitReady(within time: Duration = Patience.usual) throws {
        try eventually("\(context) to be ready", within: time, log: child.log) { try health().code == 0 }
    }

    /// SIGTERM.
    func stop() throws -> (exit: Child.Exit, time: Duration) {
        let start = ContinuousClock.now
        child.send(SIGTERM)
        let exit = try child.awaitExit(within: Patience.promised)
        return (exit, .now - start)
    }
}

extension String {
    func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
