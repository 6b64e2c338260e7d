import Foundation

/// Runs programs that end by themselves.
package enum Command {
    /// - Returns: what it wrote to standard output and error.
    /// - Throws: if it ends with another code than 0, with what it wrote, or not in time.
    @discardableResult
    package static func run(
        _ program: String, _ arguments: [String], environment: [String: String?] = [:], input: [UInt8] = [],
        timeout: Duration = Patience.usual
    ) throws -> String {
        guard let path = find(program) else { throw Trouble("\(program) is not installed") }
        let child = try Child(path, arguments, environment: environment, input: input)
        let exit = try child.awaitExit(within: timeout)
        let output = child.log
        guard exit == .code(0) else { throw Trouble("\(program) \(arguments) ended with \(exit):\n\(output)") }
        return output
    }

    /// `kcat` with these arguments, and with its own librdkafka whatever the tests run with.
    @discardableResult
    package static func kcat(_ arguments: [String], input: String = "") throws -> String {
        try run("kcat", arguments, environment: ["LD_LIBRARY_PATH": nil], input: Array(input.utf8))
    }

    /// Where a program is: as `PATH` has it, unless it is a path already.
    package static func find(_ program: String) -> String? {
        if program.contains("/") { return program }
        return (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
