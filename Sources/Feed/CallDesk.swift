import Contracts
import FeedContext

/// Calls that wait for their turn and those that are under way: of a customer at most one of each. No clock, no I/O.
struct CallDesk {
    /// A call that is under way.
    struct UnderWay {
        fileprivate(set) var call: MeterCall
        let sentAt: ContinuousClock.Instant
    }

    /// Calls that wait, at most: the worker's windows are far below.
    static let limit = 10_000

    private let limit: Int
    private var waiting: [UserID: (call: MeterCall, ticket: UInt64)] = [:]
    /// Whose turn it is next. As long as any of the first waits, none of the second is made.
    private var (live, past) = (Line(), Line())
    private var underWay: [UInt64: UnderWay] = [:]
    private var tokens: [UserID: UInt64] = [:]
    private var lastToken: UInt64 = 0

    init(limit: Int = CallDesk.limit) { self.limit = limit }

    var waitingCount: Int { waiting.count }
    var underWayCount: Int { underWay.count }
    /// Places in line, those included of who waits no more.
    var placeCount: Int { live.count + past.count }

    /// Takes a call over. One that is asked for again, since nothing has come of it yet, has the place that it had: who
    /// waits long would else wait for ever, and be asked about twice.
    /// - Returns: whether there was room; else its timer asks for it again.
    mutating func take(_ call: MeterCall) -> Bool {
        if let token = tokens[call.user], underWay[token]?.call.asksTheSame(as: call) == true {
            underWay[token]?.call = call
            // What was asked for in between is nobody's any more.
            waiting[call.user] = nil
            return true
        }
        if let known = waiting[call.user], known.call.isPast == call.isPast {
            waiting[call.user]?.call = call
            return true
        }
        guard waiting.count < limit || waiting[call.user] != nil else { return false }
        lastToken += 1
        waiting[call.user] = (call, lastToken)
        if call.isPast { past.add(call.user, lastToken) } else { live.add(call.user, lastToken) }
        tidy()
        return true
    }

    /// Nobody wants to know of this customer what he has asked any more. What is under way ends by itself.
    mutating func remove(_ user: UserID, of partition: Int32) {
        if waiting[user]?.call.partition == partition { waiting[user] = nil }
        if let token = tokens[user], underWay[token]?.call.partition == partition { tokens[user] = nil }
        tidy()
    }

    /// Places of who waits no more do not pile up while no call is made.
    private mutating func tidy() {
        guard placeCount > 2 * waiting.count + 64 else { return }
        for line in [\CallDesk.live, \.past] {
            let valid = self[keyPath: line].places.filter { waiting[$0.user]?.ticket == $0.ticket }
            self[keyPath: line] = Line(valid)
        }
    }

    /// The call whose turn it is; it waits no more.
    mutating func next() -> MeterCall? {
        while let place = live.next() ?? past.next() {
            guard let found = waiting[place.user], found.ticket == place.ticket else { continue }
            waiting[place.user] = nil
            return found.call
        }
        return nil
    }

    /// It is being made. The answer to an earlier one of the customer's, of other numbers, says nothing.
    /// - Returns: the token with which it ends.
    mutating func begin(_ call: MeterCall, at now: ContinuousClock.Instant) -> UInt64 {
        lastToken += 1
        underWay[lastToken] = UnderWay(call: call, sentAt: now)
        tokens[call.user] = lastToken
        return lastToken
    }

    mutating func end(_ token: UInt64) -> UnderWay? {
        guard let ended = underWay.removeValue(forKey: token) else { return nil }
        if tokens[ended.call.user] == token { tokens[ended.call.user] = nil }
        return ended
    }

    /// Gives all of them up.
    /// - Returns: when those that were under way were admitted.
    mutating func removeAll() -> [ContinuousClock.Instant] {
        let sentAt = underWay.values.map(\.sentAt)
        waiting.removeAll()
        (live, past) = (Line(), Line())
        underWay.removeAll()
        tokens.removeAll()
        return sentAt
    }

    /// Places in their order. Who waits no more, or elsewhere, has another ticket by now.
    private struct Line {
        private(set) var places: [(user: UserID, ticket: UInt64)]
        private var first = 0

        init(_ places: [(user: UserID, ticket: UInt64)] = []) { self.places = places }

        var count: Int { places.count - first }

        mutating func add(_ user: UserID, _ ticket: UInt64) { places.append((user, ticket)) }

        mutating func next() -> (user: UserID, ticket: UInt64)? {
            guard first < places.count else { return nil }
            let next = places[first]
            first += 1
            // Half of it is over: each place is moved once.
            if first * 2 >= places.count {
                places.removeFirst(first)
                first = 0
            }
            return next
        }
    }
}

extension MeterCall {
    /// Whether the utility is asked for the same: an earlier attempt's answer is this one's, too.
    fileprivate func asksTheSame(as other: MeterCall) -> Bool {
        partition == other.partition && customerNumber == other.customerNumber && meters == other.meters
            && day == other.day
    }
}
