import Contracts
import Workers

/// Which timer of a shard is due next, kept while timers come and go. What lies below the last one is not looked
/// through again: those are the timers that have fired, which the file has until it is saved.
struct NextTimer {
    /// No timer has a lesser key. Its own, where one is known.
    private var from: [UInt8] = []
    /// nil when there is none.
    private(set) var timer: Timer?
    private var isKnown = false

    /// Nothing is known: rows have changed, and nobody has said which.
    mutating func invalidate() { self = NextTimer() }

    mutating func set(_ key: Span<UInt8>) {
        let isFirst = order(key) < 0
        if isKnown, timer == nil || isFirst {
            note(key)
        } else if isFirst {
            from = key.indices.map { key[$0] }
        }
    }

    mutating func cancel(_ key: Span<UInt8>) {
        if timer != nil, order(key) == 0 { (timer, isKnown) = (nil, false) }
    }

    /// Finds it by a scan of the timers' rows, unless it is known.
    mutating func find(_ scan: (_ from: Span<UInt8>, (Span<UInt8>, Span<UInt8>) -> Bool) throws -> Void) throws {
        guard !isKnown else { return }
        var first: [UInt8]?
        try scan(from.span) { key, _ in
            first = key.indices.map { key[$0] }
            return false
        }
        isKnown = true
        if let first { note(first.span) }
    }

    private mutating func note(_ key: Span<UInt8>) {
        let found = Timer(key: String(copying: key))
        guard let found, found.isEverDue else { return }
        from = key.indices.map { key[$0] }
        timer = found
    }

    private func order(_ key: Span<UInt8>) -> Int {
        unsafe key.withUnsafeBufferPointer { key in
            unsafe from.withUnsafeBufferPointer { unsafe KeyedRows.order(key, $0) }
        }
    }
}
