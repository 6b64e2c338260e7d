import Contracts
import Kafka
import Telemetry

/// Where the shards of a restore go on in their inputs: where the group has committed; where the changelog says that
/// the work had come, if the group has forgotten; at the beginning, or behind all that is there where the worker wants
/// no past, if nothing has been worked on. Anything else is for an operator to say.
struct InputStart {
    private let plan: RestoreJob.Plan
    /// What the inputs' topics are now, as far as that is known.
    private let ids: [String: String]
    private let log: Logger
    /// Records whose topics have to be those that were read.
    private(set) var known: [TopicIdentity.Known] = []
    /// Logged once for all partitions.
    private var forgotten: Set<Int32> = []
    private var reset: [String] = []

    init(_ plan: RestoreJob.Plan, ids: [String: String], _ log: Logger) {
        (self.plan, self.ids, self.log) = (plan, ids, log)
    }

    /// Whether what is found rests on the group's having no other offsets by now.
    func needsRecheck(_ offsets: [Int64?], _ known: (row: InputPositions, isLast: Bool)?, hasState: Bool) -> Bool {
        guard hasState else { return false }
        if known?.isLast == false { return true }
        return offsets.indices.contains { offsets[$0] != known?.row[plan.inputs[$0]] }
    }

    /// - Parameters:
    ///   - offsets: what the group has committed, by input.
    ///   - known: what the changelog says, and whether nothing has been written behind it.
    ///   - hasState: whether the shard has any state.
    ///   - watermarks: the oldest offset of a topic, and the next one.
    /// - Throws: `StateError` where an operator has to say it, and what `watermarks` throws.
    mutating func inputs(
        of partition: Int32, _ offsets: [Int64?], _ known: (row: InputPositions, isLast: Bool)?, hasState: Bool,
        watermarks: (String) throws -> (low: Int64, high: Int64)
    ) throws -> InputPositions {
        // On the embedded broker records of aborted transactions stand behind it, and not what an earlier version has
        // written.
        let known = known.map { (row: $0.row, isLast: $0.isLast || plan.isEmbedded) }
        let subscribed = plan.subscribed
        let isForgotten = zip(plan.inputs, offsets).allSatisfy { $1 == nil || !subscribed.contains($0) }
        if isForgotten, hasState, known?.isLast != true {
            throw StateError.noOffsets(plan.group, partition, subscribed, plan.context.changelog)
        }
        var inputs = InputPositions(topics: plan.inputs, offsets: offsets.map { $0 ?? 0 })
        if let known { inputs.adopt(known.row) }
        for (index, topic) in plan.inputs.enumerated() {
            // No version that writes no row of them has touched what the group does not assign.
            let stored = known.flatMap { $0.isLast || !subscribed.contains(topic) ? $0.row[topic] : nil }
            // Older than what the group has: another version has been at work since.
            if stored == nil { (inputs.lastOffsets[index], inputs.lastTimes[index]) = (-1, 0) }
            switch (offsets[index], stored) {
            case (let offset?, let stored?) where offset != stored:
                reset.append("\(topic) [\(partition)]: \(offset), not \(stored)")
                (inputs.lastOffsets[index], inputs.lastTimes[index]) = (-1, 0)
                // It may be another topic of the name: nothing in there is from before.
                if topic == plan.context.commands { inputs.mark = inputs.mark.map { min($0, offset) } }
            case (_?, _): break
            case (nil, let stored?):
                inputs.offsets[index] = stored
                forgotten.insert(partition)
            // Proven new.
            case (nil, nil):
                let found = try watermarks(topic)
                inputs.offsets[index] = plan.readFromEnd.contains(topic) ? found.high : found.low
            }
            // Where somebody else has said where it goes on, that is in the topic that there is.
            if inputs.offsets[index] != stored { inputs.topicIDs[index] = nil }
            if let identity = inputs.identity(of: index, partition) { self.known.append(identity) }
            inputs.topicIDs[index] = ids[topic] ?? inputs.topicIDs[index]
        }
        // An earlier version has worked since, and has forwarded to the commands.
        if known?.isLast != true { inputs.mark = nil }
        if plan.isEmbedded { inputs.mark = 0 }
        return inputs
    }

    /// Says what an operator has to know.
    func report() {
        // An embedded broker never remembers any.
        if !forgotten.isEmpty, !plan.isEmbedded {
            log.warning(
                "the group's offsets have expired: continuing at the offsets in the changelog",
                ["group": plan.group, "partitions": forgotten.sorted().map(String.init).joined(separator: ",")])
        }
        if !reset.isEmpty {
            log.warning(
                "the group's offsets differ from those in the changelog: somebody has set them; following them",
                ["group": plan.group, "offsets": reset.joined(separator: "; ")])
        }
    }
}
