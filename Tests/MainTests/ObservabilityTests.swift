import Contexts
import Contracts
import Foundation
import RealKafka
import Testing
import Workers

@testable import Main

/// What operators see of the daemons, on a Kafka of its own.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30)))
struct ObservabilityTests {
    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private static let contexts = Context.all.map(\.name)

    /// What deploy and alerts rely on. A label stands where one is promised.
    private static let names = [
        "negawatt_consumer_lag_records{", "negawatt_consumer_lag_seconds{", "negawatt_records_consumed_total ",
        "negawatt_records_processed_total{outcome=", "negawatt_transaction_duration_seconds_bucket{",
        "negawatt_deadletters_total{reason=", "negawatt_restore_remaining_records ",
        "negawatt_restore_duration_seconds ", "negawatt_state{state=", "negawatt_assigned_partitions ",
        "negawatt_partitions 4",
        "negawatt_rebalances_total ", "negawatt_group_generation ", "negawatt_last_poll_age_seconds ",
        "negawatt_state_file_bytes{", "negawatt_build_info{", "process_resident_memory_bytes ",
        "process_cpu_seconds_total ", "# TYPE negawatt_commit_failures_total counter",
    ]

    private func read(_ topic: String, _ servers: String, _ format: String) throws -> [Substring] {
        let all = ["-C", "-b", servers, "-t", topic, "-o", "beginning", "-e", "-q", "-f", format + "\n"]
        return try Command.kcat(all + ["-X", "isolation.level=read_committed"]).split(separator: "\n")
    }

    @Test func `an order is one trace in topics and logs, and every metric is as Prometheus wants it`() throws {
        let broker = try RealKafka.Broker()
        let servers = broker.bootstrapServers
        _ = try Negawatt.succeed(["topics", "create", "--bootstrap-servers", servers, "--partitions", "4"])
        func send(_ topic: String, _ key: String, _ value: String, traced: Bool = false) throws {
            let header = traced ? ["-H", "traceparent=\(Self.trace)"] : []
            _ = try Command.kcat(["-P", "-b", servers, "-t", topic, "-k", key] + header, input: value)
        }
        let directory = try Leftovers.temporaryDirectory("state")
        // With debug each record has its line, however many there are.
        let json = ["--log-format", "json", "--log-level", "debug"]
        var daemons = try Self.contexts.map { try RunningDaemon($0, servers, directory, json) }
        for daemon in daemons { try daemon.awaitReady() }
        try send("user.commands", "u1", #"{"eventType":"RegisterUser","id":"u1","name":"Kim","capacity":8000}"#)
        // Under load and with dead letters.
        let load = (0..<3000).map { number in
            number % 10 == 0
                ? "x\(number)\twrong"
                : "x\(number)\t{\"eventType\":\"RegisterUser\",\"id\":\"x\(number)\",\"name\":\"n\",\"capacity\":1}"
        }
        _ = try Command.kcat(
            ["-P", "-b", servers, "-t", "user.commands", "-K", "\t"], input: load.joined(separator: "\n"))
        try eventually("u1 in user.events") { try read("user.events", servers, "%k").contains("u1") }
        try send("dr.commands", "dr-1", #"{"eventType":"StartDr","id":"dr-1","name":"kt","type":"r"}"#, traced: true)
        try eventually("the list") { try read("response.events", servers, "%k").contains("u1") }
        for daemon in daemons { try check(daemon) }
        // Where all is done nothing waits, also behind records of transactions, whose marks nobody gets to see.
        for daemon in daemons { try eventually("\(daemon.context) to be through") { try waiting(daemon) == 0 } }

        // With what is restored from an empty directory.
        for daemon in daemons { #expect(try daemon.stop().exit == .code(0)) }
        let logs = daemons.map(\.child.log)
        let empty = try Leftovers.temporaryDirectory("empty")
        daemons = try Self.contexts.map { try RunningDaemon($0, servers, empty, json) }
        for daemon in daemons { try daemon.awaitReady() }
        try send("dr.commands", "dr-1", #"{"eventType":"EndDr","id":"dr-1"}"#, traced: true)
        try send("dr.commands", "dr-1", #"{"eventType":"EndDr","id":"dr-1"}"#, traced: true)
        try eventually("a dead letter") { try read("dr.deadletters", servers, "%s").count == 1 }
        try eventually("the end of the list") {
            try read("response.events", servers, "%s").contains { $0.contains("Listsaved") && $0.contains("u1") }
        }
        for daemon in daemons { try check(daemon) }
        for daemon in daemons { try eventually("\(daemon.context) to be through") { try waiting(daemon) == 0 } }
        for daemon in daemons { #expect(try daemon.stop().exit == .code(0)) }

        let isTraced: (Substring) -> Bool = { $0.contains("traceparent=\(Self.trace)") }
        for topic in ["dr.events", "dr.deadletters"] {
            let headers = try read(topic, servers, "%h")
            #expect(!headers.isEmpty && headers.allSatisfy(isTraced), "\(topic)")
        }
        // Whoever is heard of after the order is asked because of that.
        #expect(try read("response.events", servers, "%h").contains(where: isTraced))
        #expect(try read("user.events", servers, "%h").allSatisfy { !$0.contains("traceparent") })
        let id = #""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736""#
        let lines = (logs + daemons.map(\.child.log)).flatMap { $0.split(separator: "\n") }
        for (context, message) in [
            ("dr", "handled"), ("response", "handled"), ("response", "timer"), ("dr", "dead letter"),
        ] {
            #expect(
                lines.contains {
                    $0.contains(#""msg":"\#(message)","context":"\#(context)""#) && $0.contains(id)
                }, "\(message) of \(context)")
        }
    }

    /// The records that wait in all inputs, as the daemon says; nil where it does not speak of all of them yet.
    private func waiting(_ daemon: RunningDaemon) throws -> Int? {
        let text = try Command.run("curl", ["-s", "http://127.0.0.1:\(try daemon.port())/metrics"])
        let lags = text.split(separator: "\n").filter { $0.hasPrefix("negawatt_consumer_lag_records{") }
        // Its commands and what it says to itself beside them, in four partitions each.
        let inputs = Contexts.types.first { $0.context.name == daemon.context }?.inputs.count ?? 0
        guard lags.count == 4 * (2 + inputs) else { return nil }
        return lags.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }

    private func check(_ daemon: RunningDaemon) throws {
        let port = try daemon.port()
        var text = ""
        // Once a second the loop says what waits.
        try eventually("all metrics of \(daemon.context)", log: text) {
            text = try Command.run("curl", ["-s", "http://127.0.0.1:\(port)/metrics"])
            return Self.names.allSatisfy { text.contains("\n" + $0) || text.hasPrefix($0) }
        }
        guard let promtool = Self.promtool else {
            FileHandle.standardError.write(
                Data("*** promtool is not here: scripts/setup --tools brings it. It has not seen the metrics.\n".utf8))
            return
        }
        let path = try Leftovers.temporaryDirectory("metrics") + "/text"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let output = try Command.run("sh", ["-c", "'\(promtool)' check metrics <'\(path)' 2>&1"])
        #expect(output.isEmpty, "\(daemon.context): \(output)")
    }

    /// In the PATH, or where scripts/setup puts it.
    private static let promtool: String? = {
        let brought = RealKafka.packageRoot + "/.build/tools/promtool"
        return FileManager.default.isExecutableFile(atPath: brought) ? brought : Command.find("promtool")
    }()
}
