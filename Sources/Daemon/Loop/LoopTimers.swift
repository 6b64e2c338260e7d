import Contracts
import JSON
import Telemetry
import Workers

/// Timers: what one does when it fires goes into the open transaction, as a record's effects do.
extension Loop {
    private static let timerBudget = Duration.milliseconds(20)
    private static let timerDelay = Duration.seconds(60)
    /// How often it is looked whether commands that a timer waits for have been read. Each record is a look besides.
    private static let timerLook = Duration.milliseconds(10)

    /// How long until a timer fires, at the earliest; nil where none can.
    var timeToTimers: Duration? {
        guard case .running = phase else { return nil }
        let now = surroundings.time
        var next: Duration?
        for shard in shards {
            guard let due = shard.nextDue else { continue }
            let isHeld = due <= now && shard.timerBarrier.isHolding
            let time = isHeld ? Self.timerLook : .milliseconds(max(0, due.milliseconds - now.milliseconds))
            next = min(next ?? time, time)
        }
        return next
    }

    /// Fires what is due, one timer of each shard after the other, as long as the budget lasts and the transaction has
    /// room: records are not kept waiting by long work. The next time it goes on where it has stopped.
    func fireTimers() throws {
        guard case .running(let writer, _) = phase else { return }
        let deadline = surroundings.now + Self.timerBudget
        let now = surroundings.time
        var goesOn = true
        while goesOn {
            goesOn = false
            for place in shards.partitions {
                guard let shard = shards[inRound: place], let due = shard.nextDue, due <= now,
                    let timer = shard.firstTimer, mayFire(timer, shard)
                else { continue }
                try fire(timer, shard, now, writer)
                guard surroundings.now < deadline, !size.isFull else { return shards.endRound(behind: shard) }
                goesOn = true
            }
        }
    }

    private func fire(_ timer: Timer, _ shard: Shard, _ now: Timestamp, _ writer: EffectWriter) throws {
        try open(shard, writer)
        let fired = try decide(timer, shard, now)
        if let rejection = fired.rejection {
            log.error("a timer had no effect", ["timer": timer.key, "reason": rejection.reason])
        }
        status.metrics.timers.increment()
        let messages = try writer.write(fired.done, shard)
        ask(fired.done)
        size.add(
            timerEffects: fired.done.transaction.effects.count, bytes: fired.done.transaction.effects.json.count)
        CrashPoint.reach(.timerFired)
        workerMetrics.add(fired.done.transaction.effects)
        workLog.fired(timer, fired.done.transaction.source, messages)
        if let report = fired.done.transaction.effects.sweep { workLog.swept(report, shard.partition) }
        deadLettered(of: fired.done)
    }

    /// What a timer comes to. One whose rows cannot be read fires again later, when they may have been mended.
    private func decide(_ timer: Timer, _ shard: Shard, _ now: Timestamp) throws -> Processor.Fired {
        do {
            let fired = try processor.fire(timer, partition: shard.partition, now: now, shard)
            return EffectWriter.fits(fired.done) ? fired : processor.discard(timer, for: EffectWriter.doesNotFit)
        } catch let error as RowError {
            guard isRejected(error) else { throw error }
            status.metrics.strays.increment()
            let reason = "\(error): see negawatt state repair; it fires again in \(Self.timerDelay)"
            return processor.postpone(timer, until: now + Self.timerDelay, for: Rejection(.row, reason))
        }
    }
}
