import Contracts
import Kafka
import RealKafka
import Telemetry
import Testing

@testable import Daemon

/// A daemon does not begin on topics that would lose records or scatter keys.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct TopicCheckTests {
    enum Here: Place { static let context = Context("unused") }

    let context = Context(RealKafka.uniqueName("check"))

    private func check(outputs: [String] = [], _ change: (inout NewTopic) -> Void) throws {
        let server = ["bootstrap.servers": try RealKafka.shared().bootstrapServers]
        let admin = try Admin(server, log: quiet)
        try admin.createTopics(
            [context.commands, context.internal, context.events, context.changelog, context.deadLetters].map { name in
                var topic = NewTopic(name, partitions: 2)
                if name == context.changelog { topic.config["cleanup.policy"] = "compact" }
                if name == context.deadLetters { topic.config["max.message.bytes"] = "2097152" }
                change(&topic)
                return topic
            }.filter { !$0.name.isEmpty })
        let identity = try TopicCheck(context, [], outputs: outputs, isEmbedded: false).run(admin)
        #expect(identity.partitions == 2 && !identity.cluster.isEmpty)
    }

    private func complaint(_ change: (inout NewTopic) -> Void) -> String {
        (#expect(throws: StateError.self) { try check(change) })?.description ?? ""
    }

    @Test func `good topics are taken`() throws { try check { _ in } }

    @Test(arguments: ["delete", "compact,delete"]) func `a changelog with retention is refused`(_ policy: String) {
        let text = complaint { if $0.name == context.changelog { $0.config["cleanup.policy"] = policy } }
        #expect(text.contains("cleanup.policy=\(policy)") && text.contains("set it to compact"))
    }

    @Test func `a changelog that forgets deletions is refused`() {
        let text = complaint { if $0.name == context.changelog { $0.config["delete.retention.ms"] = "3600000" } }
        #expect(text.contains("delete.retention.ms=3600000") && text.contains("set it to 86400000"))
    }

    @Test func `different numbers of partitions are refused`() {
        let text = complaint { if $0.name == context.events { $0.partitions = 3 } }
        #expect(text.contains("same number of partitions") && text.contains("\(context.events) has 3"))
    }

    @Test func `dead letters that do not take large records are refused`() {
        let text = complaint { if $0.name == context.deadLetters { $0.config = [:] } }
        #expect(text.contains("\(context.deadLetters) has max.message.bytes=1048588"))
    }

    @Test func `a topic that does not take a full batch is refused`() {
        let text = complaint { if $0.name == context.changelog { $0.config["max.message.bytes"] = "100000" } }
        #expect(text.contains("\(context.changelog) has max.message.bytes=100000"))
    }

    @Test func `missing topics are named`() {
        let error = #expect(throws: TopicCheck.Missing.self) {
            try check { if $0.name == context.events { $0.name = "" } }
        }
        #expect(error?.topics == [context.events])
    }

    @Test func `another context's topic that it writes is missing, too`() {
        let other = "\(context).readings"
        let error = #expect(throws: TopicCheck.Missing.self) { try check(outputs: [other]) { _ in } }
        #expect(error?.topics == [other])
    }
}
