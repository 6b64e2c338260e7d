import Chance
package import Contracts
package import Workers

/// Runs workers in memory on topics of several partitions, each record on its own, in an order that a seed chooses:
/// whatever order Kafka may bring them in can happen here. The clock stands still until it is moved.
package final class Harness {
    package struct Record: Sendable, Hashable {
        package let topic: String
        package let partition: Int32
        package let offset: Int64
        package let time: Timestamp
        package let key: String?
        package let type: String?
        package let value: String?
        /// The header `id` of what a worker has sent: the same when it is sent again.
        package let id: String?
        package var provenance = Provenance()

        package var trace: TraceParent? { provenance.trace }
    }

    package struct DeadLetter: Sendable {
        /// The context that has refused the record.
        package let context: Context
        /// Where the dead letter lies: among those of the context's partition.
        package let partition: Int32
        package let offset: Int64
        /// topic-partition-offset of the record.
        package let source: String
        package let time: Timestamp
        package let key: String?
        package let type: String?
        package let value: String?
        package let provenance: Provenance
        package let rejection: Rejection
        /// What the record was, where the dead letter says it again.
        package let cut: String?

        package var trace: TraceParent? { provenance.trace }
    }

    /// Whether the time of a record is when a broker got it, and not its sender's.
    package var hasBrokersTime = false
    package private(set) var clock: Timestamp
    /// By topic, then partition.
    package private(set) var topics: [String: [[Record]]] = [:]
    package private(set) var deadLetters: [DeadLetter] = []
    /// What workers have counted, by the counters' names.
    package private(set) var counts: [String: Int] = [:]
    /// What workers have asked outside and nobody has taken yet.
    package var calls: [any OutsideCall] = []
    private let shards: [Shard]
    private let partitions: Int32
    private var random: SeededGenerator
    private let check: (Record) throws -> Void

    /// `check` sees every record that a worker sends, and throws when it breaks its contract.
    package init(
        _ workers: [any Worker], partitions: Int32 = 4, seed: UInt64 = 1,
        clock: Timestamp = Timestamp(milliseconds: 1_795_251_600_000),
        check: @escaping (Record) throws -> Void = { _ in }
    ) {
        (self.partitions, self.clock, self.check) = (partitions, clock, check)
        random = SeededGenerator(seed)
        shards = workers.flatMap { worker in (0..<partitions).map { Shard(worker, $0, of: partitions) } }
    }

    /// Puts a record where its sender would: by its key's hash, or anywhere without one.
    package func send(
        _ topic: Topic, key: String?, _ value: String?, type: String? = nil, partition: Int32? = nil,
        at time: Timestamp? = nil, trace: TraceParent? = nil, request: Request? = nil
    ) {
        let home = partition ?? key.map { Partitioner.partition(of: $0, among: partitions) }
        let partition = home ?? Int32.random(in: 0..<partitions, using: &random)
        append(
            Record(
                topic: topic.name, partition: partition, offset: 0, time: time ?? clock, key: key, type: type,
                value: value, id: nil, provenance: Provenance(trace: trace, request: request)))
    }

    /// Works until there is nothing left to do at this time.
    package func run() throws {
        while true {
            let ready = shards.flatMap { shard in
                shard.inputs.filter { next($0, shard) != nil }.map { (shard, $0 as String?) }
                    + (shard.dueTimer(clock) == nil ? [] : [(shard, nil)])
            }
            guard let (shard, topic) = ready.randomElement(using: &random) else { return }
            if let topic { try take(topic, shard) } else { try fire(shard) }
        }
    }

    /// Moves the clock and lets what is due happen.
    package func advance(by duration: Duration) throws {
        clock = clock + duration
        try run()
    }

    /// The values of a topic's records of a type, partition by partition.
    package func values(_ topic: Topic, _ type: MessageType? = nil) -> [String] {
        (topics[topic.name] ?? []).joined().filter { type == nil || $0.type == type?.description }.compactMap(\.value)
    }

    /// All rows of a table, over all shards, by key.
    package func rows<T: Table>(_ context: Context, _ table: T.Type) -> [String: String] {
        var rows: [String: String] = [:]
        for shard in shards where shard.context == context {
            guard let position = shard.tables.firstIndex(where: { $0 == table }) else { continue }
            for row in shard.store.rows(position) { rows[row.key] = row.value }
        }
        return rows
    }

    /// The keys of a context's timers, over all shards, but for those of sweeps, which are always set for the next day.
    package func timers(_ context: Context) -> [String] {
        rows(context, Timers.self).keys.filter { Timer(key: $0)?.kind != Sweep.timerKind }.sorted()
    }

    /// What a worker's gauges show, partition by partition.
    package func measure(_ context: Context) throws -> [[Int64]] {
        try shards.filter { $0.context == context }.map {
            try $0.processor.measure(partition: $0.partition, now: clock, $0.store)
        }
    }

    /// Takes a row out of the changelog, as `negawatt state repair` does.
    package func takeOut<T: Table>(_ context: Context, _ table: T.Type, _ key: String) {
        for shard in shards where shard.context == context {
            guard let position = shard.tables.firstIndex(where: { $0 == table }) else { continue }
            shard.store.delete(table: position, key: key.utf8.span)
        }
    }

    /// Puts a row into a partition, as an earlier version may have left it there.
    package func put<T: Table>(_ context: Context, _ table: T.Type, _ key: String, _ value: String, in partition: Int32)
    {
        for shard in shards where shard.context == context && shard.partition == partition {
            guard let position = shard.tables.firstIndex(where: { $0 == table }) else { continue }
            shard.store.put(table: position, key: key.utf8.span, value: value.utf8.span)
        }
    }

    private func next(_ topic: String, _ shard: Shard) -> Record? {
        guard let records = topics[topic]?[Int(shard.partition)] else { return nil }
        let position = shard.positions[topic] ?? 0
        return position < records.count ? records[position] : nil
    }

    /// Puts a record behind the others of its partition.
    @discardableResult
    private func append(_ record: Record) -> Record {
        let place = Int(record.partition)
        let none = Array(repeating: [Record](), count: Int(partitions))
        let offset = Int64(topics[record.topic]?[place].count ?? 0)
        // In place: a copy each time would make long tests slow.
        let placed = record.moved(to: offset)
        topics[record.topic, default: none][place].append(placed)
        return placed
    }

    private func take(_ topic: String, _ shard: Shard) throws {
        guard let record = next(topic, shard) else { return }
        shard.positions[topic, default: 0] += 1
        let source = Transaction.Source(
            topic: topic, partition: record.partition, offset: record.offset, provenance: record.provenance)
        let place = source.description
        // Read at this moment: whatever comes to the commands later lies behind it.
        let isBehindCommands = next(shard.context.commands, shard) == nil
        let origin = Processor.Origin(source, hasBrokersTime: hasBrokersTime)
        switch try shard.process(record, as: origin, source, clock, isBehindCommands: isBehindCommands) {
        case .waits: shard.positions[topic, default: 0] -= 1
        case .replay(let offset): try replay(record, offset, source, place, shard)
        case let outcome: try finish(outcome, record, place, shard)
        }
    }

    /// - Parameter cut: of a dead letter that is handled again.
    private func finish(
        _ outcome: Processor.Outcome, _ record: Record, _ place: String, _ shard: Shard, _ cut: String? = nil
    ) throws {
        switch outcome {
        case .done(let done): try write(done, shard)
        case .skipped: break
        case .elsewhere(let partition):
            append(
                Record(
                    topic: shard.context.internal, partition: partition, offset: 0, time: record.time, key: record.key,
                    type: record.type, value: record.value, id: record.id, provenance: record.provenance))
        case .rejected(let rejection): deadLetter(record, place, rejection, shard, cut)
        case .replay, .waits: deadLetter(record, place, .refused("a replay cannot be replayed"), shard)
        }
    }

    /// Handles a dead letter again, as the record that it was.
    private func replay(
        _ record: Record, _ offset: Int64, _ source: Transaction.Source, _ place: String, _ shard: Shard
    ) throws {
        let letter = deadLetters.first {
            $0.context == shard.context && $0.partition == shard.partition && $0.offset == offset
        }
        guard let letter else {
            return deadLetter(record, place, .notFound("there is no dead letter at offset \(offset)"), shard)
        }
        let again = Record(
            topic: record.topic, partition: record.partition, offset: record.offset, time: letter.time,
            key: letter.key, type: letter.type, value: letter.value, id: nil, provenance: letter.provenance)
        var source = source
        source.provenance = letter.provenance
        let parts = letter.source.split(separator: "-")
        let origin = Processor.Origin(
            Transaction.Source(
                topic: parts.dropLast(2).joined(separator: "-"), partition: letter.partition,
                offset: parts.last.flatMap { Int64($0) } ?? 0),
            cut: letter.cut)
        let outcome = try shard.process(again, as: origin, source, clock, isBehindCommands: true)
        try finish(outcome, again, letter.source, shard, letter.cut)
    }

    private func deadLetter(
        _ record: Record, _ source: String, _ rejection: Rejection, _ shard: Shard, _ cut: String? = nil
    ) {
        deadLetter(
            source, record.time, key: record.key, type: record.type, value: record.value, record.provenance, rejection,
            shard, cut)
    }

    private func deadLetter(
        _ source: String, _ time: Timestamp, key: String?, type: String?, value: String?,
        _ provenance: Provenance, _ rejection: Rejection, _ shard: Shard, _ cut: String?
    ) {
        let before = deadLetters.count { $0.context == shard.context && $0.partition == shard.partition }
        deadLetters.append(
            DeadLetter(
                context: shard.context, partition: shard.partition, offset: Int64(before), source: source, time: time,
                key: key, type: type, value: value, provenance: provenance, rejection: rejection,
                cut: cut))
    }

    private func fire(_ shard: Shard) throws {
        guard let timer = shard.dueTimer(clock) else { return }
        let fired = try shard.processor.fire(timer, partition: shard.partition, now: clock, shard.store)
        if let rejection = fired.rejection { throw rejection }
        try write(fired.done, shard)
    }

    private func write(_ done: Processor.Done, _ shard: Shard) throws {
        calls += done.transaction.effects.calls
        for (counter, amount) in done.transaction.effects.counts {
            counts[shard.counters[counter].name, default: 0] += amount
        }
        for item in shard.apply(done, clock) {
            switch item {
            case .sent(let record):
                try check(append(record))
            case .deadLetter(let record, let rejection):
                let source = "\(RecordPlace(record.topic, record.partition, record.offset))"
                deadLetter(
                    source, record.time, key: record.key, type: record.type, value: record.value, record.provenance,
                    rejection, shard, record.cut)
            }
        }
    }
}

extension Harness.Record {
    fileprivate func moved(to offset: Int64) -> Self {
        Self(
            topic: topic, partition: partition, offset: offset, time: time, key: key, type: type, value: value, id: id,
            provenance: provenance)
    }
}
