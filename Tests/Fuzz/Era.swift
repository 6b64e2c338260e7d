import Chance
import Contracts
import JSON
import Time
import Workers
import WorkersTesting

/// Some thousand records through one worker with empty rows at the beginning, all from one seed: short enough to be run
/// again.
struct Era {
    static let records = 5000

    let subject: Subject
    let seed: UInt64
    let number: Int
    var records = Self.records
    /// Sees each record and timer before the worker does.
    var witness: (String) -> Void = { _ in }

    private final class Shards {
        let stores: [MemoryStore]
        var offsets: [String: Int64] = [:]
        /// What was sent on, or by the worker to itself, and is still to be read.
        var waiting: [FuzzedRecord] = []
        var tally = Tally()

        init(_ worker: any Worker.Type, _ partitions: Int32) {
            stores = (0..<partitions).map { _ in MemoryStore(tables: worker.tables.count + 1) }
        }
    }

    /// Throws a `Failure` at the first thing that must not be.
    func run() throws -> Tally {
        var random = SeededGenerator(seed &* 0x9E37_79B9 ^ UInt64(number) &* 0xC2B2_AE3D_27D4_EB4F)
        let partitions: Int32 = [1, 2, 5].randomElement(using: &random) ?? 1
        let processor = Processor(subject.make(&random), partitions: partitions)
        let check = EffectCheck(subject.worker, partitions: partitions)
        let shards = Shards(subject.worker, partitions)
        var source = RecordSource(subject, partitions: partitions)
        let mutator = Mutator()
        var clock = RecordSource.exampleClock
        let began = ContinuousClock.now
        while shards.tally.records < records {
            clock += pause(&random)
            try fireTimers(processor, shards, check, clock)
            if let place = shards.waiting.indices.randomElement(using: &random),
                shards.waiting.count > 20 || Bool.random(using: &random)
            {
                var record = shards.waiting.remove(at: place)
                // What a worker says to itself could be said by others too.
                if Int.random(in: 0..<20, using: &random) == 0, var value = record.value {
                    mutator.mutateBytes(&value, &random)
                    record.value = value
                    record.isForwarded = false
                }
                shards.tally.own += 1
                try take(record, processor, shards, check, clock)
            } else {
                let record = source.next(clock: clock, &random)
                shards.tally.records += 1
                if record.isMutated { shards.tally.mutated += 1 }
                try take(record, processor, shards, check, clock)
            }
        }
        // Whatever is waited for comes to an end.
        try fireTimers(processor, shards, check, ISO8601.bounds.upperBound)
        shards.tally.duration = .now - began
        return shards.tally
    }

    /// Until the next record, in ms: most come close behind one another.
    private func pause(_ random: inout SeededGenerator) -> Int64 {
        switch Int.random(in: 0..<2000, using: &random) {
        case 0: Int64.random(in: 1...60, using: &random) * 86_400_000
        case 1..<8: Int64.random(in: 600_000...10_800_000, using: &random)
        case 8..<100: 60_000
        case 100..<1000: 0
        default: Int64.random(in: 0...2000, using: &random)
        }
    }

    private func take(
        _ given: FuzzedRecord, _ processor: Processor, _ shards: Shards, _ check: EffectCheck, _ clock: Int64
    ) throws {
        var record = given
        record.offset = shards.offsets["\(record.topic)-\(record.partition)", default: 0]
        shards.offsets["\(record.topic)-\(record.partition)"] = record.offset + 1
        let description = "clock=\(clock) \(record.description)"
        witness(description)
        do {
            let outcome = try process(record, processor, shards.stores[Int(record.partition)], clock)
            try checkSize(record, outcome)
            switch outcome {
            case .done(let done):
                shards.tally.done += 1
                try write(done, shards, check, record.partition, clock)
            case .skipped: shards.tally.skipped += 1
            case .elsewhere(let partition):
                shards.tally.forwarded += 1
                guard partition != record.partition, shards.stores.indices.contains(Int(partition)) else {
                    throw Fault("it is sent on to partition \(partition)")
                }
                if record.isForwarded { throw Fault("it is sent on twice, now to partition \(partition)") }
                record.topic = subject.worker.context.internal
                (record.partition, record.isForwarded) = (partition, true)
                shards.waiting.append(record)
            case .rejected(let rejection):
                shards.tally.refused[rejection.kind, default: 0] += 1
                try EffectCheck.check(rejection)
            case .replay: shards.tally.replays += 1
            case .waits: throw Fault("it waits for the commands, which are read")
            }
        } catch { throw Failure(fault: "\(error)", record: description, again: again) }
    }

    /// Nothing happens to what is too large.
    private func checkSize(_ record: FuzzedRecord, _ outcome: Processor.Outcome) throws {
        let isOutsider = record.topic.hasSuffix(".commands") || record.topic.hasSuffix(".readings")
        let limit = isOutsider ? Limits.outsiders.bytes : Limits.contexts.bytes
        guard let size = record.value?.count, size > limit else { return }
        guard case .rejected(let rejection) = outcome, rejection.kind == .malformed else {
            throw Fault("\(outcome) of a record of \(size) bytes")
        }
    }

    private func process(
        _ record: FuzzedRecord, _ processor: Processor, _ store: MemoryStore, _ clock: Int64
    ) throws -> Processor.Outcome {
        let (time, now) = (Timestamp(milliseconds: record.time), Timestamp(milliseconds: clock))
        return try processor.process(
            record.source, time: time, now: now, type: Processor.header(record.type), key: record.key?.span,
            value: record.value?.span, isBehindCommands: true, store)
    }

    private func fireTimers(
        _ processor: Processor, _ shards: Shards, _ check: EffectCheck, _ clock: Int64
    ) throws {
        for (partition, store) in shards.stores.enumerated() {
            var count = 0
            while let key = store.firstKey(Timers.tableIndex) {
                let description = "clock=\(clock) partition=\(partition) timer=\(key)"
                do {
                    guard let timer = Timer(key: key) else { throw Fault("no timer has such a key") }
                    guard timer.isEverDue, timer.due.milliseconds <= clock else { break }
                    witness(description)
                    let now = Timestamp(milliseconds: clock)
                    let fired = try processor.fire(timer, partition: Int32(partition), now: now, store)
                    if let rejection = fired.rejection { throw Fault("it is rejected: \(rejection)") }
                    if fired.done.transaction.source.provenance.request != nil {
                        throw Fault("somebody asks for a timer")
                    }
                    try write(fired.done, shards, check, Int32(partition), clock)
                    count += 1
                    if count > 100_000 { throw Fault("the timers do not come to rest") }
                } catch { throw Failure(fault: "\(error)", record: description, again: again) }
            }
            shards.tally.timers += count
        }
    }

    private func write(
        _ done: Processor.Done, _ shards: Shards, _ check: EffectCheck, _ partition: Int32, _ clock: Int64
    ) throws {
        try check.check(done.transaction)
        let store = shards.stores[Int(partition)]
        done.transaction.effects.lendEach { effect, key, rowKey, value in
            switch effect.kind {
            case .put:
                shards.tally.rows += 1
                store.put(table: effect.table, key: rowKey, value: value)
            case .delete:
                shards.tally.rows += 1
                store.delete(table: effect.table, key: rowKey)
            case .event, .outside: shards.tally.messages += 1
            case .internal:
                shards.tally.messages += 1
                shards.waiting.append(
                    FuzzedRecord(
                        topic: subject.worker.context.internal, partition: effect.partition, time: clock,
                        key: Self.bytes(key), type: effect.type.map { Array($0.description.utf8) },
                        value: Self.bytes(value),
                        headers: Self.headers(done.transaction.effects.provenance(of: effect))))
            case .deadLetter: shards.tally.givenUp += 1
            }
        }
    }

    /// As a daemon writes them.
    private static func headers(_ provenance: Provenance?) -> [(name: String, value: [UInt8])] {
        let (trace, request) = (provenance?.trace?.description, provenance?.request)
        return [
            ("traceparent", trace), ("actor", request?.actor), ("command", request?.command),
            ("idempotency", request?.idempotency),
        ].compactMap { name, text in text.map { (name, Array($0.utf8)) } }
    }

    private static func bytes(_ span: Span<UInt8>) -> [UInt8] {
        unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }
}

/// A record or timer that became something else than a decision or a dead letter with a reason.
struct Failure: Error, CustomStringConvertible {
    let fault: String
    let record: String
    let again: String

    var description: String { "\(fault)\n  \(again)\n  \(record)" }
}

extension Era {
    /// How to see it again.
    var again: String { "worker \(subject.name), --seed \(seed) --era \(number)" }
}
