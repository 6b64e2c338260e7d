import Contracts
import Kafka
import Telemetry
import Workers

/// Records and timers: each is decided on its own, and all that it does goes into the open transaction.
extension Loop {
    private static let timerBudget = Duration.milliseconds(20)
    private static let timerDelay = Duration.seconds(60)

    func take(_ record: borrowing Record, _ now: Timestamp) throws {
        guard !isSuspended, let shard = shards[Int(record.partition)], let sender,
            let input = inputIDs.firstIndex(of: record.topicID), record.offset >= shard.inputs.next[input]
        else { return }
        if shard.hold != nil, input == Self.internalInput { return }
        try open(shard, sender)
        let (before, stated) = (shard.inputs.last(input), record.timestamp)
        shard.inputs.pass(input, offset: record.offset, time: stated ?? 0)
        size.add()
        if !faults.isEmpty { faults.passed(plan.inputs[input], record.partition, log) }
        let source = Transaction.Source(
            topic: plan.inputs[input], partition: record.partition, offset: record.offset,
            provenance: record.provenance)
        let time = stated.map(Timestamp.init(milliseconds:)) ?? now
        // It may have come since the clock was looked at; and what comes behind it is no earlier.
        if time > now, time > clock { clock = max(clock, surroundings.time) }
        let now = max(now, clock)
        shard.readTime = time
        // Among the commands of an earlier version lie copies of whatever it had to forward.
        let isMixed = settings.mixed != .off || shard.inputs.mark == nil
        let isOld = isOld(input, record.offset, shard)
        // What is forwarded has the time with which it was taken.
        let hasBrokersTime = input == Self.internalInput || record.hasBrokersTime
        let origin = Processor.Origin(source, isOld: isOld, hasBrokersTime: hasBrokersTime)
        func process(_ type: Span<UInt8>?, isBehindCommands: Bool = false) throws -> Processor.Outcome {
            try decide(shard) {
                try processor.process(
                    source, as: origin, time: time, now: now, type: type, key: record.key, value: record.value,
                    isBehindCommands: isBehindCommands, areCommandsMixed: isMixed, shard)
            }
        }
        var outcome = try process(nil)
        if case .untyped = outcome, let type = record.header("type") { outcome = try process(type) }
        if case .waits = outcome {
            guard try isBehindCommands(record.offset, shard) else {
                shard.inputs.goBack(input, to: before)
                return
            }
            outcome = try process(record.header("type"), isBehindCommands: true)
        }
        status.metrics.consumed.increment()
        CrashPoint.reach(.decided)
        if case .elsewhere = outcome, let obstacle = Sender.obstacle(toForwarding: record) {
            outcome = .rejected(obstacle)
        }
        switch outcome {
        case .done: try carryOut(source, record, shard, sender)
        case .skipped: status.metrics.skipped.increment()
        case .elsewhere(let partition):
            try sender.forward(record, to: partition, at: hasBrokersTime ? time : min(time, now))
            CrashPoint.reach(.forwarded)
            status.metrics.forwarded.increment()
        case .untyped: try bury(record, source, Processor.untyped, sender)
        case .rejected(let rejection): try bury(record, source, rejection, sender)
        case .replay(let offset): try replay(record, offset, source, now, shard, sender)
        case .waits: break
        }
        if input == 0, shard.hold != nil { try readOnBehindCommands() }
    }

    /// Whether a record was said before the commands took exactly what the contract lists.
    func isOld(_ input: Int, _ offset: Int64, _ shard: Shard) -> Bool {
        input == 0 && (settings.mixed != .off || shard.inputs.mark.map { offset < $0 } ?? true)
    }

    /// What a record comes to. A row that cannot be read, though its file has just been made anew, is the record's to be refused for:
    /// the partition goes on, and the record can be handled again when the row is mended.
    func decide(_ shard: Shard, _ process: () throws -> Processor.Outcome) throws -> Processor.Outcome {
        do {
            let outcome = try process()
            if case .done = outcome, !Sender.fits(processor.transaction) { return .rejected(Sender.doesNotFit) }
            return outcome
        } catch let error as RowError {
            guard isInChangelog(error, shard.partition) else { throw error }
            status.metrics.strays.increment()
            return .rejected(Rejection(.row, "\(error): see negawatt state repair"))
        }
    }

    func carryOut(
        _ source: Transaction.Source, _ record: borrowing Record, _ shard: Shard, _ sender: Sender
    ) throws {
        let messages = try sender.carryOut(processor.transaction, shard)
        status.metrics.done.increment()
        work.done(source, record, processor.type, messages)
        noteLetters()
    }

    func bury(
        _ record: borrowing Record, _ source: Transaction.Source, _ rejection: Rejection, _ sender: Sender
    ) throws {
        try sender.bury(record, source, rejection)
        CrashPoint.reach(.letterProduced)
        status.metrics.rejected.increment()
        status.buried(rejection)
        work.buried(source, rejection, key: WorkLog.text(record.key))
    }

    /// Records that have waited and were given up by what has just been carried out.
    private func noteLetters() {
        for (record, rejection) in processor.transaction.effects.letters {
            status.buried(rejection)
            work.buried(record.source, rejection, key: WorkLog.text((record.key ?? "").utf8.span))
        }
    }

    /// Fires what is due, shard by shard, as long as the budget lasts: records are not kept waiting by long work.
    func fireTimers() throws {
        guard !isSuspended, let sender else { return }
        let deadline = surroundings.now + Self.timerBudget
        let now = surroundings.time
        var goesOn = true
        while goesOn {
            goesOn = false
            for case let shard? in shards {
                guard let due = shard.nextDue, due <= now, let timer = try shard.firstTimer() else { continue }
                try open(shard, sender)
                var rejection = try fire(timer, shard, now)
                if !Sender.fits(processor.transaction) {
                    rejection = Sender.doesNotFit
                    processor.giveUp(timer)
                }
                if let rejection {
                    log.error("a timer had no effect", ["timer": timer.key, "reason": rejection.reason])
                }
                status.metrics.timers.increment()
                let messages = try sender.carryOut(processor.transaction, shard)
                CrashPoint.reach(.timerFired)
                work.fired(timer, processor.transaction.source, messages)
                noteLetters()
                guard surroundings.now < deadline else { return }
                goesOn = true
            }
        }
    }

    /// - Returns: why it has no effect. One whose rows cannot be read fires again later, when they may have been mended.
    private func fire(_ timer: Timer, _ shard: Shard, _ now: Timestamp) throws -> Rejection? {
        do { return try processor.fire(timer, partition: shard.partition, now: now, shard) } catch let error as RowError
        {
            guard isInChangelog(error, shard.partition) else { throw error }
            status.metrics.strays.increment()
            processor.postpone(timer, until: now + Self.timerDelay)
            return Rejection(.row, "\(error): see negawatt state repair; it fires again in \(Self.timerDelay)")
        }
    }

    /// Makes the shard part of the open transaction, and opens one if none is.
    func open(_ shard: Shard, _ sender: Sender) throws {
        if began == nil {
            try watchdog.guarding(settings.callLimit) { () throws(KafkaError) in try sender.producer.begin() }
            began = surroundings.now
            CrashPoint.reach(.begun)
        }
        working = shard.partition
        try shard.touch()
        CrashPoint.reach(.savepointSet)
    }
}
