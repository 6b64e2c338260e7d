import Kafka
import Workers

/// An open Kafka transaction with the shards that have changed in it. Whoever ends it has it no longer: it is
/// committed, aborted or abandoned, and nothing is written to it afterwards.
struct OpenTransaction: ~Copyable {
    let began: ContinuousClock.Instant
    /// Of the record or timer being handled.
    private(set) var partition: Int32 = 0
    private var shards: [Shard] = []
    /// What is to be asked outside when all of this is committed, and else never.
    private var outsideCalls: [any OutsideCall] = []
    private let writer: EffectWriter
    private let calls: GuardedCalls

    /// How a commit has ended.
    enum Ending: ~Copyable {
        /// With what is to be asked outside now.
        case committed([any OutsideCall])
        /// Still open as far as this process knows; the error says whether Kafka may have committed it.
        case failed(OpenTransaction, any Error)
    }

    init(_ writer: EffectWriter, _ calls: GuardedCalls, at now: ContinuousClock.Instant) throws(KafkaError) {
        try calls { () throws(KafkaError) in try writer.producer.begin() }
        (began, self.writer, self.calls) = (now, writer, calls)
        CrashPoint.reach(.begun)
    }

    /// Makes the shard part of it: what is written from here on can be rolled back, and the shard's offsets go with the
    /// commit.
    mutating func enlist(_ shard: Shard) throws {
        partition = shard.partition
        if !shard.isEnlisted {
            try shard.enlist()
            shards.append(shard)
        }
        CrashPoint.reach(.touched)
    }

    /// Has these made when all of this is committed.
    mutating func call(_ calls: [any OutsideCall]) { outsideCalls += calls }

    /// - Parameter member: of this moment and this thread: with every touched shard's offsets, timers included, it is
    ///   what fences.
    consuming func commit(as member: consuming GroupMetadata) -> Ending {
        var member: GroupMetadata? = member
        do {
            // Last of what each shard writes: whoever reads the changelog knows by it how far the shard had come.
            for shard in shards { try writer.writePositions(of: shard) }
            CrashPoint.reach(.inputsNoted)
            let (producer, next) = (writer.producer, shards.flatMap(\.inputOffsets))
            try calls { () throws(KafkaError) in
                CrashPoint.reach(.offsetsSoon)
                if let member = member.take() { try producer.sendOffsets(next, member) }
                CrashPoint.reach(.offsetsSent)
                try producer.commit()
            }
        } catch { return .failed(self, error) }
        CrashPoint.reach(.committed)
        for shard in shards {
            shard.commit(writer.producer.deliveredPosition(shard.partition))
            CrashPoint.reach(.releasedOne)
        }
        CrashPoint.reach(.released)
        return .committed(outsideCalls)
    }

    /// The transaction has surely not happened: rolls the shards back and tells Kafka.
    consuming func abort() throws {
        for shard in shards { try shard.rollBack() }
        CrashPoint.reach(.rolledBack)
        let producer = writer.producer
        try calls { () throws(KafkaError) in try producer.abort() }
        CrashPoint.reach(.aborted)
    }

    /// Leaves it to Kafka to end: its outcome is unknown, or its producer of no more use. Shards are rolled back when
    /// they are closed.
    consuming func abandon() {}
}
