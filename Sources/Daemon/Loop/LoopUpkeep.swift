import Contracts
import Kafka
import Telemetry
import Workers

/// What the loop looks after beside its records: where the commands of earlier versions end, whether the inputs are what they were, and
/// what a restore has found.
extension Loop {
    private static let markInterval = Duration.seconds(1)
    private static let identityInterval = Duration.seconds(5)

    func look() throws {
        if let answer = marking?.take() {
            marking = nil
            if case .success(let marks) = answer { try take(marks) }
        }
        if let answer = identifying?.take() {
            identifying = nil
            switch answer {
            case .success(let error?): throw error
            case .success(nil): break
            // Nothing is known: the same records are looked for again.
            case .failure: anchors = compared
            }
        }
        guard !isSuspended, sender != nil else { return }
        // Also where nothing but marks of transactions lay before the end.
        try readOnBehindCommands()
        let now = surroundings.now
        if marking == nil, settings.mixed == .off, now - markedAt >= Self.markInterval { askForMarks(now) }
        if identifying == nil, now - identifiedAt >= Self.identityInterval { identify(now) }
        if !faults.isEmpty, began == nil, faults.isRetryDue(at: now, log) { try readOn() }
    }

    // MARK: The mark in the commands

    /// Once the group has an offset of what the context says to itself in every partition, no earlier version is at work on any: nothing
    /// but what the contract lists comes to the commands from here on.
    private func askForMarks(_ now: ContinuousClock.Instant) {
        markedAt = now
        let unmarked = shards.compactMap { $0 }.filter { $0.inputs.mark == nil }.map(\.partition)
        guard !unmarked.isEmpty else { return }
        let (plan, surroundings, log) = (plan, surroundings, kafkaLog)
        marking = Inquiry("mark", in: surroundings) {
            let admin = try surroundings.admin(plan.properties, log: log)
            let all = (0..<plan.identity.partitions).map { TopicPartition(plan.context.internal, $0) }
            let offsets = try admin.committed(group: plan.group, all, timeout: .seconds(3))
            guard offsets.allSatisfy({ $0 != nil }) else { return [:] }
            var marks: [Int32: Int64] = [:]
            for partition in unmarked { marks[partition] = try admin.watermarks(plan.context.commands, partition).high }
            return marks
        }
    }

    private func take(_ marks: [Int32: Int64]) throws {
        guard !isSuspended, let sender else { return }
        var taken: [Int32] = []
        for (partition, mark) in marks.sorted(by: { $0.key < $1.key }) {
            guard let shard = shards[Int(partition)], shard.inputs.mark == nil else { continue }
            try open(shard, sender)
            // What has been handled meanwhile was taken by the old rule: the mark says of each record by which.
            shard.inputs.mark = max(mark, shard.inputs.next[0])
            taken.append(partition)
        }
        guard !taken.isEmpty else { return }
        log.info(
            "from here on the commands take what the contract lists, and nothing else",
            ["partitions": taken.map(String.init).joined(separator: ",")])
    }

    // MARK: The inputs' identity

    private func identify(_ now: ContinuousClock.Instant) {
        identifiedAt = now
        guard !plan.isEmbedded else { return }
        // Those of the last look: what has been handled since may be of another topic already.
        noteAnchors()
        let known = anchors
        (compared, anchors) = (known, handled)
        guard !known.isEmpty else { return }
        let identity = TopicIdentity(properties: plan.properties, surroundings: surroundings)
        let (plan, surroundings, log) = (plan, surroundings, kafkaLog)
        // With clients of its own: librdkafka 2.4 to 2.9 corrupt what a client knows of a topic whose id changes (#4970), and one that
        // lives on would meet just that.
        identifying = Inquiry("identity", in: surroundings) {
            try identity.check(
                known, with: identity.reader(log: log), by: surroundings.admin(plan.properties, log: log))
        }
    }

    /// Keeps a record of each partition that has none yet, once a second: the first look compares with it.
    func noteAnchors() {
        for item in handled where !anchors.contains(where: { $0.isOfSamePartition(as: item) }) { anchors.append(item) }
    }

    /// By what each input is known; of what is committed, for the rest may never have happened.
    private var handled: [TopicIdentity.Known] {
        shards.compactMap { $0 }.flatMap { shard in
            shard.committed.topics.indices.compactMap { shard.committed.identity(of: $0, shard.partition) }
        }
    }

    // MARK: What a restore has found

    /// A shard that has just come: says to Kafka that this version is at work on it, and makes dead letters of what no table took.
    func noteFindings(of restored: [Shard]) throws {
        guard let sender else { return }
        for shard in restored {
            let hasStrays = !shard.strays.isEmpty || shard.nextUntold != nil
            guard hasStrays || shard.inputs.mark == nil || settings.mixed != .off else { continue }
            try open(shard, sender)
            if settings.mixed != .off { shard.inputs.mark = nil }
            for stray in shard.strays {
                let source = Transaction.Source(
                    topic: plan.context.changelog, partition: shard.partition, offset: stray.offset)
                let rejection = Rejection(
                    .row,
                    "no table of this version takes this row of the changelog: it was passed over, and lies there still"
                )
                try sender.bury(stray, source, rejection)
                status.metrics.strays.increment()
                status.buried(rejection)
                work.buried(source, rejection, key: WorkLog.text(stray.key.span))
                shard.inputs.strays = stray.offset + 1
            }
            guard let more = shard.nextUntold else { continue }
            log.warning(
                "more rows of no table than are told of at a time: the next start goes on; negawatt state repair takes them out",
                ["partition": shard.partition, "from": more])
        }
    }
}
