package import JSON
import Time

/// A point in time, in ms since 1970.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The last one that a message or a row may hold.
    package static let last = Timestamp(milliseconds: ISO8601.bounds.upperBound)

    /// The nearest one that a message or a row may hold.
    package var withinBounds: Timestamp {
        Self(milliseconds: min(max(milliseconds, ISO8601.bounds.lowerBound), ISO8601.bounds.upperBound))
    }

    /// Thirteen digits, so that keys of rows are ordered as their times are. One before 1970 is taken for 1970.
    package var digits: String { max(0, milliseconds).padded(to: 13) }

    /// nil when the text is no ISO 8601 time with a zone.
    package init?(_ text: String) {
        guard let milliseconds = ISO8601.milliseconds(Array(text.utf8).span) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    package var description: String { ISO8601.text(milliseconds) }

    package static func < (one: Self, other: Self) -> Bool { one.milliseconds < other.milliseconds }

    package static func + (time: Self, duration: Duration) -> Self {
        Self(milliseconds: time.milliseconds + duration.milliseconds)
    }

    package static func - (time: Self, duration: Duration) -> Self {
        Self(milliseconds: time.milliseconds - duration.milliseconds)
    }
}

extension Duration {
    package var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

extension Fields {
    package func required(_ name: StaticString) throws(JSONError) -> Timestamp {
        Timestamp(milliseconds: try time(name))
    }

    package func optional(_ name: StaticString) throws(JSONError) -> Timestamp? {
        try optionalTime(name).map { Timestamp(milliseconds: $0) }
    }
}

extension JSONWriter {
    /// As ISO 8601 text in UTC.
    package mutating func field(_ name: StaticString, _ time: Timestamp) { field(name, time: time.milliseconds) }

    package mutating func field(_ name: StaticString, ifThere time: Timestamp?) {
        if let time { field(name, time) }
    }
}
