import Contracts

/// What has come of the replays of a shard's dead letters that were asked for last, by their commands. Someone who
/// comes twice, with one Idempotency-Key and at gateways that do not know of one another yet, has his dead letter
/// handled once, and is told twice. Of this nothing is kept: whoever gets the shard begins with none.
struct RecentReplays {
    private static let limit = 1000

    /// One key for two dead letters, at two gateways at once, is one command: each dead letter has what came of it.
    private struct Asked: Hashable {
        let command: String
        let offset: Int64
    }

    private var known: [Asked: Replayed] = [:]
    private var order: [Asked] = []
    /// Of the open transaction.
    private var open: [(asked: Asked, result: Replayed)] = []

    subscript(command: String, offset: Int64) -> Replayed? {
        let asked = Asked(command: command, offset: offset)
        return known[asked] ?? open.first { $0.asked == asked }?.result
    }

    mutating func add(_ result: Replayed, of command: String) {
        open.append((Asked(command: command, offset: result.offset), result))
    }

    /// The transaction has been committed.
    mutating func commit() {
        guard !open.isEmpty else { return }
        for (asked, result) in open where known.updateValue(result, forKey: asked) == nil { order.append(asked) }
        open.removeAll()
        guard order.count > Self.limit else { return }
        for asked in order.prefix(order.count - Self.limit) { known[asked] = nil }
        order.removeFirst(order.count - Self.limit)
    }

    /// It has been aborted: they come again.
    mutating func rollBack() { open.removeAll() }
}
