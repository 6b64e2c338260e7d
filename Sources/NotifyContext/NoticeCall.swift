package import Contracts
import Workers

/// A notice for a receiver.
package struct NoticeCall: OutsideCall, Hashable {
    package let partition: Int32
    /// The same whenever it is told over this channel.
    package let key: NoticeKey
    /// Comes back with the answer.
    package let attempt: Int64
    package let address: String
    package let language: Language
    package let kind: NoticeKind
    package let facts: NoticeFacts
    package let end: Timestamp

    package init(
        partition: Int32, key: NoticeKey, attempt: Int64, address: String, language: Language, kind: NoticeKind,
        facts: NoticeFacts, end: Timestamp
    ) {
        (self.partition, self.key, self.attempt, self.address) = (partition, key, attempt, address)
        (self.language, self.kind, self.facts, self.end) = (language, kind, facts, end)
    }
}

/// A notice that was handed over is not to be told any more, as far as it has not been.
package struct NoticeCallEnd: OutsideCall, Hashable {
    package let partition: Int32
    package let key: NoticeKey

    package init(partition: Int32, key: NoticeKey) { (self.partition, self.key) = (partition, key) }
}
