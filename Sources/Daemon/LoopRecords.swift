import Contracts
import Kafka
import Telemetry
import Workers

/// Records and timers: each is decided on its own, and all that it does goes into the open transaction.
extension Loop {
    private static let timerBudget = Duration.milliseconds(20)

    func take(_ record: borrowing Record, _ now: Timestamp) throws {
        guard !isSuspended, let shard = shards[Int(record.partition)], let sender,
            let input = inputIDs.firstIndex(of: record.topicID), record.offset >= shard.next[input]
        else { return }
        try open(shard, sender)
        shard.next[input] = record.offset + 1
        let source = Transaction.Source(
            topic: plan.inputs[input], partition: record.partition, offset: record.offset, trace: record.trace)
        let time = record.timestamp.map(Timestamp.init(milliseconds:)) ?? now
        shard.readTime = time
        var outcome = try processor.process(
            source, time: time, now: now, type: nil, key: record.key, value: record.value, shard)
        if case .untyped = outcome, let type = record.header("type") {
            outcome = try processor.process(
                source, time: time, now: now, type: type, key: record.key, value: record.value, shard)
        }
        CrashPoint.reach(.decided)
        if case .done = outcome, !Sender.fits(processor.transaction) { outcome = .rejected(Sender.doesNotFit) }
        if case .elsewhere = outcome, !Sender.canForward(record) { outcome = .rejected(Sender.doesNotFit) }
        status.metrics.consumed.increment()
        switch outcome {
        case .done:
            let messages = try sender.carryOut(processor.transaction, shard)
            status.metrics.done.increment()
            work.done(source, record, processor.type, messages)
            noteLetters()
        case .skipped: status.metrics.skipped.increment()
        case .elsewhere(let partition):
            try sender.forward(record, to: partition)
            CrashPoint.reach(.forwarded)
            status.metrics.forwarded.increment()
        case .untyped: try bury(record, source, Processor.untyped, sender)
        case .rejected(let rejection): try bury(record, source, rejection, sender)
        }
    }

    private func bury(
        _ record: borrowing Record, _ source: Transaction.Source, _ rejection: Rejection, _ sender: Sender
    ) throws {
        try sender.bury(record, rejection)
        CrashPoint.reach(.letterProduced)
        status.metrics.rejected.increment()
        status.buried(rejection)
        work.buried(source, rejection, key: WorkLog.text(record.key))
    }

    /// Records that have waited and were given up by what has just been carried out.
    private func noteLetters() {
        for (record, rejection) in processor.transaction.effects.letters {
            status.buried(rejection)
            let source = Transaction.Source(
                topic: record.topic, partition: record.partition, offset: record.offset, trace: record.trace)
            work.buried(source, rejection, key: WorkLog.text((record.key ?? "").utf8.span))
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
                var rejection = try processor.fire(timer, partition: shard.partition, now: now, shard)
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

    /// Makes the shard part of the open transaction, and opens one if none is.
    private func open(_ shard: Shard, _ sender: Sender) throws {
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

extension Record {
    /// nil costs next to nothing where a record has no headers; those that it has are decoded by this look, once for all.
    fileprivate var trace: TraceParent? {
        guard let text = header(TraceParent.header) else { return nil }
        return TraceParent(text)
    }
}
