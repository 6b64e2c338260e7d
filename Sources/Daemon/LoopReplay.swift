import Contracts
import Kafka
import Telemetry
import Workers

/// Dead letters that are handled again.
extension Loop {
    /// Handles the letter within the transaction that moves past the command which asks for it. It may do what its record might have
    /// done where that lay, and no more; what follows has its ids by the command.
    func replay(
        _ record: borrowing Record, _ offset: Int64, _ source: Transaction.Source, _ now: Timestamp, _ shard: Shard,
        _ sender: Sender
    ) throws {
        let asked = source.provenance
        if let known = asked.request?.command.flatMap({ shard.replays[$0, offset] }) {
            status.metrics.skipped.increment()
            return try sender.tell(known, of: source, asked: asked, index: 0, at: now)
        }
        let place = "\(plan.context.deadLetters)-\(shard.partition)-\(offset)"
        let found: Letter?
        do {
            found = try overdue.ask(for: place) { try letterReader().letter(shard.partition, offset) }
        } catch let rejection as Rejection {
            return try bury(record, source, rejection, sender)
        }
        guard let letter = found else {
            return try bury(
                record, source, .notFound("there is no dead letter \(place) that can be handled again"), sender)
        }
        CrashPoint.reach(.letterRead)
        guard letter.isWhole else {
            return try bury(record, source, .refused("the dead letter \(place) is not its record as a whole"), sender)
        }
        guard let input = plan.inputs.firstIndex(of: letter.topic) else {
            return try bury(
                record, source, .refused("the dead letter \(place) is of \(letter.topic), which is no input"), sender)
        }
        var source = source
        source.provenance = letter.provenance
        // What the commands do not list is refused for that only where the old rule does not hold: such a letter is never an old one.
        let isOld = letter.kind != Rejection.Kind.unknownType.rawValue && isOld(input, letter.offset, shard)
        let whence = Transaction.Source(
            topic: letter.topic, partition: letter.partition, offset: letter.offset,
            provenance: letter.provenance)
        let origin = Processor.Origin(whence, isOld: isOld, cut: letter.cut)
        var outcome = try process(letter, origin, source, type: nil, now, shard)
        if case .untyped = outcome, let type = letter.type {
            outcome = try process(letter, origin, source, type: type, now, shard)
        }
        if case .elsewhere = outcome, let obstacle = Sender.obstacle(toForwarding: letter) {
            outcome = .rejected(obstacle)
        }
        var (result, messages) = (Replayed(partition: shard.partition, offset: offset, .done), 0)
        switch outcome {
        case .done: messages = try carryOut(source, record, shard, sender)
        case .skipped:
            status.metrics.skipped.increment()
            result.outcome = .skipped
        case .elsewhere(let partition):
            try sender.forward(letter, to: partition, at: min(letter.time, now))
            status.metrics.forwarded.increment()
            result.outcome = .forwarded
        case .untyped, .rejected:
            var rejection = Processor.untyped
            if case .rejected(let why) = outcome { rejection = why }
            // A large one is not copied as often as somebody asks for it: it lies there still.
            guard letter.size <= Limits.outsiders.bytes else {
                return try bury(
                    record, source, Rejection(rejection.kind, "\(place), once more: \(rejection.reason)"), sender)
            }
            try bury(letter, whence, rejection, shard, sender)
            (result.outcome, result.kind, result.reason) = (.refused, rejection.kind.rawValue, rejection.reason)
        case .replay, .waits:
            return try bury(
                record, source, .refused("the dead letter \(place) is itself a Replay: send that again"), sender)
        }
        // Whoever has asked by a tool of his own looks for himself.
        guard let command = asked.request?.command else { return }
        shard.replays.add(result, of: command)
        try sender.tell(result, of: source, asked: asked, index: messages, at: now)
    }

    private func letterReader() throws -> LetterReader {
        if let letters { return letters }
        let new = try LetterReader(plan.context.deadLetters, plan.properties, log: kafkaLog, in: surroundings)
        letters = new
        return new
    }

    private func process(
        _ letter: Letter, _ origin: Processor.Origin, _ source: Transaction.Source, type: [UInt8]?, _ now: Timestamp,
        _ shard: Shard
    ) throws -> Processor.Outcome {
        try decide(shard) {
            try letter.lend { key, value in
                try processor.process(
                    source, as: origin, time: letter.time, now: now, type: type?.span, key: key, value: value,
                    isBehindCommands: true, shard)
            }
        }
    }

    private func bury(
        _ letter: Letter, _ source: Transaction.Source, _ rejection: Rejection, _ shard: Shard, _ sender: Sender
    ) throws {
        try sender.bury(
            letter, source, rejection, shard.partition)
        CrashPoint.reach(.letterProduced)
        status.metrics.rejected.increment()
        status.buried(rejection)
        work.buried(source, rejection, key: letter.key.map { WorkLog.text($0.span) } ?? "")
    }
}
