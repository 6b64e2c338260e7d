import Contracts
import Glibc
import RealKafka
import Synchronization
import Telemetry
import TelemetryTesting
import Testing
import Threads
import Workers

@testable import Daemon

/// A daemon in this process.
final class Running: Sendable {
    let daemon: Daemon
    let log: MemoryLog
    private let thread: Thread
    private let state: State

    private final class State: Sendable {
        let port = Mutex<UInt16?>(nil)
        /// Empty when it ended well.
        let end = Mutex<String?>(nil)
    }

    /// - Parameter hearing: gets each message as it is logged, on the thread that logs it.
    init<Here: Place>(
        _ place: Here.Type, on bootstrapServers: String, directory: String, isEmbedded: Bool = false,
        change: (inout LoopSettings) -> Void = { _ in }, hearing: @escaping @Sendable (StaticString) -> Void = { _ in }
    ) {
        var loop = LoopSettings(
            context: Here.context, bootstrapServers: bootstrapServers,
            properties: ["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"], isStatic: false,
            commitInterval: .milliseconds(20))
        change(&loop)
        let settings = DaemonSettings(
            loop: loop, stateDirectory: directory, httpAddress: "127.0.0.1", httpPort: 0, cacheMiB: 8,
            isEmbedded: isEmbedded)
        let log = MemoryLog()
        let daemon = Daemon(Toy<Here>(), settings, log: Logger(level: .info, sink: Loud(log, hearing)))
        let state = State()
        (self.daemon, self.log, self.state) = (daemon, log, state)
        thread = Thread("loop") {
            var end = ""
            do { try daemon.run { port in state.port.withLock { $0 = port } } } catch { end = "\(error)" }
            state.end.withLock { $0 = end }
        }
    }

    deinit { daemon.requestStop() }

    /// Why it ended; empty if well, nil as long as it runs.
    var end: String? { state.end.withLock { $0 } }

    /// Tells it to stop, and waits.
    func stop() throws {
        daemon.requestStop()
        #expect(try awaitEnd() == "")
    }

    func awaitEnd(within time: Duration = Patience.usual) throws -> String {
        try eventually("the daemon's end, \(lines)", within: time) { end != nil }
        thread.join()
        return end ?? ""
    }

    func awaitLine(_ message: String, count: Int = 1, within time: Duration = Patience.usual) throws {
        try eventually("\"\(message)\" in \(lines)", within: time) { log.lines(message).count >= count }
    }

    /// What was said, for a look at it when something is wrong.
    var lines: [String] {
        log.lines.map { line in
            "\(line.level) \(line.message) \(line.fields.list.map { "\($0.key)=\($0.value)" }.joined(separator: " "))"
        }
    }

    /// Dead letters with a line and those that are summed up.
    var lettersInLog: Int {
        log.lines("dead letter").count
            + log.lines("more dead letters").reduce(0) { $0 + (Int($1["records"] ?? "") ?? 0) }
    }

    /// How often Kafka has not taken something, whatever the error.
    func failures() throws -> Int {
        try get("/metrics").body.split(separator: "\n").filter { $0.hasPrefix("negawatt_commit_failures_total{") }
            .reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? 0) }
    }

    /// Status and body.
    func get(_ path: String) throws -> (status: Int, body: String) {
        try eventually("a port") { state.port.withLock { $0 } != nil }
        let port = state.port.withLock { $0 } ?? 0
        let output = try Command.run("curl", ["-s", "-w", "\n%{http_code}", "http://127.0.0.1:\(port)\(path)"])
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
    }
}

/// Keeps all lines. The watchdog's last one would go with the process: errors are said aloud too.
private struct Loud: LogSink {
    private let log: MemoryLog
    private let standardError = FileLog(.logfmt, descriptor: STDERR_FILENO)
    private let hearing: @Sendable (StaticString) -> Void

    init(_ log: MemoryLog, _ hearing: @escaping @Sendable (StaticString) -> Void) {
        (self.log, self.hearing) = (log, hearing)
    }

    func write(_ level: Logger.Level, _ message: StaticString, _ fields: LogFields) {
        log.write(level, message, fields)
        if message.description.contains("does not return") { standardError.write(level, message, fields) }
        hearing(message)
    }
}
