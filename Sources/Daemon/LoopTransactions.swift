import Contracts
import Kafka
import SQLite
import Telemetry
import Workers

/// How a transaction ends: committed, undone, or in the dark.
extension Loop {
    func commit() throws {
        guard let started = began, let sender else { return }
        // Of every shard that was touched, timers included: offsets are what fences a transaction.
        let touched = shards.compactMap { $0 }.filter(\.isTouched)
        let next = touched.flatMap { shard in
            zip(plan.inputs, shard.next).map { TopicPartition($0, shard.partition, offset: $1) }
        }
        try watchdog.guarding(settings.callLimit) { () throws(KafkaError) in
            // Metadata of this moment and this thread.
            try sender.producer.sendOffsets(next, consumer.groupMetadata())
            try sender.producer.commit()
        }
        began = nil
        for shard in touched { try shard.release(sender.producer.deliveredPosition(shard.partition)) }
        committedAt = .now
        retry.reset()
        status.reached(log)
        status.committed(committedAt - started)
    }

    /// Sorts an error: what only undoes the transaction, and what leaves its outcome unknown.
    func recover(from error: any Error) throws {
        if let error = error as? ConsumerLost { throw error }
        if let error = error as? StateError { throw error }
        if let error = error as? KafkaError, error.severity == .abortable {
            status.failed(error)
            do { return try undo(error) } catch let second as KafkaError { return try startOver(second) }
        }
        if let error = error as? KafkaError {
            status.failed(error)
            return try startOver(error)
        }
        if error is RowError || (error as? SQLiteError)?.isCorrupt == true { startsEmpty = true }
        try startOver(error)
    }

    /// The transaction has surely not happened: undo it and go back to where it began.
    private func undo(_ error: KafkaError) throws {
        log.warning("transaction undone", ["reason": error.reason, "code": error.name])
        for case let shard? in shards { try shard.rollBack() }
        if began != nil, let sender {
            try watchdog.guarding(settings.callLimit) { () throws(KafkaError) in try sender.producer.abort() }
        }
        began = nil
        if error.isMembership {
            // Partitions come anew, with their offsets.
            isSuspended = true
        } else {
            try readOn()
        }
    }

    /// Nobody knows whether the transaction happened, or a file did not take it: throw the producer away, and let the files follow
    /// Kafka again.
    private func startOver(_ error: any Error) throws {
        let wait = retry.next()
        let isFenced = (error as? KafkaError)?.isFenced == true
        if let error = error as? KafkaError, error.severity == .retriable {
            status.heard(error, log)
        } else {
            log.error(
                isFenced && retry.attempts > 2
                    ? "fenced again and again: another daemon runs with the same --instance; waiting before the next try"
                    : "starting over from what Kafka holds",
                ["reason": "\(error)", "again in ms": wait.milliseconds])
        }
        restoring?.cancel()
        closeShards()
        began = nil
        status.set(.waiting)
        watchdog.guarding(settings.callLimit) { sender = nil }
        if !assigned.isEmpty, !isSuspended { try consumer.assign([]) }
    }

    /// Makes a producer when there is none and it is time.
    func ensureSender() {
        guard sender == nil, retry.isDue else { return }
        do throws(KafkaError) {
            sender = try watchdog.guarding(settings.callLimit) { () throws(KafkaError) -> Sender in
                try Sender(plan.context, settings.producer, patience: settings.patience, log: log)
            }
            status.reached(log)
        } catch {
            let wait = retry.next()
            status.failed(error)
            if error.severity == .retriable {
                status.heard(error, log)
            } else {
                log.error("no producer", ["reason": error.reason, "again in ms": wait.milliseconds])
            }
        }
    }
}
