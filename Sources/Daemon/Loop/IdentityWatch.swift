import Kafka
import Telemetry

/// Looks again and again, beside the loop, whether the inputs are the topics that they were.
struct IdentityWatch {
    private var inquiry: Inquiry<StateError?>?
    private var recurrence: Recurrence
    /// The last records that were handled when it looked last: the next look is for them.
    private var anchors: [TopicIdentity.Known] = []
    /// Those that are being looked for.
    private var compared: [TopicIdentity.Known] = []

    init(now: ContinuousClock.Instant) { recurrence = Recurrence(every: .seconds(5), from: now) }

    /// Partitions are revoked: their next owner looks after their inputs.
    mutating func forget() { (anchors, compared) = ([], []) }

    /// Keeps a record of each partition that has none yet: the first look compares with it.
    mutating func keep(_ handled: [TopicIdentity.Known]) {
        for item in handled where !anchors.contains(where: { $0.isOfSamePartition(as: item) }) { anchors.append(item) }
    }

    /// - Throws: `StateError`, where an input is another topic.
    mutating func collect() throws(StateError) {
        guard let answer = inquiry?.take() else { return }
        inquiry = nil
        switch answer {
        case .success(let error?): throw error
        case .success(nil): break
        // Nothing is known: the same records are looked for again.
        case .failure: anchors = compared
        }
    }

    /// - Parameter handled: what each input is known by now.
    mutating func look(
        for handled: () -> [TopicIdentity.Known], at now: ContinuousClock.Instant, _ plan: RestoreJob.Plan,
        log: Logger, in surroundings: any Surroundings
    ) {
        guard inquiry == nil, recurrence.isDue(at: now) else { return }
        recurrence.done(at: now)
        guard !plan.isEmbedded else { return }
        // What has been handled since the last look may be of another topic already.
        let handled = handled()
        keep(handled)
        let known = anchors
        (compared, anchors) = (known, handled)
        guard !known.isEmpty else { return }
        let identity = TopicIdentity(properties: plan.properties, surroundings: surroundings)
        // With clients of its own: librdkafka 2.4 to 2.9 corrupt what a client knows of a topic whose id changes
        // (#4970), and one that lives on would meet just that.
        inquiry = Inquiry("identity", in: surroundings) {
            try identity.check(
                known, with: identity.reader(log: log), by: surroundings.admin(plan.properties, log: log))
        }
    }
}
