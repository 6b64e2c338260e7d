import Contracts
import Kafka
import Telemetry

/// Partitions that the group assigns and revokes.
extension Loop {
    /// The group has assigned partitions: their files are restored first, so nothing is read yet.
    func onAssigned(_ partitions: [TopicPartition]) throws {
        var topics: [Int32: Set<String>] = [:]
        for item in partitions { topics[item.partition, default: []].insert(item.topic) }
        for partition in topics.keys where partition >= plan.identity.partitions {
            throw StateError(
                "a topic got a partition \(partition) while this daemon ran with \(plan.identity.partitions): keys would move "
                    + "to other partitions. The number of partitions cannot be changed; make new topics and move the records there"
            )
        }
        try assign([])
        status.joined(generation: try? consumer.groupMetadata().generation)
        let missing = plan.subscribed.filter { topic in topics.values.contains { !$0.contains(topic) } }
        guard missing.isEmpty else {
            // Nothing is read until all topics come: what belongs together is handled together.
            suspend()
            for topic in missing { faults.miss(topic, log) }
            return
        }
        faults.clear(log)
        CrashPoint.reach(.assigned)
        let assigned = Set(topics.keys)
        log.info("partitions assigned", ["partitions": text(assigned)])
        enter(phase.with(.assigned(assigned)))
    }

    /// The group revokes partitions: commits the open transaction and closes the files. The next owner goes on from
    /// the committed offsets.
    func onRevoked(_ partitions: [TopicPartition]) throws {
        CrashPoint.reach(.revoking)
        identity.forget()
        // From here on nothing may be assigned or read until the group says so: this is what it waits for.
        suspend()
        var failure: (any Error)?
        do { try commit() } catch { do { try recover(from: error) } catch let last { failure = last } }
        CrashPoint.reach(.revokedCommitted)
        closeShards()
        CrashPoint.reach(.revokedClosed)
        log.info("partitions revoked", ["partitions": text(Set(partitions.map(\.partition)))])
        // In any case: a client whose question was not answered cannot be closed.
        do throws(KafkaError) {
            try background?.assign([])
            try consumer.unassign()
        } catch { throw ConsumerFailure(error) }
        CrashPoint.reach(.unassigned)
        if let failure { throw failure }
    }
}
