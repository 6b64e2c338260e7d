import Kafka
import Telemetry

/// How a loop ends: in order, or by an error that a turn cannot get over.
extension Loop {
    private static let restorePatience = Duration.seconds(2)

    /// Commits what is open, closes the files and leaves the group. What Kafka does not take any more is undone: the files
    /// then lie where it is, and the broker ends the transaction.
    func close() {
        status.set(.stopping)
        CrashPoint.reach(.stopping)
        do { try commit() } catch {
            log.warning("the last transaction is left to Kafka to end", ["reason": "\(error)"])
        }
        CrashPoint.reach(.stopCommitted)
        began = nil
        watchdog.guarding(settings.callLimit) { (letters, admin) = (nil, nil) }
        work.flush(isEnd: true)
        closeShards()
        CrashPoint.reach(.stopClosed)
        restoring?.cancel()
        leave()
        // What it has written is kept for the next start, if it comes to say so.
        endRestoring(by: surroundings.now + Self.restorePatience)
        CrashPoint.reach(.left)
    }

    /// After an error that a turn cannot get over: gives all up, so that another loop can begin.
    func abandon() {
        // What is open is left to Kafka to end.
        began = nil
        closeShards()
        endRestoring()
        leave()
    }

    /// Leaves the group, as far as there is one. Begun, it has to be finished: librdkafka, on all versions up to 2.16, closes a client
    /// once more when it is destroyed, and waits for ever if the first time is not over.
    private func leave() {
        watchdog.guarding(settings.callLimit) {
            do throws(KafkaError) { try consumer.beginClosing() } catch {
                log.debug("the group was not left in order", ["reason": error.reason])
                return
            }
            while !consumer.isClosed {
                do { _ = try takeNext(milliseconds: 100, surroundings.time) } catch {
                    log.debug("while leaving the group", ["reason": "\(error)"])
                }
            }
        }
    }

    /// Waits until nobody else has a file open: the next loop opens them.
    private func endRestoring(by deadline: ContinuousClock.Instant? = nil) {
        restoring?.cancel()
        while let job = restoring {
            if job.takeOutcome() != nil { restoring = nil }
            if let deadline, surroundings.now >= deadline { break }
            status.polled()
            surroundings.pause(.milliseconds(10))
        }
        status.restore(nil)
    }

    /// Undoes what is not committed, keeps the rest, and closes the files. Errors do not matter: a file is never ahead.
    func closeShards() {
        for index in shards.indices {
            guard let shard = shards[index] else { continue }
            do {
                try shard.rollBack()
                try shard.save(evenIfUnchanged: true)
            } catch {
                log.warning(
                    "a file was not saved: the next start replays more", ["partition": index, "reason": "\(error)"])
            }
            shards[index] = nil
        }
        report()
    }
}
