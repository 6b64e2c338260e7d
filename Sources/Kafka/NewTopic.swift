/// A topic to be made.
package struct NewTopic: Sendable {
    /// The topic's.
    package var name: String
    /// How many it gets.
    package var partitions: Int32
    /// nil is the cluster's own default.
    package var replication: Int32?
    /// Kafka's topic settings, e.g. `cleanup.policy`.
    package var config: [String: String]

    /// Without a replication factor it gets the cluster's default.
    package init(_ name: String, partitions: Int32, replication: Int32? = nil, config: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.config = config
    }
}
