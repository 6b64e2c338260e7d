/// Where a record lies. As text, which ids, dead letters and positions have, it is topic-partition-offset.
package struct RecordPlace: Hashable, Sendable, CustomStringConvertible {
    package let topic: String
    package let partition: Int32
    package let offset: Int64

    package init(_ topic: String, _ partition: Int32, _ offset: Int64) {
        (self.topic, self.partition, self.offset) = (topic, partition, offset)
    }

    /// nil where the text is none. A topic's name may have dashes.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, let offset = Int64(parts[parts.count - 1]), offset >= 0,
            let partition = Int32(parts[parts.count - 2]), partition >= 0
        else { return nil }
        self.init(parts.dropLast(2).joined(separator: "-"), partition, offset)
    }

    package var description: String { String(joining: topic, "-", String(joining: "\(partition)", "-", "\(offset)")) }
}
