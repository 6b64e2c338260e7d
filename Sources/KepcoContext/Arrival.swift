package import Contracts

/// When Kafka got a reading, and in which topic: of two readings of a quarter hour the greater arrival wins, whichever
/// topic is read first. Of two of one millisecond the live one does.
package struct Arrival: Hashable, Comparable, Sendable {
    /// The ms since 1970, and behind them two bits for the topic. 0 where it is not known: rows of versions that noted
    /// none are older than all that is read now.
    package let number: Int64

    package static let unknown = Self(number: 0)

    init(number: Int64) { self.number = number }

    package init(_ time: Timestamp, in topic: String) {
        number = min(max(time.milliseconds, 1), Timestamp.last.milliseconds) << 2 | Self.rank(topic)
    }

    /// What the context sends to itself are copies of either from partitions that are not their homes.
    private static func rank(_ topic: String) -> Int64 {
        switch topic {
        case Topic.kepcoReadings.name: 2
        case Topic.kepcoInternal.name: 1
        default: 0
        }
    }

    package static func < (one: Self, other: Self) -> Bool { one.number < other.number }
}
