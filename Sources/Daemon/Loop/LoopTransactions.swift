import Contracts
import Kafka
import SQLite
import Telemetry
import Workers

/// How a transaction ends: committed, undone, or in the dark.
extension Loop {
    func commit() throws {
        guard let started = began, let sender else { return }
        let asked = surroundings.now
        // Of every shard that was touched, timers included: offsets are what fences a transaction.
        let touched = shards.compactMap { $0 }.filter(\.isTouched)
        let next = touched.flatMap { shard in
            zip(plan.inputs, shard.inputs.next).map { TopicPartition($0, shard.partition, offset: $1) }
        }
        // Last of what each shard writes: whoever reads the changelog knows by it where the work had come.
        for shard in touched { try sender.note(shard) }
        CrashPoint.reach(.inputsNoted)
        try watchdog.guarding(settings.callLimit) { () throws(KafkaError) in
            CrashPoint.reach(.offsetsSoon)
            // Metadata of this moment and this thread.
            try sender.producer.sendOffsets(next, consumer.groupMetadata())
            CrashPoint.reach(.offsetsSent)
            try sender.producer.commit()
        }
        CrashPoint.reach(.committed)
        began = nil
        for shard in touched {
            try shard.release(sender.producer.deliveredPosition(shard.partition))
            CrashPoint.reach(.releasedOne)
        }
        CrashPoint.reach(.released)
        let ended = surroundings.now
        pace.committed(at: ended, took: ended - asked)
        size.committed()
        overdue.committed()
        answeredAt = ended
        retry.reset()
        status.reached(log)
        status.committed(ended - started)
    }

    /// Sorts an error: what only undoes the transaction, and what leaves its outcome unknown or the producer of no more use.
    func recover(from error: any Error) throws {
        if let error = error as? ConsumerLost { throw error }
        if let error = error as? StateError { throw error }
        if let error = error as? KafkaError { status.failed(error) }
        // Not after a record that did not get in: librdkafka, on all versions up to 2.16, goes on behind its number. What the producer
        // sends next to that partition is out of order.
        if let error = error as? KafkaError, error.severity == .abortable, error.isMembership {
            do { return try undo(error) } catch {
                if error is ConsumerLost { throw error }
                return try startOver(error)
            }
        }
        if error is RowError {
            damaged.insert(working)
        } else if let error = error as? SQLiteError, error.isCorrupt {
            damaged.insert(plan.directory.partition(of: error) ?? working)
        }
        try startOver(error)
    }

    /// Whether a row that cannot be read lies so in the changelog: its file was made anew not long ago.
    func isInChangelog(_ error: RowError, _ partition: Int32) -> Bool {
        guard let made = madeAnew[partition] else { return false }
        return surroundings.now - made < .seconds(3600)
    }

    /// The group has gone on and did not take the offsets: the transaction has surely not happened. Partitions come anew, with theirs.
    private func undo(_ error: KafkaError) throws {
        suspend()
        size.aborted()
        log.warning("transaction undone", ["reason": error.reason, "code": error.name])
        for case let shard? in shards { try shard.rollBack() }
        CrashPoint.reach(.rolledBack)
        if began != nil, let sender {
            try watchdog.guarding(settings.callLimit) { () throws(KafkaError) in try sender.producer.abort() }
            CrashPoint.reach(.aborted)
        }
        began = nil
    }

    /// Nobody knows whether the transaction happened, or Kafka or a file did not take it: throw the producer away, and let the files
    /// follow Kafka again.
    private func startOver(_ error: any Error) throws {
        let now = surroundings.now
        var wait = retry.next(at: now)
        let isFenced = (error as? KafkaError)?.isFenced == true
        let isSlow = isFenced && began.map { now - $0 > settings.transactionTimeout } == true
        if isSlow {
            size.tooSlow()
            status.metrics.slow.increment()
        } else if isFenced {
            if now - fencedAt > Self.fencingMemory { fencing.reset() }
            fencedAt = now
            wait = max(wait, fencing.next(at: now))
        }
        if let error = error as? KafkaError, isAway(error) {
            status.heard(error, log)
        } else {
            log.error(
                isSlow ? Self.slow : explanation(of: error, isFenced),
                ["reason": "\(error)", "retry.ms": wait.milliseconds] + (isSlow ? ["next.records": size.limit] : [:]))
        }
        if !isSlow { size.aborted() }
        (letters, admin) = (nil, nil)
        restoring?.cancel()
        closeShards()
        CrashPoint.reach(.filesClosed)
        began = nil
        status.set(.waiting)
        watchdog.guarding(settings.callLimit) { sender = nil }
        CrashPoint.reach(.producerDropped)
        if !assigned.isEmpty, !isSuspended { try assign([]) }
    }

    /// Records can come in late also where brokers are there, and a partition has no leader or too few replicas.
    private func isAway(_ error: KafkaError) -> Bool {
        error.severity == .retriable || error.isTimeout && !consumer.reachesBroker(milliseconds: 200)
    }

    private static var slow: StaticString {
        "a transaction took longer than Kafka allows and was aborted: its records took too long, or the process stood still; again, fewer"
    }

    private func explanation(of error: any Error, _ isFenced: Bool) -> StaticString {
        if isFenced, fencing.attempts > 2 {
            return "fenced again and again: another daemon runs with the same --instance; one of the two has to go"
        }
        if (error as? SQLiteError)?.isFull == true {
            return "the disk with the state directory is full: make room; nothing is lost, going on when there is some"
        }
        return "starting over from what Kafka holds"
    }

    /// Fenced once is a process that was stopped for long; more often within this time are two with one name.
    private static var fencingMemory: Duration { .seconds(120) }

    /// Makes a producer when there is none and it is time.
    func ensureSender() {
        let now = surroundings.now
        guard sender == nil, retry.isDue(at: now), fencing.isDue(at: now) else { return }
        do throws(KafkaError) {
            sender = try watchdog.guarding(settings.callLimit) { () throws(KafkaError) -> Sender in
                try Sender(
                    plan.context,
                    surroundings.producer(settings.producer, patience: settings.patience, log: kafkaLog),
                    isMixed: settings.mixed == .write)
            }
            CrashPoint.reach(.producerMade)
            status.reached(log)
        } catch {
            let wait = retry.next(at: now)
            status.failed(error)
            if error.severity == .retriable {
                status.heard(error, log)
            } else {
                log.error("no producer", ["reason": error.reason, "retry.ms": wait.milliseconds])
            }
        }
    }
}
