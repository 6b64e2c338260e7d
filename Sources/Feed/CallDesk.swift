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
    private var waiting: [UserID: MeterCall] = [:]
    /// Whose turn it is next, from `first` on.
    private var order: [UserID] = []
    private var first = 0
    private var underWay: [UInt64: UnderWay] = [:]
    private var tokens: [UserID: UInt64] = [:]
    private var lastToken: UInt64 = 0

    init(limit: Int = CallDesk.limit) { self.limit = limit }

    var waitingCount: Int { waiting.count }
    var underWayCount: Int { underWay.count }

    /// Takes a call over. One that is asked for again, since nothing has come of it yet, has the place that it had: who
    /// waits long would else wait for ever, and be asked about twice.
    /// - Returns: whether there was room; else its timer asks for it again.
    mutating func take(_ call: MeterCall) -> Bool {
        if let token = tokens[call.user], underWay[token]?.call.asksTheSame(as: call) == true {
            underWay[token]?.call = call
            return true
        }
        if waiting[call.user] != nil {
            waiting[call.user] = call
            return true
        }
        guard waiting.count < limit else { return false }
        waiting[call.user] = call
        order.append(call.user)
        return true
    }

    /// The call whose turn it is; it waits no more.
    mutating func next() -> MeterCall? {
        guard first < order.count else { return nil }
        let call = waiting.removeValue(forKey: order[first])
        first += 1
        // Half of it is over: each place is moved once.
        if first * 2 >= order.count {
            order.removeFirst(first)
            first = 0
        }
        return call
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
    /// - Returns: how many were under way.
    mutating func removeAll() -> Int {
        let count = underWay.count
        waiting.removeAll()
        order.removeAll()
        first = 0
        underWay.removeAll()
        tokens.removeAll()
        return count
    }
}

extension MeterCall {
    /// Whether the utility is asked for the same: an earlier attempt's answer is this one's, too.
    fileprivate func asksTheSame(as other: MeterCall) -> Bool {
        partition == other.partition && customerNumber == other.customerNumber && meters == other.meters
            && day == other.day
    }
}
