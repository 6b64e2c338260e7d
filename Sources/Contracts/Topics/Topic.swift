/// A bounded context, by the name that its topics, its group and its files carry.
package struct Context: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    /// What outsiders may ask of it: exactly the messages that the contract lists for this topic.
    package let commands: String
    /// What it says to itself: copies forwarded to their home partitions, and what its partitions ask of one another.
    /// Nobody else may write there.
    package let `internal`: String
    package let events: String
    /// Its rows, by table and key: what its files are rebuilt from.
    package let changelog: String
    package let deadLetters: String
    /// Whether its records have people's numbers in them: then no rejection, log line or view says what stood in
    /// one, or what it was keyed by.
    package let hidesValues: Bool

    /// The topics are named after the context unless others are given.
    package init(_ name: String, commands: String? = nil, events: String? = nil, hidesValues: Bool = false) {
        (self.name, self.hidesValues) = (name, hidesValues)
        self.commands = commands ?? "\(name).commands"
        self.events = events ?? "\(name).events"
        `internal` = events.map { "\($0)-internal" } ?? "\(name).internal"
        changelog = events.map { "\($0)-changelog" } ?? "\(name).changelog"
        deadLetters = events.map { "\($0)-deadletters" } ?? "\(name).deadletters"
    }

    package var description: String { name }
}

/// A topic as the contract has it; the file of its name in `topics/` is its other half.
package struct Topic: Hashable, Sendable {
    package enum Cleanup: Hashable, Sendable {
        /// Records go after so many days.
        case delete(days: Int)
        /// The last record of each key stays for ever.
        case compact
    }

    package let name: String
    package let owner: Context
    /// What the records are keyed by, in words.
    package let key: String
    package let cleanup: Cleanup
    package let messages: [MessageType]

    package init(_ name: String, owner: Context, key: String, _ cleanup: Cleanup, _ messages: [MessageType] = []) {
        self.name = name
        self.owner = owner
        self.key = key
        self.cleanup = cleanup
        self.messages = messages
    }

    /// For how many days its records stay; nil for a topic that is compacted.
    package var daysKept: Int? { if case .delete(let days) = cleanup { days } else { nil } }

    /// Whether others than its owner write there: all but what a context says itself, where a copy keeps its record's
    /// time.
    package var isWrittenByOutsiders: Bool {
        ![owner.internal, owner.events, owner.changelog, owner.deadLetters].contains(name)
    }
}
