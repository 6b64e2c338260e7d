package import Contracts
package import JSON

/// A moment that a worker waits for: an order's end, a deadline, the next step of long work. A row, so that it outlives
/// the process; it is gone when it fires.
package struct Timer: Hashable, Sendable {
    /// What it is for; no slash.
    package let kind: String
    /// Tells timers of a kind that are due at the same time from one another.
    package let id: String
    /// When it fires, at the earliest.
    package let due: Timestamp

    /// A kind is a word of the worker's: it says which handler gets the timer.
    package init(kind: String, id: String, due: Timestamp) { (self.kind, self.id, self.due) = (kind, id, due) }

    /// Due times come first, so that the first key is the next timer.
    package var key: String {
        "\(due.digits)/\(kind)/\(id)"
    }

    /// Behind the last time that rows can hold there is none: what is set for that one waits for ever.
    package var isEverDue: Bool { due < .last }

    /// nil when the text is no such key.
    package init?(key: String) {
        // By bytes: an id may begin with a combining character, which is one character with the slash before it.
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 3, let due = Int64(parts[0]) else { return nil }
        self.init(kind: parts[1], id: parts[2], due: Timestamp(milliseconds: due))
    }
}

/// The timers of a shard: the first table of every context.
package enum Timers: Table {
    /// What the table has of a timer.
    package struct Row: Workers.Row {
        /// When it fires, at the earliest.
        package var due: Timestamp
        /// Of the record that has set it: what happens when it fires belongs to that.
        package var trace: TraceParent?

        /// With the trace of whoever has set it.
        package init(due: Timestamp, trace: TraceParent? = nil) { (self.due, self.trace) = (due, trace) }

        package init(_ fields: borrowing Fields) throws(JSONError) {
            due = try fields.required("due")
            trace = try fields.trace()
        }

        package func write(_ json: inout JSONWriter) {
            json.field("due", due)
            json.field(ifThere: trace)
        }
    }

    /// In each shard the table that comes first.
    package static let name: StaticString = "timers"
    /// Its place among the tables.
    package static let tableIndex = 0
}
