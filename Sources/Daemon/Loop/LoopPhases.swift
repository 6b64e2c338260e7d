import Contracts
import Kafka
import Telemetry

/// From one phase to the next: the producer is made, files are restored.
extension Loop {
    /// Cancels the restore of the phase that is left.
    func enter(_ new: Phase) {
        if let job = phase.restore, job !== new.restore {
            job.cancel()
            cancelledRestore = job
        }
        phase = new
        status.set(new.status)
    }

    /// Handles nothing until the group assigns partitions again.
    func suspend() {
        if case .suspended = phase.membership { return }
        enter(phase.with(.suspended(since: surroundings.now)))
    }

    // MARK: Connecting

    /// Makes a producer when there is none and it is time.
    func connect() {
        let now = surroundings.now
        guard case .connecting(let membership) = phase, retries.isDue(at: now) else { return }
        do throws(KafkaError) {
            let writer = try calls { () throws(KafkaError) -> EffectWriter in
                try EffectWriter(
                    plan.context,
                    surroundings.producer(settings.producer, timeout: settings.callTimeout, log: kafkaLog),
                    outputs: outputs, isMixed: settings.mixed == .write)
            }
            CrashPoint.reach(.producerMade)
            status.reachable(log)
            enter(Phase(writer, membership))
        } catch {
            let wait = retries.failed(at: now)
            enter(phase)
            status.failed(error)
            if error.severity == .retriable {
                status.unreachable(error.reason, log)
            } else {
                log.error("no producer", ["reason": error.reason, "retry.ms": wait.milliseconds])
            }
        }
    }

    // MARK: Restoring

    /// Lends the files of partitions that are not assigned to the standby; a restore takes back those that are.
    func lendFiles() {
        guard let standby = plan.standby, cancelledRestore == nil, case .assigned(let own) = phase.membership,
            own != ownWhenLent, shards.allSatisfy({ own.contains($0.partition) })
        else { return }
        standby.lend(Set(shards.partitions).subtracting(own))
        ownWhenLent = own
    }

    /// The restore at work, also one that was cancelled.
    var restore: RestoreJob? { phase.restore ?? cancelledRestore }

    func startRestore() {
        guard cancelledRestore == nil, case .restoring(let writer, let partitions, nil) = phase,
            retries.isDue(at: surroundings.now)
        else { return }
        var plan = plan
        plan.partitions = partitions.sorted()
        plan.damaged = rebuilds.wanted
        let job = RestoreJob(plan, tables: tables, log: log, kafkaLog: kafkaLog, in: surroundings)
        phase = .restoring(writer, partitions, job)
        status.restore(job)
    }

    func collectRestore() throws {
        if let job = cancelledRestore, let outcome = outcome(of: job) {
            cancelledRestore = nil
            // Drops its shards, which closes their files.
            if case .failed(let error) = outcome,
                case .rebuild(let partition) = ErrorPolicy.decide(error, while: .restoring)
            {
                rebuilds.add(partition)
            }
        }
        guard case .restoring(let writer, let partitions, let job?) = phase, let outcome = outcome(of: job) else {
            return
        }
        phase = .restoring(writer, partitions, nil)
        switch outcome {
        case .cancelled: break
        case .restored(let restored): try run(restored, writer, partitions)
        case .failed(let error): try retryRestore(after: error, job)
        }
    }

    private func outcome(of job: RestoreJob) -> RestoreJob.Outcome? {
        guard let outcome = job.takeOutcome() else { return nil }
        status.restore(nil)
        rebuilds.putAside(job.putAside, at: surroundings.now)
        return outcome
    }

    private func run(_ restored: [Shard], _ writer: EffectWriter, _ partitions: Set<Int32>) throws {
        shards.add(restored)
        try assignInputs()
        try writeFindings(of: restored, writer)
        CrashPoint.reach(.readingOn)
        enter(.running(writer, partitions))
        report()
        log.info("running", ["partitions": text(partitions)])
    }

    private func retryRestore(after error: any Error, _ job: RestoreJob) throws {
        switch ErrorPolicy.decide(error, while: .restoring) {
        case .refuse(let refusal): throw refusal
        case .rebuild(let partition):
            rebuilds.add(partition)
            // At once, unless the rebuilt one is damaged too.
            let wait = job.putAside.contains(partition) ? retries.failed(at: surroundings.now) : .zero
            log.error(
                "a state file is damaged: rebuilding it from the changelog",
                ["partition": partition, "reason": "\(error)", "retry.ms": wait.milliseconds])
        default:
            let wait = retries.failed(at: surroundings.now)
            log.warning("restoring failed", ["reason": "\(error)", "retry.ms": wait.milliseconds])
        }
    }

    /// Reads every input of the restored shards from the shard's offsets; what was fetched before is dropped.
    func assignInputs() throws { try assign(shards.inputOffsets) }

    /// - Throws: `ConsumerFailure`: one that cannot be told what to read is of no use.
    func assign(_ partitions: [TopicPartition]) throws {
        do throws(KafkaError) {
            guard let background else { return try consumer.assign(partitions) }
            try consumer.assign(partitions.filter { !background.topics.contains($0.topic) })
            try background.assign(partitions.filter { background.topics.contains($0.topic) })
        } catch { throw ConsumerFailure(error) }
    }

    func text(_ partitions: Set<Int32>) -> String { partitions.sorted().map(String.init).joined(separator: ",") }
}
