import Contracts
import Kafka
import Telemetry
import Workers

/// What is handled behind the commands that were there first: what a context sends to itself, and timers.
extension Loop {
    /// Its place among the inputs.
    static let internalInput = 1

    /// Whether the commands have been read up to where they ended when the record at this offset was read first. If
    /// not, what the context sends to itself is not read on in this shard until they are. Nothing of this is kept: the
    /// shard's next owner asks again.
    func isBehindCommands(_ offset: Int64, _ shard: Shard) throws -> Bool {
        if shard.passedBarrier == offset { return true }
        let end = try calls { () throws(KafkaError) in
            try commandsEnd.offset(shard.partition, plan, log: kafkaLog, in: surroundings)
        }
        if readCommands(shard) >= end { return true }
        shard.barrier = (offset, end)
        CrashPoint.reach(.held)
        return false
    }

    /// Whether the commands have been read up to where they ended when the timer was due or later. If not, neither it
    /// nor those behind it fire in this shard.
    func mayFire(_ timer: Timer, _ shard: Shard) -> Bool {
        guard firesBehindCommands(timer) else { return true }
        let (plan, surroundings, log) = (plan, surroundings, kafkaLog)
        let partition = shard.partition
        let end = shard.timerBarrier.commandsEnd(for: timer.due, at: surroundings.time, surroundings.now) {
            Inquiry("commands", in: surroundings) {
                try surroundings.admin(plan.properties, log: log).watermarks(plan.context.commands, partition).high
            }
        }
        let read = readCommands(shard)
        if let end, read >= end {
            shard.timerBarrier.release()
            return true
        }
        if shard.timerBarrier.hold(at: surroundings.now) {
            self.log.warning(
                "a timer waits for commands that are not read: is a transaction open in them?",
                ["timer": timer.key, "partition": partition, "read": read, "end": end ?? -1])
        }
        return false
    }

    /// Reads on where the commands have been read by now.
    func liftBarriers() throws {
        var isRead = false
        for shard in shards {
            guard let barrier = shard.barrier, readCommands(shard) >= barrier.commands else { continue }
            (shard.barrier, shard.passedBarrier) = (nil, barrier.record)
            isRead = true
        }
        if isRead { try assignInputs() }
    }

    /// Behind the last record lie, perhaps, marks of transactions.
    private func readCommands(_ shard: Shard) -> Int64 {
        max(shard.inputs.offsets[0], consumer.position(plan.context.commands, shard.partition) ?? 0)
    }
}
