import Contracts

/// What has come of the replays of a shard's dead letters that were asked for last, by their commands. Somebody who comes twice, with one
/// Idempotency-Key and at gateways that do not know of one another yet, has his letter handled once, and is told twice. Of this nothing
/// is kept: whoever gets the shard begins with none.
struct RecentReplays {
    private static let limit = 1000

    private var known: [String: Replayed] = [:]
    private var order: [String] = []
    /// Of the open transaction.
    private var open: [(command: String, result: Replayed)] = []

    subscript(command: String) -> Replayed? { known[command] ?? open.first { $0.command == command }?.result }

    mutating func add(_ result: Replayed, of command: String) { open.append((command, result)) }

    /// The transaction has been committed.
    mutating func release() {
        guard !open.isEmpty else { return }
        for (command, result) in open where known.updateValue(result, forKey: command) == nil { order.append(command) }
        open.removeAll()
        guard order.count > Self.limit else { return }
        for command in order.prefix(order.count - Self.limit) { known[command] = nil }
        order.removeFirst(order.count - Self.limit)
    }

    /// It has been aborted: they come again.
    mutating func rollBack() { open.removeAll() }
}
