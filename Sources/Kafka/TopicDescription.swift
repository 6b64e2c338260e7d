/// A topic that is there.
package struct TopicDescription: Hashable, Sendable {
    /// The topic's.
    package let name: String
    /// How many it has.
    package let partitions: Int32
    /// Replicas of its first partition.
    package let replication: Int32
}
