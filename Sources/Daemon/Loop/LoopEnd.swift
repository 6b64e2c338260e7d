import Kafka
import Telemetry
import Workers

/// How a loop ends: in order, or by an error that a turn cannot get over.
extension Loop {
    private static let restoreTimeout = Duration.seconds(2)

    /// Commits the open transaction, closes the files and leaves the group. If the commit fails, the shards are rolled
    /// back to the last one that has succeeded, and the broker ends the transaction.
    func close() {
        enter(.closing(phase.writer))
        CrashPoint.reach(.stopping)
        do { try commit() } catch {
            log.warning("the last transaction was left open: Kafka ends it", ["reason": "\(error)"])
        }
        CrashPoint.reach(.stopCommitted)
        transaction.take()?.abandon()
        dropClients()
        workLog.flush(isEnd: true)
        closeShards()
        CrashPoint.reach(.stopClosed)
        leave()
        // What it has written is kept for the next start, if it ends in time.
        awaitRestore(until: surroundings.now + Self.restoreTimeout)
        CrashPoint.reach(.left)
    }

    /// After an error that a turn cannot get over: leaves everything, so that another loop can begin.
    func abandon() {
        transaction.take()?.abandon()
        enter(.abandoned(phase.writer))
        closeShards()
        awaitRestore()
        leave()
    }

    /// Leaves the group, as far as there is one. Begun, it has to be finished: librdkafka, on all versions up to 2.16,
    /// closes a client once more when it is destroyed, and waits for ever if the first time is not over.
    private func leave() {
        calls {
            do throws(KafkaError) { try consumer.beginClosing() } catch {
                log.debug("the consumer did not leave the group cleanly", ["reason": error.reason])
                return
            }
            while !consumer.isClosed {
                do { _ = try takeEvent(milliseconds: 100, surroundings.time) } catch {
                    log.debug("while leaving the group", ["reason": "\(error)"])
                }
            }
        }
    }

    /// Waits until the cancelled restore has closed its files: the next loop opens them.
    private func awaitRestore(until deadline: ContinuousClock.Instant? = nil) {
        while let job = cancelledRestore {
            if job.takeOutcome() != nil { cancelledRestore = nil }
            if let deadline, surroundings.now >= deadline { break }
            status.polled()
            surroundings.pause(.milliseconds(10))
        }
        status.restore(nil)
    }

    func closeShards() {
        outside?.drop()
        processor.release()
        shards.close(log)
        report()
    }

    func dropClients() {
        calls {
            replays.dropClient()
            commandsEnd.dropClient()
        }
    }
}
