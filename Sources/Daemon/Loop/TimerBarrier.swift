import Contracts

/// Holds timers of a shard back until the commands that were there when they were due have been read. Kafka is asked
/// for their end beside the loop, once for all timers that are due.
struct TimerBarrier {
    /// How long nothing is asked after Kafka could not say.
    private static let pause = Duration.seconds(1)
    /// Held back for longer, it is a matter for operators.
    private static let silence = Duration.seconds(60)

    /// Timers that were due by then fire when the commands have been read up to the offset.
    private var known: (due: Timestamp, commands: Int64)?
    private var asked: (due: Timestamp, inquiry: Inquiry<Int64>)?
    private var nextAsk: ContinuousClock.Instant?
    private var heldSince: ContinuousClock.Instant?
    private var isReported = false

    /// Whether the next timer is due and waits.
    var isHolding: Bool { heldSince != nil }

    /// The offset up to which the commands have to be read before a timer fires; nil as long as Kafka has not said.
    mutating func commandsEnd(
        for due: Timestamp, at time: Timestamp, _ now: ContinuousClock.Instant, ask: () -> Inquiry<Int64>
    ) -> Int64? {
        // A clock that has been set back was not there yet.
        if let known, due <= known.due, known.due <= time { return known.commands }
        if let asked {
            guard let answer = asked.inquiry.take() else { return nil }
            self.asked = nil
            guard let end = try? answer.get() else {
                nextAsk = now + Self.pause
                return nil
            }
            known = (asked.due, end)
            if due <= asked.due { return end }
        }
        guard nextAsk.map({ $0 <= now }) ?? true else { return nil }
        nextAsk = nil
        asked = (time, ask())
        return nil
    }

    /// The next timer waits.
    /// - Returns: whether that is to be told, which is once.
    mutating func hold(at now: ContinuousClock.Instant) -> Bool {
        let since = heldSince ?? now
        heldSince = since
        guard now - since > Self.silence, !isReported else { return false }
        isReported = true
        return true
    }

    mutating func release() { (heldSince, isReported) = (nil, false) }
}
