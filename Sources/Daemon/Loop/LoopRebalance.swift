import Contracts
import Kafka
import Telemetry

/// Partitions that come and go, and their files.
extension Loop {
    /// Joined: the shards are restored first, so nothing is read yet.
    func takeOver(_ partitions: [TopicPartition]) throws {
        var topics: [Int32: Set<String>] = [:]
        for item in partitions { topics[item.partition, default: []].insert(item.topic) }
        for partition in topics.keys where partition >= plan.identity.partitions {
            throw StateError(
                "a topic has got a partition \(partition) while this daemon ran on \(plan.identity.partitions): keys would live "
                    + "elsewhere. The number of partitions cannot be changed; make new topics and move the records there"
            )
        }
        let missing = plan.subscribed.filter { topic in topics.values.contains { !$0.contains(topic) } }
        guard missing.isEmpty else { return try wait(for: missing) }
        isSuspended = false
        faults.clear(log)
        assigned = Set(topics.keys)
        try assign([])
        CrashPoint.reach(.assigned)
        status.joined(generation: try? consumer.groupMetadata().generation)
        log.info("partitions assigned", ["partitions": text(assigned)])
        status.set(assigned.isEmpty ? .running : .restoring)
    }

    /// Partitions have come without those of some topics. Nothing is read until they come: what belongs together is worked on together.
    private func wait(for topics: [String]) throws {
        assigned = []
        try assign([])
        suspend()
        status.joined(generation: try? consumer.groupMetadata().generation)
        status.set(.joining)
        for topic in topics {
            faults.miss(topic, log)
        }
    }

    /// Finishes what is open for the partitions and lets them go. Whoever gets them begins where this ends.
    func giveUp(_ partitions: [TopicPartition]) throws {
        CrashPoint.reach(.revoking)
        let given = assigned
        (anchors, compared) = ([], [])
        // From here on nothing may be assigned or read until the group says so: this is what it waits for.
        assigned = []
        suspend()
        var failure: (any Error)?
        do { try commit() } catch { do { try recover(from: error) } catch let last { failure = last } }
        CrashPoint.reach(.revokedCommitted)
        restoring?.cancel()
        closeShards()
        CrashPoint.reach(.revokedClosed)
        log.info("partitions given up", ["partitions": text(given)])
        status.set(.joining)
        // In any case: a client whose question was not answered cannot be closed.
        do throws(KafkaError) { try consumer.unassign() } catch { throw ConsumerLost(error) }
        CrashPoint.reach(.unassigned)
        if let failure { throw failure }
    }

    func startRestoring() {
        guard restoring == nil, sender != nil, !isSuspended else { return }
        let missing = assigned.filter { shards[Int($0)] == nil }.sorted()
        guard !missing.isEmpty, retry.isDue(at: surroundings.now) else { return }
        var plan = plan
        plan.partitions = missing
        plan.damaged = damaged
        restoring = RestoreJob(plan, tables: tables, log: log, kafkaLog: kafkaLog, in: surroundings)
        status.restore(restoring)
        status.set(.restoring)
    }

    func collectRestored() throws {
        guard let job = restoring, let outcome = job.takeOutcome() else { return }
        restoring = nil
        status.restore(nil)
        // Once: what is made anew after that is worth keeping, however often it takes.
        damaged.subtract(job.putAside)
        for partition in job.putAside { madeAnew[partition] = surroundings.now }
        switch outcome {
        case .restored(let restored):
            // A rebalance may have come in between; a cancelled job's shards are dropped, which closes their files.
            guard !job.isCancelled, assigned.isSuperset(of: job.plan.partitions), sender != nil else { return }
            for shard in restored { shards[Int(shard.partition)] = shard }
            try readOn()
            try noteFindings(of: restored)
            CrashPoint.reach(.readingOn)
            report()
            status.set(.running)
            log.info("running", ["partitions": text(assigned)])
        case .cancelled: break
        // What is wrong with a partition that is somebody else's by now is theirs to say.
        case .refused(let error): if !job.isCancelled { throw error }
        case .damaged(let partition, let reason):
            damaged.insert(partition)
            // At once, unless the one that was made anew is damaged too.
            let wait = job.putAside.contains(partition) ? retry.next(at: surroundings.now) : .zero
            log.error(
                "a state file is damaged: making it anew from the changelog",
                ["partition": partition, "reason": reason, "retry.ms": wait.milliseconds])
        case .failed(let reason):
            let wait = retry.next(at: surroundings.now)
            log.warning("restoring failed", ["reason": reason, "retry.ms": wait.milliseconds])
        }
    }

    /// Reads the shards that are restored, each from where its work has come; what was fetched before is forgotten.
    func readOn() throws {
        let ready = shards.compactMap { $0 }
        try assign(
            ready.flatMap { shard in
                zip(plan.inputs, shard.inputs.next).map { TopicPartition($0, shard.partition, offset: $1) }
            })
    }

    /// - Throws: `ConsumerLost`: one that cannot be told what to read is of no use.
    func assign(_ partitions: [TopicPartition]) throws {
        do throws(KafkaError) { try consumer.assign(partitions) } catch { throw ConsumerLost(error) }
    }

    /// Reads nothing until the group gives partitions anew.
    func suspend() {
        if !isSuspended { suspendedAt = surroundings.now }
        isSuspended = true
    }

    private func text(_ partitions: Set<Int32>) -> String {
        partitions.sorted().map(String.init).joined(separator: ",")
    }
}
