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
    /// It says nothing any more behind this.
    package let end: Timestamp
    /// It is not told from then on as it was handed over: it is over, or it can wait for the end of quiet hours.
    package let notBehind: Timestamp

    /// - Parameter notBehind: nil: its end.
    package init(
        partition: Int32, key: NoticeKey, attempt: Int64, address: String, language: Language, kind: NoticeKind,
        facts: NoticeFacts, end: Timestamp, notBehind: Timestamp? = nil
    ) {
        (self.partition, self.key, self.attempt, self.address) = (partition, key, attempt, address)
        (self.language, self.kind, self.facts) = (language, kind, facts)
        (self.end, self.notBehind) = (end, notBehind ?? end)
    }
}

/// A notice that was handed over is not to be told any more, as far as it has not been.
package struct NoticeCallEnd: OutsideCall, Hashable {
    package let partition: Int32
    package let key: NoticeKey

    package init(partition: Int32, key: NoticeKey) { (self.partition, self.key) = (partition, key) }
}
