/// The connections that are open, what each is waited for and since when. No clock and no sockets: it says which ones to close.
///
/// A newcomer always gets in. At the limit somebody else goes: whoever has waited longest among those of the client that has the most.
/// So a client that opens many is in its own way, and not in that of a probe.
struct ConnectionTable {
    /// What is waited for.
    enum Phase {
        /// The head of a request, the first one or the next, whole.
        case head
        /// Its body to come in, and the answer to be taken.
        case answer
    }

    /// What is known of a request's target.
    private enum Target {
        case unknown
        /// The address behind it, as a C string.
        case ends(UInt)
        case hasEscapedZero
    }

    private struct Entry {
        let client: [UInt8]
        var phase = Phase.head
        var since: ContinuousClock.Instant
        var target = Target.unknown
    }

    let limit: Int
    private let (headLimit, answerLimit): (Duration, Duration)
    private var entries: [Int32: Entry] = [:]

    init(limit: Int, headLimit: Duration, answerLimit: Duration) {
        (self.limit, self.headLimit, self.answerLimit) = (max(limit, 1), headLimit, answerLimit)
    }

    var count: Int { entries.count }

    /// A connection has been accepted.
    /// - Parameter client: what its address has in common with the others of the same client.
    /// - Returns: the one to close for it, if there are too many. It is forgotten with that.
    mutating func open(_ socket: Int32, from client: [UInt8], at now: ContinuousClock.Instant) -> Int32? {
        entries[socket] = Entry(client: client, since: now)
        guard entries.count > limit else { return nil }
        var counts: [[UInt8]: Int] = [:]
        for entry in entries.values { counts[entry.client, default: 0] += 1 }
        let victim = entries.filter { $0.key != socket }.max { one, other in
            let (most, more) = (counts[one.value.client] ?? 0, counts[other.value.client] ?? 0)
            return (most, other.value.since, other.key) < (more, one.value.since, one.key)
        }
        if let victim { entries[victim.key] = nil }
        return victim?.key
    }

    /// The head of a request is there, or the answer has gone out.
    mutating func enter(_ phase: Phase, _ socket: Int32, at now: ContinuousClock.Instant) {
        entries[socket]?.phase = phase
        entries[socket]?.since = now
        if phase == .head { entries[socket]?.target = .unknown }
    }

    mutating func close(_ socket: Int32) { entries[socket] = nil }

    /// Those that have been waited for too long. They are forgotten with that.
    mutating func takeOverdue(at now: ContinuousClock.Instant) -> [Int32] {
        let overdue = entries.filter { deadline($0.value) <= now }.map(\.key)
        for socket in overdue { entries[socket] = nil }
        return overdue
    }

    /// When the next one is overdue; nil if there is none.
    var nextDeadline: ContinuousClock.Instant? { entries.values.map(deadline).min() }

    /// - Parameter targetEnd: nil if there is a zero in the target, as an escape.
    mutating func note(_ socket: Int32, targetEnd: UInt?) {
        entries[socket]?.target = targetEnd.map(Target.ends) ?? .hasEscapedZero
    }

    /// Whether there is a zero in the target of the request that this connection is at.
    /// - Parameter version: the address of what stands behind it, in the same line: just behind, if no zero has ended it before.
    func hasZero(_ socket: Int32, version: UInt) -> Bool {
        switch entries[socket]?.target {
        case .ends(let end): version > end && version - end > 1 && version - end < Self.longestLine
        case .hasEscapedZero: true
        case .unknown, nil: false
        }
    }

    /// What a connection's memory holds: addresses further apart do not belong to one line.
    static let longestLine: UInt = 32_768

    private func deadline(_ entry: Entry) -> ContinuousClock.Instant {
        entry.since + (entry.phase == .head ? headLimit : answerLimit)
    }
}
