package import Contracts
import Kafka
import RealKafka

/// An embedded broker with all topics, and what lies in them.
/// One thread.
package final class Broker: @unchecked Sendable {
    private let broker: EmbeddedBroker

    package init() throws {
        let broker = try EmbeddedBroker()
        for topic in Topic.all { try broker.createTopic(topic.name, partitions: 2) }
        self.broker = broker
    }

    package var servers: String { broker.bootstrapServers }

    package func send(_ topic: Topic, _ key: String, _ value: String) throws {
        _ = try Command.kcat(["-P", "-b", servers, "-t", topic.name, "-k", key], input: value)
    }

    /// The lines of a topic: partition, key, header and value.
    package func read(_ topic: String) throws -> [String] {
        try Command.kcat(
            ["-C", "-b", servers, "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%p %k %h %s\n"]
        ).split(separator: "\n").map(String.init)
    }
}
