import Contracts
import Kafka
import Telemetry

/// How a transaction begins and how it ends: committed, aborted, or with an unknown outcome.
extension Loop {
    /// Makes the shard part of the open transaction, and opens one if none is.
    func open(_ shard: Shard, _ writer: EffectWriter) throws {
        if transaction == nil { transaction = try OpenTransaction(writer, calls, at: surroundings.now) }
        try transaction?.enlist(shard)
    }

    func commit() throws {
        guard let began = transaction?.began else { return }
        let asked = surroundings.now
        // Metadata of this moment and this thread.
        let member = try calls { () throws(KafkaError) in try consumer.groupMetadata() }
        guard let open = transaction.take() else { return }
        switch open.commit(as: member) {
        case .committed(let calls): if !calls.isEmpty { outside?.make(calls) }
        case .failed(let open, let error):
            transaction = consume open
            throw error
        }
        let ended = surroundings.now
        pace.committed(
            at: ended, took: ended - asked, records: size.records, timerEffects: size.timerEffects)
        size.committed()
        replays.committed()
        contact.answered(at: ended)
        retries.committed()
        status.reachable(log)
        status.committed(ended - began)
    }

    /// The group has gone on and did not take the offsets: the transaction has surely not happened. The group assigns
    /// partitions again, with the offsets that it has.
    func abort(after error: any Error) throws {
        suspend()
        size.aborted()
        log.warning("transaction aborted", ["reason": reason(error), "code": (error as? KafkaError)?.name ?? ""])
        try transaction.take()?.abort()
    }

    /// Drops the producer and closes the files: a new producer is made, and the files follow Kafka again.
    func startOver(after error: any Error, _ cause: ErrorPolicy.Cause) throws {
        let now = surroundings.now
        let wait = cause == .fenced ? retries.fenced(at: now) : retries.failed(at: now)
        if cause == .slow {
            size.tooSlow()
            status.metrics.slow.increment()
        } else {
            size.aborted()
        }
        if case .damaged(let partition?) = cause { rebuilds.add(partition) }
        explain(error, cause, wait)
        dropClients()
        transaction.take()?.abandon()
        closeShards()
        CrashPoint.reach(.filesClosed)
        // The last reference to the producer.
        calls { enter(phase.disconnected) }
        CrashPoint.reach(.producerDropped)
        if case .assigned(let partitions) = phase.membership, !partitions.isEmpty { try assign([]) }
    }

    private func explain(_ error: any Error, _ cause: ErrorPolicy.Cause, _ wait: Duration) {
        var fields: LogFields = ["reason": "\(error)", "retry.ms": wait.milliseconds]
        let message: StaticString
        switch cause {
        case .unreachable: return status.unreachable(reason(error), log)
        case .unanswered where !consumer.reachesBroker(milliseconds: 200): return status.unreachable(reason(error), log)
        case .slow:
            message =
                "a transaction took longer than Kafka allows and was aborted: its records took too long, or the process was paused; retrying with fewer records"
            fields = fields + ["next.records": size.limit]
        case .fenced where retries.isFencedAgainAndAgain:
            message = "fenced repeatedly: another daemon runs with the same --instance; stop one of the two"
        case .diskFull:
            message =
                "the disk with the state directory is full: free some space; nothing is lost, work continues then"
        case .unanswered, .fenced, .damaged, .other: message = "starting over from what Kafka holds"
        }
        log.error(message, fields)
    }

    private func reason(_ error: any Error) -> String { (error as? KafkaError)?.reason ?? "\(error)" }
}
