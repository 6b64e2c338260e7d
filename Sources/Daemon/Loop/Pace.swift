/// When a transaction ends: at once where little goes on, so that nobody waits; about once an interval under load, so
/// that many records share the cost of a commit.
struct Pace {
    /// A token bucket: commits may take one part in `share` of the time, and budget for `saved` intervals can be saved
    /// up.
    private static let (share, saved) = (2, 4)
    /// A commit that takes longer has waited, for a broker far away or for a core that others have: nobody is spared
    /// anything by records that wait for as long again.
    private static let cost = Duration.milliseconds(5)
    /// More records than these are a load: they would have come in as many transactions.
    private static let few = 32
    /// librdkafka asks again after twice as long.
    private static let longestRest = Duration.milliseconds(10)

    private let interval: Duration
    /// The time up to which commits have spent their budget.
    private var paidUntil: ContinuousClock.Instant
    /// Before this nothing is sent. Kafka says that a transaction is committed and only then tells the partitions so;
    /// what comes of the next one meanwhile it refuses, and librdkafka asks again 20 ms later, for which all of that
    /// transaction waits. Telling takes about as long as the commit did.
    private(set) var restUntil: ContinuousClock.Instant

    /// The last commit.
    private var lastTook = Duration.zero

    init(interval: Duration, now: ContinuousClock.Instant) {
        (self.interval, restUntil) = (interval, now)
        paidUntil = now - interval * Self.saved
    }

    /// - Parameters:
    ///   - records: of the open transaction.
    ///   - timerEffects: what timers have written and said in it. Steps of long work are a load, as many records are;
    ///     but whoever has sent a record beside them waits for its answer, and not for the work. Where commits take
    ///     long the transaction does too, up to an interval: else hardly any time would be left for the work.
    ///   - isDrained: whether nothing more waits to be read.
    func due(
        began: ContinuousClock.Instant, records: Int, timerEffects: Int = 0, isDrained: Bool
    ) -> ContinuousClock.Instant {
        let end = began + interval
        guard isDrained else { return end }
        if timerEffects > Self.few { return records > 0 ? min(end, began + max(interval / 2, lastTook * 2)) : end }
        return records <= Self.few ? min(end, paidUntil) : end
    }

    /// - Parameters:
    ///   - took: how long the commit did, during which nothing was read.
    ///   - records: that were committed. Under load nobody waits for what is refused: the transaction lasts longer.
    ///   - timerEffects: what timers have written and said.
    mutating func committed(at now: ContinuousClock.Instant, took: Duration, records: Int, timerEffects: Int = 0) {
        lastTook = took
        let isLoad = records > Self.few || timerEffects > Self.few
        restUntil = isLoad ? now : now + min(took, Self.longestRest)
        paidUntil = min(max(paidUntil, now - interval * Self.saved) + min(took, Self.cost) * Self.share, now + interval)
    }
}
