/// How many records a transaction may have, and as much of timers. All that there are, as a rule: it ends by the clock.
/// One that took longer than Kafka allows is done again in smaller ones, down to a record or a timer each, and comes
/// back to its size as commits succeed.
struct TransactionSize {
    /// More than come within a commit interval: a commit costs as much as some hundred records.
    private static let usual = 10_000
    /// What timers write and say is as much as so many records: four rows or messages of a KiB are one.
    private static let (effectsOfRecord, bytesOfRecord) = (4, 4096)
    private(set) var limit = usual
    /// Of the open one.
    private(set) var records = 0
    /// What timers have written and said in it: a step of a list does so for hundreds of customers.
    private(set) var timerEffects = 0
    private var timerBytes = 0

    var isFull: Bool { work >= limit }

    /// In records.
    private var work: Int {
        let effects = (timerEffects + Self.effectsOfRecord - 1) / Self.effectsOfRecord
        return records + max(effects, timerBytes / Self.bytesOfRecord)
    }

    mutating func add() { records += 1 }

    /// - Parameter bytes: of the keys and values of the effects.
    mutating func add(timerEffects effects: Int, bytes: Int) {
        timerEffects += effects
        timerBytes += bytes
    }

    mutating func committed() {
        limit = min(Self.usual, limit * 2)
        ended()
    }

    mutating func tooSlow() {
        // Of one that was aborted already its size is no longer known.
        limit = max(1, (work > 0 ? min(limit, work) : limit) / 4)
        ended()
    }

    mutating func aborted() { ended() }

    private mutating func ended() { (records, timerEffects, timerBytes) = (0, 0, 0) }
}
