import Contracts
import Workers

extension Harness {
    /// One partition of one worker.
    final class Shard {
        enum Sent {
            /// It has no offset yet.
            case sent(Record)
            case deadLetter(KeptRecord, Rejection)
        }

        let context: Context
        let partition: Int32
        let inputs: [String]
        let outputs: [Topic]
        let tables: [any Table.Type]
        let counters: [WorkerCounter]
        let processor: Processor
        let store: MemoryStore
        var positions: [String: Int] = [:]

        init(_ worker: any Worker, _ partition: Int32, of partitions: Int32) {
            let kind = type(of: worker)
            context = kind.context
            self.partition = partition
            inputs = [kind.context.commands, kind.context.internal] + kind.inputs.map(\.name)
            outputs = kind.outputs
            counters = kind.counters
            tables = [Timers.self] + kind.tables
            processor = Processor(worker, partitions: partitions)
            store = MemoryStore(tables: tables.count)
        }

        func dueTimer(_ clock: Timestamp) -> Timer? {
            guard let first = store.firstKey(Timers.tableIndex), let timer = Timer(key: first) else { return nil }
            return timer.isEverDue && timer.due <= clock ? timer : nil
        }

        func process(
            _ record: Record, as origin: Processor.Origin, _ source: Transaction.Source, _ clock: Timestamp,
            isBehindCommands: Bool
        ) throws -> Processor.Outcome {
            let type = record.type.map { Array($0.utf8) }
            let key = record.key.map { Array($0.utf8) }
            let value = record.value.map { Array($0.utf8) }
            return try processor.process(
                source, as: origin, time: record.time, now: clock, type: Processor.header(type), key: key?.span,
                value: value?.span, isBehindCommands: isBehindCommands, store)
        }

        private func topic(of message: Effects.Effect) -> String {
            switch message.kind {
            case .event: context.events
            case .internal: context.internal
            default: outputs[message.output].name
            }
        }

        /// Writes the rows and gives back the rest.
        func apply(_ done: Processor.Done, _ clock: Timestamp) -> [Sent] {
            let transaction = done.transaction
            var sent: [Sent] = []
            var messages = 0
            transaction.effects.lendEach { effect, key, rowKey, value in
                switch effect.kind {
                case .put: store.put(table: effect.table, key: rowKey, value: value)
                case .delete: store.delete(table: effect.table, key: rowKey)
                case .event, .internal, .outside:
                    var id: [UInt8] = []
                    transaction.writeID(to: &id)
                    sent.append(
                        .sent(
                            Record(
                                topic: topic(of: effect),
                                partition: effect.partition, offset: 0, time: clock, key: key.text,
                                type: effect.type?.description, value: value.text,
                                id: "\(id.span.text)-\(messages)",
                                provenance: transaction.effects.provenance(of: effect) ?? Provenance())))
                    messages += 1
                case .deadLetter:
                    let letter = transaction.effects.deadLetters[effect.deadLetter]
                    sent.append(.deadLetter(letter.record, letter.rejection))
                }
            }
            return sent
        }
    }
}
