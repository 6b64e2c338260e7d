import Contracts
import Kafka
import Telemetry

/// Finds out where the commands of earlier versions end, beside the loop.
///
/// Once the group has an offset of what the context sends to itself in every partition, no earlier version is at work
/// on any: nothing but what the contract lists comes to the commands from here on.
struct CommandsMark {
    private var inquiry: Inquiry<[Int32: Int64]>?
    private var recurrence: Recurrence

    init(now: ContinuousClock.Instant) { recurrence = Recurrence(every: .seconds(1), from: now) }

    /// - Returns: by partition the offset below which the commands are from earlier versions; nil while there is
    ///   nothing new.
    mutating func collect() -> [Int32: Int64]? {
        guard let answer = inquiry?.take() else { return nil }
        inquiry = nil
        // Not answered: it is asked again.
        return try? answer.get()
    }

    /// - Parameter unmarked: the partitions without a mark.
    mutating func ask(
        for unmarked: () -> [Int32], at now: ContinuousClock.Instant, _ plan: RestoreJob.Plan, log: Logger,
        in surroundings: any Surroundings
    ) {
        guard inquiry == nil, recurrence.isDue(at: now) else { return }
        recurrence.done(at: now)
        let unmarked = unmarked()
        guard !unmarked.isEmpty else { return }
        inquiry = Inquiry("mark", in: surroundings) {
            let admin = try surroundings.admin(plan.properties, log: log)
            let all = (0..<plan.identity.partitions).map { TopicPartition(plan.context.internal, $0) }
            let offsets = try admin.committed(group: plan.group, all, timeout: .seconds(3))
            guard offsets.allSatisfy({ $0 != nil }) else { return [:] }
            var marks: [Int32: Int64] = [:]
            for partition in unmarked { marks[partition] = try admin.watermarks(plan.context.commands, partition).high }
            return marks
        }
    }
}
