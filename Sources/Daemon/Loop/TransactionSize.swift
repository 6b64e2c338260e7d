/// How many records a transaction may have. All that there are, as a rule: it ends by the clock. One that took longer
/// than Kafka allows is done again in smaller ones, down to a record each, and comes back to its size as commits
/// succeed.
struct TransactionSize {
    /// More than come within a commit interval: a commit costs as much as some hundred records.
    private static let usual = 10_000
    private(set) var limit = usual
    /// Of the open one.
    private(set) var records = 0
    /// What timers have written and said in it: a step of a list does so for hundreds of customers.
    private(set) var timerEffects = 0

    var isFull: Bool { records >= limit }

    mutating func add() { records += 1 }

    mutating func add(timerEffects effects: Int) { timerEffects += effects }

    mutating func committed() {
        limit = min(Self.usual, limit * 2)
        ended()
    }

    mutating func tooSlow() {
        // Of one that was aborted already the number of records is no longer known.
        limit = max(1, (records > 0 ? min(limit, records) : limit) / 4)
        ended()
    }

    mutating func aborted() { ended() }

    private mutating func ended() { (records, timerEffects) = (0, 0) }
}
