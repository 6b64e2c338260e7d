import Kafka

@testable import Daemon

extension World {
    /// A place's topics on a broker in this process, and a daemon for them.
    static func start<Here: Place>(
        _ place: Here.Type, on broker: borrowing EmbeddedBroker
    ) throws -> (World, Running) {
        let world = try World(Here.self, at: broker.bootstrapServers)
        for topic in world.topics { try broker.createTopic(topic.name, partitions: topic.partitions) }
        let daemon = Running(
            Here.self, on: broker.bootstrapServers, directory: world.directory, isEmbedded: true,
            change: { $0.properties = [:] })
        return (world, daemon)
    }
}
