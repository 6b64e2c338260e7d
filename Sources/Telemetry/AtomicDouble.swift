import Synchronization

/// A number that several threads add to, without a lock.
struct AtomicDouble: ~Copyable, Sendable {
    private let bits: Atomic<UInt64>

    init(_ value: Double) { bits = Atomic(value.bitPattern) }

    func load() -> Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func store(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ value: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: old) + value).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(expected: old, desired: sum, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}
