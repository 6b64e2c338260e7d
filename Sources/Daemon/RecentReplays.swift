/// The commands by which dead letters of a shard were asked for last. Somebody who comes twice at once, with one Idempotency-Key and at
/// two gateways, has his letter handled once: behind that both gateways know what has come of it. Of this nothing is kept; whoever gets
/// the shard begins with none.
struct RecentReplays {
    private static let limit = 1000

    private var known: Set<String> = []
    private var order: [String] = []
    /// Of the open transaction.
    private var open: [String] = []

    func contains(_ command: String) -> Bool { known.contains(command) || open.contains(command) }

    mutating func add(_ command: String) { open.append(command) }

    /// The transaction has been committed.
    mutating func release() {
        guard !open.isEmpty else { return }
        for command in open where known.insert(command).inserted { order.append(command) }
        open.removeAll()
        guard order.count > Self.limit else { return }
        for command in order.prefix(order.count - Self.limit) { known.remove(command) }
        order.removeFirst(order.count - Self.limit)
    }

    /// It has been aborted: they come again.
    mutating func rollBack() { open.removeAll() }
}
