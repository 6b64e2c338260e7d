import Foundation
import Kafka
import RealKafka
import SQLite
import Telemetry
import Testing

/// The benchmark's executable at work on topics of its own, and an independent look at what it does: kcat for what
/// Kafka holds, SQLite for the files, and arithmetic on the input alone.
final class Bench {
    static let partitions: Int32 = 4
    static let users = 60

    let kafka: RealKafka.Broker
    let input: String
    let output: String
    let group: String
    private(set) var sent = 0
    private var known: Int64 = 0
    /// By partition, what is committed in the changelog.
    private var changelog: [[(offset: Int64, key: String, value: String)]]
    /// By partition, where reading committed records ends.
    private var stable: [Int64]
    private let producer: Producer

    init(_ kafka: RealKafka.Broker) throws {
        self.kafka = kafka
        input = RealKafka.uniqueTopic("in")
        output = RealKafka.uniqueTopic("out")
        group = RealKafka.uniqueName("bench")
        changelog = Array(repeating: [], count: Int(Self.partitions))
        stable = Array(repeating: 0, count: Int(Self.partitions))
        let properties = ["bootstrap.servers": kafka.bootstrapServers]
        producer = try Producer(properties, log: quiet)
        try admin().createTopics(
            [input, output].map { NewTopic($0, partitions: Self.partitions) } + [
                // The executable makes it where it is not there, but may be killed before.
                NewTopic(
                    "\(output)-changelog", partitions: Self.partitions, config: ["cleanup.policy": "compact"])
            ])
    }

    func admin() throws(KafkaError) -> Admin { try Admin(["bootstrap.servers": kafka.bootstrapServers], log: quiet) }

    func start(
        directory: String, replica: String = "a", isStatic: Bool = false, properties: String = "",
        crashPoint: String? = nil
    ) throws
        -> Child
    {
        try Child(
            "benchmark", [kafka.bootstrapServers, input, output, group, directory, "50"],
            environment: [
                "REPLICA": replica, "INSTANCE": isStatic ? replica : nil, "CRASH_POINT": crashPoint,
                "KAFKA": "session.timeout.ms=4000 heartbeat.interval.ms=500 " + properties,
            ])
    }

    func send(_ count: Int) throws {
        for number in sent..<sent + count {
            let user = "u\(number % Self.users)"
            let value =
                #"{"eventType":"ReductionCheck","drId":"d\#(number)","userId":"\#(user)","userName":"Kim","adjustPoint":"#
                + #"\#(number).5,"isReal":true}"#
            try producer.send(input, key: user.utf8.span, value: value.utf8.span)
            if number % 100 == 0 { producer.serve() }
        }
        sent += count
        try producer.flush(milliseconds: 120_000)
    }

    // MARK: Kafka, by kcat

    /// Records of a partition from an offset on as "offset key value", and where they end.
    /// Unbuffered (-u), or what it says on standard error comes in the middle of a line.
    private func read(_ topic: String, _ partition: Int32, from offset: Int64) throws -> (
        lines: [Substring], end: Int64
    ) {
        let output = try Command.kcat([
            "-C", "-u", "-b", kafka.bootstrapServers, "-t", topic, "-p", "\(partition)", "-o", "\(offset)", "-e", "-X",
            "isolation.level=read_committed", "-X", "fetch.wait.max.ms=10", "-f", "%o %k %s\\n",
        ])
        var end = offset
        let lines = output.split(separator: "\n").filter { line in
            guard line.hasPrefix("%") else { return true }
            if line.contains("Reached end of topic"),
                let last = line.split(separator: " ").last(where: { Int64($0.prefix { $0.isNumber }) != nil })
            {
                end = Int64(last.prefix { $0.isNumber }) ?? end
            }
            return false
        }
        return (lines, end)
    }

    private func followChangelog() throws {
        for partition in 0..<Self.partitions {
            let index = Int(partition)
            let (lines, end) = try read("\(output)-changelog", partition, from: stable[index])
            for line in lines {
                let parts = line.split(separator: " ", maxSplits: 2)
                changelog[index].append(
                    (Int64(parts[0]) ?? -1, String(parts[1]), parts.count > 2 ? String(parts[2]) : ""))
            }
            stable[index] = end
        }
    }

    private func fold(_ partition: Int, below position: Int64) -> [String: String] {
        changelog[partition].reduce(into: [:]) {
            if $1.offset < position, $1.key.hasPrefix("users/") { $0[$1.key] = $1.value }
        }
    }

    // MARK: Checks

    /// Whether no file is ahead of what is committed, and each is what the changelog makes of it. Call it while nobody
    /// has the files open.
    func checkFiles(_ directory: String, areComplete: Bool = false) throws {
        let copy = try Leftovers.temporaryDirectory("copy")
        var positions: [Int: Int64] = [:]
        for partition in 0..<Int(Self.partitions) {
            let name = "\(partition).sqlite"
            guard FileManager.default.fileExists(atPath: "\(directory)/benchmark/\(name)") else { continue }
            for suffix in ["", "-wal"]
            where FileManager.default.fileExists(atPath: "\(directory)/benchmark/\(name)\(suffix)") {
                try FileManager.default.copyItem(
                    atPath: "\(directory)/benchmark/\(name)\(suffix)", toPath: "\(copy)/\(name)\(suffix)")
            }
            let database = try Database("\(copy)/\(name)")
            // Killed before it was made.
            guard try database.integer(of: "SELECT count(*) FROM sqlite_schema WHERE name = 'users'") == 1 else {
                continue
            }
            positions[partition] = try database.integer(of: "SELECT value FROM meta WHERE key = 'position'")
        }
        // A commit is answered before it is marked in every partition. What is aborted instead is not among the rows
        // below.
        try eventually("files that are not ahead: \(positions) of \(stable)") {
            try followChangelog()
            return positions.allSatisfy { $1 <= stable[$0] }
        }
        for (partition, position) in positions {
            if areComplete { #expect(position >= changelog[partition].last?.offset ?? 0) }
            var rows: [String: String] = [:]
            try Database("\(copy)/\(partition).sqlite").prepare("SELECT key, value FROM users").forEachRow { row in
                rows["users/" + text(row.text(0))] = text(row.text(1))
                return true
            }
            #expect(rows == fold(partition, below: position), "partition \(partition) up to \(position)")
        }
        try FileManager.default.removeItem(atPath: copy)
    }

    /// How many records the group has moved past; as many as before where Kafka does not say so at the moment.
    func committed() throws -> Int64 {
        let places = (0..<Self.partitions).map { TopicPartition(input, $0) }
        do throws(KafkaError) {
            known = max(known, try admin().committed(group: group, places).reduce(0) { $0 + ($1 ?? 0) })
        } catch { guard error.severity == .retriable else { throw error } }
        return known
    }

    /// Whether all is done that was sent: the group's offsets are at the ends.
    func isDone() throws -> Bool {
        let admin = try admin()
        let offsets = try admin.committed(group: group, (0..<Self.partitions).map { TopicPartition(input, $0) })
        for (partition, offset) in offsets.enumerated() {
            guard offset == (try admin.watermarks(input, Int32(partition)).high) else { return false }
        }
        return true
    }

    func awaitDone(within time: Duration = Patience.usual) throws {
        try eventually("all offsets at the end", within: time) {
            // While a transaction is open nobody is told.
            do { return try isDone() } catch let error as KafkaError where error.severity == .retriable { return false }
        }
    }

    /// Waits until a daemon has handled everything, stops it, and checks what has come of it.
    func finish(_ daemon: Child) throws {
        try daemon.wait(for: "running") { $0.contains("msg=running") }
        try awaitDone()
        daemon.send(SIGTERM)
        #expect(try daemon.awaitExit() == .code(0))
        try checkOutput()
    }

    /// Whether each input has exactly one event, and the balances are what the input makes them.
    func checkOutput() throws {
        try followChangelog()
        var events: [String: Int] = [:]
        // A commit is answered before it is marked in every partition.
        try eventually("an event of each record") {
            events = [:]
            for partition in 0..<Self.partitions {
                for line in try read(output, partition, from: 0).lines {
                    let order = line.split(separator: "\"drId\":\"").last?.prefix { $0 != "\"" } ?? ""
                    events[String(order), default: 0] += 1
                }
            }
            return events.count >= sent
        }
        #expect(events.count == sent)
        #expect(events.filter { $0.value != 1 }.isEmpty)
        var tenths = [Int](repeating: 0, count: Self.users)
        for number in 0..<sent { tenths[number % Self.users] += number * 10 + 5 }
        var rows: [String: String] = [:]
        for partition in 0..<Int(Self.partitions) { rows.merge(fold(partition, below: .max)) { $1 } }
        #expect(rows.count == min(sent, Self.users))
        for (user, tenths) in tenths.enumerated() where user < sent {
            let row = rows["users/u\(user)"] ?? ""
            #expect(
                row.contains(#""point":\#(tenths / 10).\#(tenths % 10),"#)
                    || row.contains(#""point":\#(tenths / 10),"#), "\(row) of \(tenths)")
        }
    }

    private func text(_ bytes: Span<UInt8>) -> String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}
