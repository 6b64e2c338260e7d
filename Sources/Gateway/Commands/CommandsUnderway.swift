/// A command that has been sent.
protocol SentCommand {
    var sentAt: ContinuousClock.Instant { get }
    /// Whether anything is still waited for.
    var isInFlight: Bool { get }
}

/// The commands that a gateway knows to be on their way, by their ids. Those in flight are few, and are looked at all
/// the time; those that are only remembered may be many, and are not looked at but for one by its id, and the oldest.
struct CommandsUnderway<Entry: SentCommand> {
    private(set) var inFlight: [CommandID: Entry] = [:]
    private var remembered: [CommandID: Entry] = [:]
    /// In the order in which they came to be remembered, which is about that of their sending. One that is not
    /// remembered any more may stand there still.
    private var order: [(id: CommandID, sentAt: ContinuousClock.Instant)] = []
    private var oldest = 0

    var count: Int { inFlight.count + remembered.count }

    subscript(id: CommandID) -> Entry? {
        get { inFlight[id] ?? remembered[id] }
        set {
            guard let newValue, !newValue.isInFlight else {
                inFlight[id] = newValue
                remembered[id] = nil
                return
            }
            inFlight[id] = nil
            if remembered.updateValue(newValue, forKey: id) == nil { order.append((id, newValue.sentAt)) }
        }
    }

    mutating func removeValue(forKey id: CommandID) -> Entry? {
        defer { self[id] = nil }
        return self[id]
    }

    /// Forgets the oldest of those that are only remembered: all that were sent before a moment, and as many as are
    /// more than a limit.
    mutating func forget(before moment: ContinuousClock.Instant, limit: Int) {
        while oldest < order.count, order[oldest].sentAt < moment || remembered.count > limit {
            let (id, sentAt) = order[oldest]
            oldest += 1
            if remembered[id]?.sentAt == sentAt { remembered[id] = nil }
        }
        guard oldest > 1000, oldest > order.count / 2 else { return }
        order.removeFirst(oldest)
        oldest = 0
    }
}
