import Contracts
import Kafka
import KafkaTesting
import RealKafka
import Telemetry
import TelemetryTesting
import Testing
import UserContext
import Workers

@testable import Daemon
@testable import Main

/// What of a changelog can be read, and taking out what cannot.
@Suite(.timeLimit(.minutes(30))) struct RepairTests {
    private static let user = #"{"id":"u1","name":"Kim","capacity":1,"point":0,"entries":0}"#

    @Test(arguments: [
        ("users/u1", user, nil),
        ("users/u1", #"{"id":"u1"}"#, "field \"name\" is missing"),
        ("users/u1", "[]", "the record is not a JSON object"),
        ("users/u1", "", "the record is not a JSON object"),
        ("timers/4102444799999/inputs/", #"{"due":"2099-12-31T23:59:59.999Z","format":2}"#, nil),
        ("timers/soon", #"{"due":"2099-12-31T23:59:59.999Z"}"#, "its key is not a timer's"),
        ("ghosts/u1", user, "user has no table for this row"),
        ("users", user, "user has no table for this row"),
    ])
    func `a row is at fault when this version cannot read it`(_ key: String, _ value: String, _ fault: String?) {
        let record = Record(
            topic: "user.changelog", topicID: 1, partition: 0, offset: 0, timestamp: nil, key: Array(key.utf8),
            value: Array(value.utf8), headers: Headers(capacity: 0))
        guard let key = record.key else { return }
        #expect(RowCheck(UserWorker.self).fault(ChangelogRecord(record, key: key)) == fault)
    }

    /// A Kafka with the topics, and one customer whose row is in partition 0 or 1.
    private struct Place {
        let broker: RealKafka.Broker
        let directory: String
        let partition: Int32

        init() throws {
            broker = try RealKafka.Broker()
            directory = try Leftovers.temporaryDirectory("state")
            partition = Partitioner.partition(of: "u1", among: 2)
            _ = try Negawatt.succeed(["topics", "create", "--partitions", "2"] + all)
            // The first question about a group makes Kafka's own topics, which takes long where much else goes on.
            let admin = try Admin(
                ["bootstrap.servers": broker.bootstrapServers], log: Logger(level: .error, sink: MemoryLog()))
            try eventually("a coordinator of groups") { (try? admin.groupMembers("user")) != nil }
        }

        var all: [String] { ["--bootstrap-servers", broker.bootstrapServers] }

        /// Its membership ends with it.
        func daemon() throws -> RunningDaemon {
            try RunningDaemon("user", broker.bootstrapServers, directory, ["--membership", "dynamic"])
        }

        func send(_ topic: String, _ key: String, _ value: String) throws {
            _ = try Command.kcat(
                ["-P", "-b", broker.bootstrapServers, "-t", topic, "-k", key, "-p", "\(partition)"], input: value)
        }

        func read(_ topic: String, _ format: String) throws -> [String] {
            try Command.kcat([
                "-C", "-b", broker.bootstrapServers, "-t", topic, "-p", "\(partition)", "-o", "beginning", "-e", "-q",
                "-f", format + "\n",
            ]).split(separator: "\n").map(String.init)
        }

        func repair(_ words: [String]) throws -> (code: Int32?, output: String) {
            try Negawatt.run(["state", "repair", "user", "--partition", "\(partition)"] + words + all)
        }
    }

    @Test(.enabled(if: RealKafka.isAvailable))
    func `a row for which records are refused is taken out, kept as a dead letter, and they are handled again`() throws
    {
        let place = try Place()
        let first = try place.daemon()
        try place.send("user.commands", "u1", #"{"eventType":"RegisterUser","id":"u1","name":"Kim","capacity":1}"#)
        try eventually("the row", log: first.child.log) { try !place.read("user.changelog", "%k").isEmpty }
        let busy = try place.repair(["users", "u1"])
        #expect(busy.code == 78 && busy.output.contains("stop the daemons of user first: 1 member"), "\(busy.output)")
        #expect(try first.stop().exit == .code(0))
        try eventually("the group to be empty") { try place.repair(["users", "u1", "--dry-run"]).code == 78 }
        let healthy = try place.repair(["users", "u1"])
        #expect(healthy.code == 78 && healthy.output.contains("can be read"), "\(healthy.output)")

        // A terminal would obey it.
        let bad = "{\"id\":\"u1\",\"note\":\"\u{9B}2J\"}"
        try place.send("user.changelog", "users/u1", bad)
        let second = try place.daemon()
        try second.awaitReady()
        try place.send("user.commands", "u1", #"{"eventType":"UpdateUser","id":"u1","name":"Lee"}"#)
        try eventually("the letter", log: second.child.log) {
            try place.read("user.deadletters", "%h").contains { $0.contains("deadletter.kind=row") }
        }
        #expect(try second.stop().exit == .code(0))

        let records = try place.read("user.changelog", "%k")
        let shown = try place.repair(["users", "u1", "--dry-run"])
        #expect(shown.code == 0 && shown.output.contains("field \"name\" is missing"), "\(shown.output)")
        #expect(shown.output.contains("nothing was changed") && !shown.output.contains("\u{9B}"))
        #expect(try place.read("user.changelog", "%k") == records)
        let offset = try #require(shown.output.firstMatch(of: /offset (\d+)/)?.output.1)
        let done = try place.repair(["users", "u1"])
        #expect(done.code == 0, "\(done.output)")
        #expect(try place.read("user.changelog", "%k %S").contains("users/u1 -1"))
        let deadLetters = try place.read("user.deadletters", "%k %h %s")
        let deadLetter = try #require(deadLetters.last)
        #expect(deadLetters.count == 2 && deadLetter.hasPrefix("users/u1 deadletter.kind=row,"), "\(deadLetters)")
        #expect(deadLetter.contains("deadletter.source=user.changelog-\(place.partition)-\(offset)"))
        #expect(deadLetter.hasSuffix(bad))
        let again = try place.repair(["users", "u1"])
        #expect(again.code == 1 && again.output.contains("there is no row \"users/u1\""), "\(again.output)")

        // What the row has kept from being handled is handled now; the row itself is no record of an input.
        let third = try place.daemon()
        try third.awaitReady()
        let replayed = try Negawatt.succeed(["deadletters", "replay", "user"] + place.all)
        #expect(replayed.contains("1 sent") && replayed.contains("1 left out: rows"), "\(replayed)")
        try eventually("the update to be refused", log: third.child.log) {
            try place.read("user.deadletters", "%h").contains { $0.contains("there is no customer u1") }
        }
        #expect(try third.stop().exit == .code(0))
    }

    @Test(.enabled(if: RealKafka.isAvailable))
    func `the row of the input positions stays the last one, where it is that`() throws {
        let place = try Place()
        let positions = Changelog.positionsKey
        let row = #"{"due":"2099-12-31T23:59:59.999Z","format":2,"topics":[],"next":[],"last":[],"times":[]}"#
        try place.send("user.changelog", "ghosts/u1", "{}")
        try place.send("user.changelog", "ghost", "{}")
        try place.send("user.changelog", positions, row)
        let done = try place.repair(["ghosts", "u1"])
        #expect(done.code == 0, "\(done.output)")
        #expect(
            try place.read("user.changelog", "%k %S").suffix(2) == ["ghosts/u1 -1", "\(positions) \(row.utf8.count)"])
        // Behind something else it says nothing.
        try place.send("user.changelog", "users/u2", Self.user)
        #expect(try place.repair(["ghost"]).code == 0)
        #expect(try place.read("user.changelog", "%k %S").last == "ghost -1")
        #expect(try place.repair(["ghost"]).code == 1)
        let nowhere = try Negawatt.run(["state", "repair", "user", "--partition", "9", "users", "u1"] + place.all)
        #expect(nowhere.code == 1 && nowhere.output.contains("has no partition 9"), "\(nowhere.output)")
        let without = try Negawatt.run(["state", "repair", "user", "users", "u1"] + place.all)
        #expect(without.code == 2 && without.output.contains("--partition is missing"), "\(without.output)")
    }
}
