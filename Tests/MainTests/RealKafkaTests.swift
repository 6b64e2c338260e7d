import Contracts
import Daemon
import Foundation
import Kafka
import RealKafka
import SQLite
import Testing
import Threads

@testable import Main

/// The executable on a Kafka of its own. One after the other: the contexts' topics and groups are the same in each.
@Suite(.serialized, .enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30)))
struct RealKafkaTests {
    private static let kafka = Result { try RealKafka.Broker() }
    private static let contexts = Context.all.map(\.name)
    let servers: String

    init() throws {
        servers = try Self.kafka.get().bootstrapServers
        _ = try Negawatt.succeed(["topics", "create", "--bootstrap-servers", servers, "--partitions", "4"])
    }

    func send(_ value: String, _ topic: String, _ key: String) throws {
        _ = try Command.kcat(["-P", "-b", servers, "-t", topic, "-k", key], input: value)
    }

    func read(_ topic: String) throws -> String {
        try Command.kcat(["-C", "-b", servers, "-t", topic, "-o", "beginning", "-e", "-q"])
    }

    func count(_ topic: String) throws -> Int { try read(topic).split(separator: "\n").count }

    func deadLetters(_ verb: String, _ options: [String] = []) throws -> String {
        try Negawatt.succeed(["deadletters", verb, "user", "--bootstrap-servers", servers] + options)
    }

    @Test func `topics are made once, checked, and never given another number of partitions`() throws {
        let again = try Negawatt.succeed(["topics", "create", "--bootstrap-servers", servers, "--partitions", "4"])
        #expect(again.count(of: "exists already") == Topic.all.count)
        let other = try Negawatt.run(["topics", "create", "--bootstrap-servers", servers, "--partitions", "8"])
        #expect(other.code == 78)
        #expect(other.output.contains("dr.commands has 4"))
        let verified = try Negawatt.succeed(["topics", "verify", "--bootstrap-servers", servers])
        #expect(verified.count(of: "good\n") == Topic.all.count)
    }

    @Test func `topics that not all brokers know of yet are waited for`() throws {
        let broker = try RealKafka.Broker()
        for topic in Topic.all where topic != .drEvents {
            try RealTopics.make(topic.name, 4, [:], broker.bootstrapServers)
        }
        let admin = try Admin(["bootstrap.servers": broker.bootstrapServers], log: LogOptions.forTools)
        #expect(try TopicCatalogue.inspect(admin).filter { $0.description == nil }.map(\.topic) == [.drEvents])
        // A thread of its own: one of the pool may come too late.
        let late = Thread("late") {
            // It is to have looked in vain before.
            usleep(500_000)
            do { try RealTopics.make(Topic.drEvents.name, 4, [:], broker.bootstrapServers) } catch {
                Issue.record(error)
            }
        }
        defer { late.join() }
        let findings = try TopicCatalogue.inspect(admin, awaiting: [Topic.drEvents.name])
        #expect(findings.allSatisfy { $0.description?.partitions == 4 })
    }

    @Test func `what is wrong with topics is named`() throws {
        let broker = try RealKafka.Broker()
        let all = ["--bootstrap-servers", broker.bootstrapServers]
        let missing = try Negawatt.run(["topics", "verify"] + all)
        #expect(missing.code == 1)
        #expect(missing.output.count(of: "missing: negawatt topics create") == Topic.all.count)
        try RealTopics.make("user.changelog", 4, ["cleanup.policy": "delete"], broker.bootstrapServers)
        let forgetful = ["cleanup.policy": "compact", "delete.retention.ms": "1000"]
        try RealTopics.make("dr.changelog", 4, forgetful, broker.bootstrapServers)
        try RealTopics.make("user.commands", 4, ["retention.ms": "86400000"], broker.bootstrapServers)
        try RealTopics.make("user.deadletters", 4, [:], broker.bootstrapServers)
        let hasty = ["cleanup.policy": "compact", "delete.retention.ms": "86400000"]
        try RealTopics.make("response.changelog", 4, hasty, broker.bootstrapServers)
        let created = try Negawatt.run(["topics", "create", "--partitions", "4"] + all)
        #expect(created.code == 1)
        try RealTopics.remake("dr.events", 3, broker.bootstrapServers)
        let wrong = try Negawatt.run(["topics", "verify"] + all)
        #expect(wrong.code == 1)
        #expect(wrong.output.contains("state can be lost: set cleanup.policy=compact"))
        #expect(wrong.output.contains("deleted rows can come back: set delete.retention.ms=86400000"))
        #expect(wrong.output.contains("set max.message.bytes=4194304"))
        #expect(
            wrong.output.contains(
                "good, but a gateway with an empty disk may not know a repeated command: set min.compaction"))
        #expect(wrong.output.contains("run the line below; kept for 1 days instead of 30"))
        #expect(wrong.output.contains("others have 4 partitions"))
    }

    @Test
    func
        `topics that outsiders write are set so that they can do no harm by it, and those that are not by lines to be run`()
        throws
    {
        let broker = try RealKafka.Broker()
        let all = ["--bootstrap-servers", broker.bootstrapServers]
        try RealTopics.make("kepco.readings", 4, ["compression.type": "uncompressed"], broker.bootstrapServers)
        try RealTopics.make("dr.commands", 4, [:], broker.bootstrapServers)
        let line =
            "kafka-configs --bootstrap-server \(broker.bootstrapServers) --alter --entity-type topics --entity-name "
        let lines = [
            "dr.commands --add-config compression.type=uncompressed,message.timestamp.type=LogAppendTime",
            "kepco.readings --add-config message.timestamp.type=LogAppendTime",
        ].map { line + $0 }
        let created = try Negawatt.succeed(["topics", "create", "--partitions", "4"] + all)
        let verified = try Negawatt.succeed(["topics", "verify"] + all)
        for output in [created, verified] {
            #expect(output.split(separator: "\n").filter { $0.hasPrefix("kafka-configs") }.map { String($0) } == lines)
        }
        #expect(
            verified.contains(
                "works, but compression.type=producer, message.timestamp.type=CreateTime: run the line below"))
        #expect(verified.contains("works, but message.timestamp.type=CreateTime"))
        #expect(verified.count(of: "good\n") == Topic.all.count - 2)
        let admin = try Admin(["bootstrap.servers": broker.bootstrapServers], log: LogOptions.forTools)
        for (name, config) in try admin.topicConfigs(Topic.all.map(\.name))
        where name != "dr.commands" && name != "kepco.readings" {
            let isOutsiders = name.hasSuffix(".commands") || name == "kepco.history"
            #expect(config["compression.type"] == (isOutsiders ? "uncompressed" : "producer"), "\(name)")
            #expect(config["message.timestamp.type"] == (isOutsiders ? "LogAppendTime" : "CreateTime"), "\(name)")
        }
    }

    @Test func `an order goes through the daemons to the points, and all of them end within 5 s`() throws {
        let directory = try Leftovers.temporaryDirectory("state")
        let daemons = try Self.contexts.map { try RunningDaemon($0, servers, directory) }
        for daemon in daemons { try daemon.awaitReady() }
        let tour = Tour(servers: servers, directory: directory, isEmbedded: false, utcOffset: .seconds(9 * 3600))
        let lines = tour.text(ports: []).split(separator: "\n").map(String.init)
        _ = try Shell.run(
            lines.filter { line in ["B=", "echo ", "printf "].contains { line.hasPrefix($0) } }.joined(separator: "\n"))
        try eventually("PointChanged", log: daemons.map(\.child.log).joined()) {
            try read("user.events").contains("\"PointChanged\"")
        }
        let points = try #require(try read("user.events").firstMatch(of: /"change":(\d+)/)?.output.1)
        try eventually("the row in the file") {
            let row = try Negawatt.run(["state", "user", "users", "u1", "--json", "--state-directory", directory])
            return row.output.contains("\"point\":\(points)")
        }
        for daemon in daemons {
            let (exit, time) = try daemon.stop()
            #expect(exit == .code(0), "\(daemon.child.log)")
            #expect(time < Patience.promised)
            #expect(daemon.child.log.contains("msg=stopped"))
        }
    }

    @Test func `a daemon whose broker has gone obeys a signal within 5 s`() throws {
        let broker = try RealKafka.Broker()
        _ = try Negawatt.succeed([
            "topics", "create", "--bootstrap-servers", broker.bootstrapServers, "--partitions", "2",
        ])
        let daemon = try RunningDaemon("user", broker.bootstrapServers, Leftovers.temporaryDirectory("state"))
        try daemon.awaitReady()
        try broker.kill()
        let (exit, time) = try daemon.stop()
        #expect(exit == .code(0), "\(daemon.child.log)")
        #expect(time < Patience.promised)
    }

    @Test(arguments: [
        ("UPDATE meta SET value = 'elsewhere' WHERE key = 'cluster'", "belongs to the Kafka cluster elsewhere"),
        ("UPDATE meta SET value = '7' WHERE key = 'partitions'", "was created for topics of 7 partitions"),
        ("PRAGMA user_version = 99", "has format 99, but this program knows 1"),
        ("PRAGMA application_id = 1", "is not a state file of negawatt"),
    ])
    func `files that do not fit are refused and left as they are`(_ change: String, _ text: String) throws {
        let directory = try Leftovers.temporaryDirectory("state")
        let first = try RunningDaemon("dr", servers, directory)
        try first.awaitReady()
        #expect(try first.stop().exit == .code(0))
        let path = directory + "/dr/2.sqlite"
        try Database(path).execute(change)
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let second = try RunningDaemon("dr", servers, directory)
        #expect(try second.child.awaitExit() == .code(78))
        #expect(second.child.log.contains("negawatt dr: \(path) \(text)"), "\(second.child.log)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test func `a daemon waits for a broker that is not there, says so once, and works when it comes`() throws {
        let broker = try RealKafka.Broker()
        _ = try Negawatt.succeed([
            "topics", "create", "--bootstrap-servers", broker.bootstrapServers, "--partitions", "2",
        ])
        try broker.kill()
        let daemon = try RunningDaemon("dr", broker.bootstrapServers, Leftovers.temporaryDirectory("state"))
        try daemon.child.wait(for: "a word on it") { $0.contains("Kafka cannot be reached") }
        #expect(try daemon.health().output == "not ready: waiting\n")
        #expect(try daemon.health("/livez").code == 0)
        try broker.restart()
        try daemon.awaitReady()
        #expect(daemon.child.log.count(of: "Kafka cannot be reached") == 1)
        #expect(daemon.child.log.count(of: "Kafka is back") == 1)
        #expect(try daemon.stop().exit == .code(0))
    }

    @Test func `a daemon waits for its topics and says how they are made`() throws {
        let broker = try RealKafka.Broker()
        let daemon = try RunningDaemon("kepco", broker.bootstrapServers, Leftovers.temporaryDirectory("state"))
        try daemon.child.wait(for: "a word on it") { $0.contains("topics are missing: waiting for them") }
        #expect(daemon.child.log.contains("negawatt topics create"))
        #expect(try daemon.health().code == 1)
        _ = try Negawatt.succeed([
            "topics", "create", "--bootstrap-servers", broker.bootstrapServers, "--partitions", "2",
        ])
        try daemon.awaitReady()
        #expect(try daemon.stop().exit == .code(0))
    }

    @Test func `dev works on a real Kafka, and makes what is missing`() throws {
        let broker = try RealKafka.Broker()
        let child = try Child("negawatt", ["dev", "--bootstrap-servers", broker.bootstrapServers, "--partitions", "2"])
        try child.wait(for: "its lines") { $0.contains("\nB=\(broker.bootstrapServers)\n") }
        let verified = try Negawatt.succeed(["topics", "verify", "--bootstrap-servers", broker.bootstrapServers])
        #expect(verified.count(of: "good\n") == Topic.all.count)
        child.send(SIGTERM)
        #expect(try child.awaitExit(within: Patience.promised) == .code(0))
    }
}
