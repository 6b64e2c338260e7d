/// A topic that is there.
package struct TopicDescription: Hashable, Sendable {
    package let name: String
    package let partitions: Int32
    package let replication: Int32
}
