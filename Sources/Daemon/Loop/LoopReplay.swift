import Contracts
import Kafka
import Telemetry
import Workers

/// Dead letters that are handled again.
extension Loop {
    /// Handles the dead letter within the transaction that moves past the command which asks for it. It may do what its
    /// record might have done where that lay, and no more; what follows has its ids by the command.
    func replay(
        _ record: borrowing Record, _ offset: Int64, _ source: Transaction.Source, _ now: Timestamp, _ shard: Shard,
        _ writer: EffectWriter
    ) throws {
        let asked = source.provenance
        let command = asked.request?.command
        if let command, let known = try shard.answer(to: command, offset) {
            status.metrics.skipped.increment()
            return try writer.writeReplayed(known, of: source, asked: asked, index: 0, at: now)
        }
        let place = "\(RecordPlace(plan.context.deadLetters, shard.partition, offset))"
        let deadLetter: DeadLetter
        let input: Int
        do { (deadLetter, input) = try replayable(shard.partition, offset, place) } catch let rejection as Rejection {
            return try reject(record, rejection, source, writer)
        }
        var source = source
        source.provenance = deadLetter.provenance
        let outcome = try process(deadLetter, input, source, now, shard)
        let found = try finish(outcome, of: deadLetter, offset, place, record, source, now, shard, writer)
        // Whoever has asked by a tool of his own looks for himself.
        guard let (result, messages) = found, let command else { return }
        try writer.keep(AnsweredReplay(result, at: now), of: command, shard)
        try writer.writeReplayed(result, of: source, asked: asked, index: messages, at: now)
    }

    /// Writes what the dead letter has come to.
    /// - Returns: that, and how many messages there were; nil where the command itself is rejected.
    private func finish(
        _ outcome: Processor.Outcome, of deadLetter: DeadLetter, _ offset: Int64, _ place: String,
        _ record: borrowing Record, _ source: Transaction.Source, _ now: Timestamp, _ shard: Shard,
        _ writer: EffectWriter
    ) throws -> (Replayed, messages: Int)? {
        var (result, messages) = (Replayed(partition: shard.partition, offset: offset, .done), 0)
        switch outcome {
        case .done(let done): messages = try write(done, source, record, shard, writer)
        case .skipped:
            status.metrics.skipped.increment()
            result.outcome = .skipped
        case .elsewhere(let partition):
            try writer.forward(deadLetter, to: partition, at: min(deadLetter.time, now))
            status.metrics.forwarded.increment()
            result.outcome = .forwarded
        case .rejected(let rejection):
            // A large one is not copied as often as somebody asks for it: it lies there still.
            guard deadLetter.size <= Limits.outsiders.bytes else {
                let again = Rejection(rejection.kind, "\(place), refused again: \(rejection.reason)")
                try reject(record, again, source, writer)
                return nil
            }
            try reject(deadLetter, rejection, shard, writer)
            (result.outcome, result.kind, result.reason) = (.refused, rejection.kind.rawValue, rejection.reason)
        case .replay, .waits:
            let rejection = Rejection.refused("the dead letter \(place) is itself a Replay: send the Replay again")
            try reject(record, rejection, source, writer)
            return nil
        }
        return (result, messages)
    }

    /// The dead letter, and the place of its record's topic among the inputs.
    /// - Throws: `Rejection`, where it cannot be handled again.
    private func replayable(_ partition: Int32, _ offset: Int64, _ place: String) throws -> (DeadLetter, Int) {
        let found = try replays.deadLetter(partition, offset, place: place, plan, log: kafkaLog, in: surroundings)
        guard let deadLetter = found else {
            throw Rejection.notFound("there is no dead letter \(place) to handle again")
        }
        CrashPoint.reach(.letterRead)
        guard deadLetter.isWhole else {
            throw Rejection.refused("the dead letter \(place) does not hold its whole record")
        }
        guard let input = plan.inputs.firstIndex(of: deadLetter.topic) else {
            throw Rejection.refused("the dead letter \(place) is from \(deadLetter.topic), which is not an input")
        }
        return (deadLetter, input)
    }

    /// - Parameter input: its record's topic, by its place among the inputs.
    private func process(
        _ deadLetter: DeadLetter, _ input: Int, _ source: Transaction.Source, _ now: Timestamp, _ shard: Shard
    ) throws -> Processor.Outcome {
        // What the commands do not list is refused for that only where the old rule does not hold: such a dead letter
        // is never an old one.
        let isOld = deadLetter.kind != Rejection.Kind.unknownType.rawValue && isOld(input, deadLetter.offset, shard)
        let origin = Processor.Origin(deadLetter.source, isOld: isOld, cut: deadLetter.cut)
        let outcome = try decide(shard) {
            try deadLetter.lend { key, value in
                try processor.process(
                    source, as: origin, time: deadLetter.time, now: now, type: Processor.header(deadLetter.type),
                    key: key, value: value, isBehindCommands: true, shard)
            }
        }
        guard case .elsewhere = outcome, let obstacle = EffectWriter.obstacle(toForwarding: deadLetter) else {
            return outcome
        }
        return .rejected(obstacle)
    }

    /// Handled again in vain, it is a dead letter once more.
    private func reject(
        _ deadLetter: DeadLetter, _ rejection: Rejection, _ shard: Shard, _ writer: EffectWriter
    ) throws {
        try writer.reject(deadLetter, rejection, of: deadLetter.source, in: shard.partition)
        status.metrics.rejected.increment()
        deadLettered(deadLetter.source, rejection, key: deadLetter.key.map { WorkLog.text($0.span) } ?? "")
    }
}
