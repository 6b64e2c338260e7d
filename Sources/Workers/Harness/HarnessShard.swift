import Contracts

extension Harness {
    /// One partition of one worker.
    final class Shard {
        enum Sent {
            case sent(isEvent: Bool, partition: Int32, key: String, type: String, value: String)
            case givenUp(KeptRecord, Rejection)
        }

        let context: Context
        let partition: Int32
        let inputs: [String]
        let tables: [any Table.Type]
        let processor: Processor
        let store: MemoryStore
        var positions: [String: Int] = [:]

        init(_ worker: any Worker, _ partition: Int32, of partitions: Int32) {
            let kind = type(of: worker)
            context = kind.context
            self.partition = partition
            inputs = [kind.context.commands] + kind.inputs.map(\.name)
            tables = [Timers.self] + kind.tables
            processor = Processor(worker, partitions: partitions)
            store = MemoryStore(tables: tables.count)
        }

        func dueTimer(_ clock: Timestamp) -> Timer? {
            guard let first = store.rows(Timers.position).first, let timer = Timer(key: first.key) else { return nil }
            return timer.due <= clock ? timer : nil
        }

        func process(_ record: Record, _ source: Transaction.Source, _ clock: Timestamp) throws -> Processor.Outcome {
            let type = record.type.map { Array($0.utf8) }
            let key = record.key.map { Array($0.utf8) }
            let value = record.value.map { Array($0.utf8) }
            return try processor.process(
                source, time: record.time, now: clock, type: type?.span, key: key?.span, value: value?.span, store)
        }

        /// Writes the rows and gives back the rest.
        func apply() -> [Sent] {
            let effects = processor.transaction.effects.list
            return effects.compactMap { effect in
                let json = processor.transaction
                switch effect.kind {
                case .put:
                    store.put(
                        table: effect.table, key: json.bytes(effect.rowKey).span, value: json.bytes(effect.value).span)
                    return nil
                case .delete:
                    store.delete(table: effect.table, key: json.bytes(effect.rowKey).span)
                    return nil
                case .event, .command:
                    return .sent(
                        isEvent: effect.kind == .event, partition: effect.partition,
                        key: json.bytes(effect.key).span.text,
                        type: effect.type?.description ?? "", value: json.bytes(effect.value).span.text)
                case .deadLetter:
                    let letter = json.effects.letters[effect.letter]
                    return .givenUp(letter.record, letter.rejection)
                }
            }
        }
    }
}

extension Transaction {
    /// A copy of what an effect names.
    fileprivate func bytes(_ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        effects.withBytes(range) { copy = Array(copying: $0) }
        return copy
    }
}

/// The same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
