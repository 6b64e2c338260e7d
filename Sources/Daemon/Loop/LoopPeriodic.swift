import Contracts
import Kafka
import Telemetry
import Workers

/// What the loop looks after beside its records: where the commands of earlier versions end, whether the inputs are
/// what they were, and what a restore has found.
extension Loop {
    func watchInputs() throws {
        if let marks = mark.collect() { try take(marks) }
        try identity.collect()
        guard case .running = phase else { return }
        // Also where nothing but marks of transactions lay before the end.
        try liftBarriers()
        let now = surroundings.now
        if settings.mixed == .off {
            mark.ask(
                for: { shards.filter { $0.inputs.mark == nil }.map(\.partition) }, at: now, plan, log: kafkaLog,
                in: surroundings)
        }
        identity.look(for: { handledRecords }, at: now, plan, log: kafkaLog, in: surroundings)
        if !faults.isEmpty, transaction == nil, faults.isRetryDue(at: now, log) { try assignInputs() }
    }

    private func take(_ marks: [Int32: Int64]) throws {
        guard case .running(let writer, _) = phase else { return }
        var taken: [Int32] = []
        for (partition, mark) in marks.sorted(by: { $0.key < $1.key }) {
            guard let shard = shards[partition], shard.inputs.mark == nil else { continue }
            try open(shard, writer)
            // What has been handled meanwhile was taken by the old rule: the mark tells of each record by which.
            shard.inputs.mark = max(mark, shard.inputs.offsets[0])
            taken.append(partition)
        }
        guard !taken.isEmpty else { return }
        log.info(
            "from this offset on the commands topic takes only the commands in the contract",
            ["partitions": taken.map(String.init).joined(separator: ",")])
    }

    /// By what each input is known; of what is committed, for the rest may never have happened.
    var handledRecords: [TopicIdentity.Known] {
        shards.flatMap { shard in
            shard.committed.topics.indices.compactMap { shard.committed.identity(of: $0, shard.partition) }
        }
    }

    // MARK: What a restore has found

    /// Of shards that have just come: tells Kafka that this version is at work on them, and makes dead letters of what
    /// no table took.
    func writeFindings(of restored: [Shard], _ writer: EffectWriter) throws {
        for shard in restored {
            let hasStrays = !shard.strays.isEmpty || shard.nextUnreported != nil
            guard hasStrays || shard.inputs.mark == nil || settings.mixed != .off else { continue }
            try open(shard, writer)
            if settings.mixed != .off { shard.inputs.mark = nil }
            for stray in shard.strays { try reject(stray, shard, writer) }
            guard let more = shard.nextUnreported else { continue }
            log.warning(
                "more rows of unknown tables than are reported at once: the next start reports more; negawatt state repair removes them",
                ["partition": shard.partition, "from": more])
        }
    }

    private func reject(_ stray: Stray, _ shard: Shard, _ writer: EffectWriter) throws {
        let source = Transaction.Source(
            topic: plan.context.changelog, partition: shard.partition, offset: stray.offset)
        let rejection = Rejection(
            .row, "no table of this version takes this row of the changelog: it was skipped, and is still there")
        try writer.reject(stray, rejection, of: source)
        status.metrics.strays.increment()
        deadLettered(source, rejection, key: WorkLog.text(stray.key.span))
        shard.inputs.straysReported = stray.offset + 1
    }
}
