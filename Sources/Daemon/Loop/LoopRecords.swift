import Contracts
import Kafka
import Telemetry
import Workers

/// Records: each is decided on its own, and all that it does goes into the open transaction.
extension Loop {
    /// - Parameter input: its topic's place among the inputs.
    func handle(_ record: borrowing Record, _ input: Int?, _ batch: Timestamp) throws {
        guard let input, case .running(let writer, _) = phase, let shard = shards[record.partition],
            record.offset >= shard.inputs.offsets[input]
        else { return }
        if shard.barrier != nil, input == Self.internalInput { return }
        try open(shard, writer)
        let before = shard.inputs.progress(of: input)
        shard.inputs.advance(input, past: record.offset, time: record.timestamp ?? 0)
        size.add()
        if !faults.isEmpty { faults.passed(plan.inputs[input], record.partition, log) }
        let time = record.timestamp.map(Timestamp.init(milliseconds:)) ?? batch
        let now = clock.now(batch, record: time, read: surroundings.time)
        // The age of records of background inputs says nothing about the lag.
        if inputIDs.contains(input) { shard.readTime = time }
        let origin = origin(of: record, input, shard)
        var outcome = try process(record, origin, time, now, shard)
        if case .waits = outcome {
            guard try isBehindCommands(record.offset, shard) else {
                shard.inputs.rewind(input, to: before)
                return
            }
            outcome = try process(record, origin, time, now, shard, isBehindCommands: true)
        }
        status.metrics.consumed.increment()
        CrashPoint.reach(.decided)
        try finish(outcome, record, origin, time, now, shard, writer)
        if input == 0, shard.barrier != nil { try liftBarriers() }
    }

    private func origin(of record: borrowing Record, _ input: Int, _ shard: Shard) -> Processor.Origin {
        let source = Transaction.Source(
            topic: plan.inputs[input], partition: record.partition, offset: record.offset,
            provenance: record.provenance)
        // What is forwarded has the time with which it was taken.
        return Processor.Origin(
            source, isOld: isOld(input, record.offset, shard),
            hasBrokersTime: input == Self.internalInput || record.hasBrokersTime)
    }

    /// Whether a record was sent before the commands took exactly what the contract lists.
    func isOld(_ input: Int, _ offset: Int64, _ shard: Shard) -> Bool {
        input == 0 && (settings.mixed != .off || shard.inputs.mark.map { offset < $0 } ?? true)
    }

    private func process(
        _ record: borrowing Record, _ origin: Processor.Origin, _ time: Timestamp, _ now: Timestamp, _ shard: Shard,
        isBehindCommands: Bool = false
    ) throws -> Processor.Outcome {
        // Among the commands of an earlier version lie copies of whatever it had to forward.
        let isMixed = settings.mixed != .off || shard.inputs.mark == nil
        return try decide(shard) {
            try processor.process(
                origin.source, as: origin, time: time, now: now, type: { try $0(record.header("type")) },
                key: record.key, value: record.value, isBehindCommands: isBehindCommands, areCommandsMixed: isMixed,
                shard)
        }
    }

    /// What a record comes to. A row that cannot be read, though its file has just been rebuilt, is what the record is
    /// refused for: the partition goes on, and the record can be handled again when the row is mended.
    func decide(_ shard: Shard, _ process: () throws -> Processor.Outcome) throws -> Processor.Outcome {
        do {
            let outcome = try process()
            if case .done(let done) = outcome, !EffectWriter.fits(done) { return .rejected(EffectWriter.doesNotFit) }
            return outcome
        } catch let error as RowError {
            guard isRejected(error) else { throw error }
            status.metrics.strays.increment()
            return .rejected(Rejection(.row, "\(error): see negawatt state repair"))
        }
    }

    private func finish(
        _ outcome: Processor.Outcome, _ record: borrowing Record, _ origin: Processor.Origin, _ time: Timestamp,
        _ now: Timestamp, _ shard: Shard, _ writer: EffectWriter
    ) throws {
        switch outcome {
        case .done(let done): try write(done, origin.source, record, shard, writer)
        case .skipped: status.metrics.skipped.increment()
        case .elsewhere(let partition):
            if let obstacle = EffectWriter.obstacle(toForwarding: record) {
                return try reject(record, obstacle, origin.source, writer)
            }
            try writer.forward(record, to: partition, at: origin.hasBrokersTime ? time : min(time, now))
            CrashPoint.reach(.forwarded)
            status.metrics.forwarded.increment()
        case .rejected(let rejection): try reject(record, rejection, origin.source, writer)
        case .replay(let offset): try replay(record, offset, origin.source, now, shard, writer)
        case .waits: break
        }
    }

    /// - Returns: how many messages that were.
    @discardableResult
    func write(
        _ done: Processor.Done, _ source: Transaction.Source, _ record: borrowing Record, _ shard: Shard,
        _ writer: EffectWriter
    ) throws -> Int {
        let messages = try writer.write(done, shard)
        ask(done)
        status.metrics.done.increment()
        workerMetrics.add(done.transaction.effects)
        workLog.done(source, record, done.type, messages)
        deadLettered(of: done)
        return messages
    }

    /// Has those outside asked whom this asks for, when it is committed.
    func ask(_ done: Processor.Done) {
        let calls = done.transaction.effects.calls
        if !calls.isEmpty { transaction?.call(calls) }
    }

    func reject(
        _ record: borrowing Record, _ rejection: Rejection, _ source: Transaction.Source, _ writer: EffectWriter
    ) throws {
        try writer.reject(record, rejection, of: source)
        status.metrics.rejected.increment()
        deadLettered(source, rejection, key: WorkLog.text(record.key))
    }

    /// Counts and logs a dead letter.
    func deadLettered(_ source: Transaction.Source, _ rejection: Rejection, key: @autoclosure () -> String) {
        status.deadLettered(rejection)
        workLog.deadLettered(source, rejection, key: key())
    }

    /// The same of records that have waited in vain.
    func deadLettered(of done: Processor.Done) {
        for (record, rejection) in done.transaction.effects.deadLetters {
            deadLettered(record.source, rejection, key: WorkLog.text((record.key ?? "").utf8.span))
        }
    }
}
