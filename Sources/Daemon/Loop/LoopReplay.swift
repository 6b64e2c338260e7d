import Contracts
import Kafka
import Telemetry
import Workers

/// Dead letters that are handled again.
extension Loop {
    /// Handles the dead letter within the transaction that moves past the command which asks for it. It may do what its record might have
    /// done where that lay, and no more; what follows has its ids by the command.
    func replay(
        _ record: borrowing Record, _ offset: Int64, _ source: Transaction.Source, _ now: Timestamp, _ shard: Shard,
        _ writer: EffectWriter
    ) throws {
        let place = "\(plan.context.deadLetters)-\(shard.partition)-\(offset)"
        let letter: DeadLetter
        let input: Int
        do { (letter, input) = try replayable(shard.partition, offset, place) } catch let rejection as Rejection {
            return try deadLetter(record, rejection, source, writer)
        }
        // What the commands do not list is refused for that only where the old rule does not hold: such a dead letter is never an old one.
        let isOld = letter.kind != Rejection.Kind.unknownType.rawValue && isOld(input, letter.offset, shard)
        let origin = Processor.Origin(letter.source, isOld: isOld, cut: letter.cut)
        var source = source
        source.provenance = letter.provenance
        switch try process(letter, origin, source, now, shard) {
        case .done(let done): try write(done, source, record, shard, writer)
        case .skipped: status.metrics.skipped.increment()
        case .elsewhere(let partition):
            if let obstacle = EffectWriter.obstacle(toForwarding: letter) {
                return try reject(letter, obstacle, place, record, source, shard, writer)
            }
            try writer.forward(letter, to: partition, at: min(letter.time, now))
            status.metrics.forwarded.increment()
        case .rejected(let rejection): try reject(letter, rejection, place, record, source, shard, writer)
        case .replay, .waits:
            let rejection = Rejection.refused("the dead letter \(place) is itself a Replay: send that again")
            try deadLetter(record, rejection, source, writer)
        }
    }

    /// The dead letter, and the place of its record's topic among the inputs.
    /// - Throws: `Rejection`, where it cannot be handled again.
    private func replayable(_ partition: Int32, _ offset: Int64, _ place: String) throws -> (DeadLetter, Int) {
        let found = try replays.deadLetter(partition, offset, place: place, plan, log: kafkaLog, in: surroundings)
        guard let letter = found else {
            throw Rejection.notFound("there is no dead letter \(place) that can be handled again")
        }
        CrashPoint.reach(.letterRead)
        guard letter.isWhole else { throw Rejection.refused("the dead letter \(place) is not its record as a whole") }
        guard let input = plan.inputs.firstIndex(of: letter.topic) else {
            throw Rejection.refused("the dead letter \(place) is of \(letter.topic), which is no input")
        }
        return (letter, input)
    }

    private func process(
        _ letter: DeadLetter, _ origin: Processor.Origin, _ source: Transaction.Source, _ now: Timestamp,
        _ shard: Shard
    ) throws -> Processor.Outcome {
        try decide(shard) {
            try letter.lend { key, value in
                try processor.process(
                    source, as: origin, time: letter.time, now: now, type: Processor.header(letter.type), key: key,
                    value: value, isBehindCommands: true, shard)
            }
        }
    }

    /// Handled again in vain, it is a dead letter once more.
    private func reject(
        _ letter: DeadLetter, _ rejection: Rejection, _ place: String, _ record: borrowing Record,
        _ source: Transaction.Source, _ shard: Shard, _ writer: EffectWriter
    ) throws {
        // A large one is not copied as often as somebody asks for it: it lies there still.
        guard letter.size <= Limits.outsiders.bytes else {
            let again = Rejection(rejection.kind, "\(place), once more: \(rejection.reason)")
            return try deadLetter(record, again, source, writer)
        }
        try writer.deadLetter(letter, rejection, of: letter.source, in: shard.partition)
        status.metrics.rejected.increment()
        deadLettered(letter.source, rejection, key: letter.key.map { WorkLog.text($0.span) } ?? "")
    }
}
