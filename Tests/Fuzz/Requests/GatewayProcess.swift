import Foundation
import RealKafka

/// A gateway as a process of its own.
final class GatewayProcess: Sendable {
    let name: String
    let child: Child
    let port: UInt16

    /// Freed memory is kept for a while by a sanitizer, to be seen when it is used: little of it, so that growth is the
    /// gateway's own.
    /// - Throws: `Trouble` if it does not come to be ready.
    init(_ name: String, _ program: String, servers: String, directory: String, _ options: [String]) throws {
        self.name = name
        child = try Child(
            program,
            [
                "gateway", "--bootstrap-servers", servers, "--state-directory", "\(directory)/\(name)",
                "--gateway-address", "127.0.0.1", "--gateway-port", "0", "--http-port", "0",
            ] + options, environment: ["ASAN_OPTIONS": "quarantine_size_mb=16:malloc_context_size=12"])
        let started = try child.found(#/msg=started .*\bhttp=(\d+)/#)
        port = UInt16(started) ?? 0
    }

    /// In MiB: what lies in memory of it.
    var residentMiB: Int {
        let text = String(
            decoding: FileManager.default.contents(atPath: "/proc/\(child.pid)/status") ?? Data(), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0)
            / 1024
    }

    /// A request by itself, as any client asks.
    func ask(_ request: FuzzedRequest) throws(Fault) -> Answer {
        let connection = try ClientSocket(port: port)
        connection.send(request.bytes, pieces: 1)
        while true {
            if let answer = try connection.takeAnswer(hasBody: true) { return answer }
            guard connection.receive(within: .seconds(60)) == .data else { throw Fault("\(name) gives no answer") }
        }
    }

    /// Ends it as an operator does.
    /// - Throws: what it has left behind that should not be.
    func stop() throws {
        child.send(SIGTERM)
        let exit = try child.awaitExit()
        guard exit == .code(0) else { throw Fault("\(name) has ended with \(exit):\n\(child.log.suffix(8000))") }
        let log = child.log
        for word in ["Sanitizer", "Fatal error", "msg=\"a request could not be answered\""] where log.contains(word) {
            let lines = log.split(separator: "\n").drop { !$0.contains(word) }.prefix(60)
            throw Fault("\(name) says:\n\(lines.joined(separator: "\n"))")
        }
    }
}

extension Child {
    /// What a pattern finds in its log, as soon as it is there.
    func found(_ pattern: Regex<(Substring, Substring)>) throws -> String {
        var found: String?
        try wait(for: "it to say where it is") { log in
            found = log.firstMatch(of: pattern).map { String($0.1) }
            return found != nil
        }
        return found ?? ""
    }
}
