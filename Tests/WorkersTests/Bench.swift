import Contracts
import Workers

/// A processor with nothing around it, which takes any bytes.
final class Bench {
    final class EmptyStore: Store {
        func read(table: Int, key: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws {}
        func scan(table: Int, from start: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool) throws {}
    }

    let processor: Processor
    /// What was done last.
    private(set) var done: Processor.Done?
    private let store = EmptyStore()

    init(_ worker: any Worker) { processor = Processor(worker, partitions: 1) }

    func process(
        _ topic: String, _ value: [UInt8]?, header: [UInt8]? = nil, key: [UInt8]? = nil,
        time: Int64 = 1_795_251_600_000
    ) throws -> Processor.Outcome {
        done = nil
        let outcome = try processor.process(
            Transaction.Source(topic: topic, partition: 0, offset: 7), time: Timestamp(milliseconds: time),
            now: Timestamp(milliseconds: 1_795_251_600_000), type: Processor.header(header), key: key?.span,
            value: value?.span, store)
        if case .done(let done) = outcome { self.done = done }
        return outcome
    }

    func fire(_ timer: Timer) throws -> Rejection? {
        let fired = try processor.fire(timer, partition: 0, now: timer.due, store)
        done = fired.done
        return fired.rejection
    }

    /// The keys of the rows and messages that were written, as the changelog and the topics have them.
    var effects: [String] {
        var effects: [String] = []
        done?.transaction.effects.lendEach { effect, key, _, _ in
            let key = unsafe key.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
            effects.append("\(effect.kind) \(key)")
        }
        return effects
    }
}

extension Processor.Outcome {
    var rejection: Rejection? { if case .rejected(let rejection) = self { rejection } else { nil } }
    var isDone: Bool { if case .done = self { true } else { false } }
    var isSkipped: Bool { if case .skipped = self { true } else { false } }
}
