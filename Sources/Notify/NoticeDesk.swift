import Contracts
import NotifyContext

/// The notices of one channel that wait for their turn, and those that are on their way. No clock, no I/O.
struct NoticeDesk {
    /// Notices that wait, at most: the worker's windows are far below.
    static let limit = 200_000

    private struct Waiting {
        var call: NoticeCall
        let ticket: UInt64
        /// It goes out without others: one of those that it went with before could not be taken.
        let isAlone: Bool
    }

    private struct UnderWay {
        var calls: [NoticeCall]
        let sentAt: ContinuousClock.Instant
        /// Keys of those that nobody wants told any more.
        var calledOff: Set<String> = []
    }

    private let limit: Int
    private var waiting: [String: Waiting] = [:]
    /// In their order. Who waits no more, or again, has another ticket by now.
    private var line: [(key: String, ticket: UInt64)] = []
    private var first = 0
    private var underWay: [UInt64: UnderWay] = [:]
    /// By key, in which call it is on its way.
    private var tokens: [String: UInt64] = [:]
    private var lastTicket: UInt64 = 0

    init(limit: Int = NoticeDesk.limit) { self.limit = limit }

    var waitingCount: Int { waiting.count }
    var underWayCount: Int { underWay.count }
    /// Places in line, those included of what waits no more.
    var placeCount: Int { line.count - first }

    /// Takes a notice over. One that is asked for again, since nothing has come of it yet, has the place that it had:
    /// what waits long would else wait for ever, and be told twice.
    /// - Returns: whether there was room.
    mutating func take(_ call: NoticeCall) -> Bool {
        let key = call.key.description
        if let token = tokens[key], let place = underWay[token]?.calls.firstIndex(where: { $0.key == call.key }) {
            underWay[token]?.calls[place] = call
            underWay[token]?.calledOff.remove(key)
            return true
        }
        if waiting[key] != nil {
            waiting[key]?.call = call
            return true
        }
        guard waiting.count < limit else { return false }
        add(call, key, isAlone: false)
        return true
    }

    private mutating func add(_ call: NoticeCall, _ key: String, isAlone: Bool) {
        lastTicket += 1
        waiting[key] = Waiting(call: call, ticket: lastTicket, isAlone: isAlone)
        line.append((key, lastTicket))
        tidy()
    }

    /// Nobody wants the notice told any more. What is under way ends by itself, and does not go out once more.
    mutating func remove(_ key: NoticeKey, of partition: Int32) {
        let text = key.description
        if waiting[text]?.call.partition == partition { waiting[text] = nil }
        if let token = tokens[text],
            underWay[token]?.calls.contains(where: { $0.key == key && $0.partition == partition }) == true
        {
            underWay[token]?.calledOff.insert(text)
        }
        tidy()
    }

    /// Each of these goes out by itself: one of them cannot be taken, and nobody has said which.
    mutating func takeAlone(_ calls: [NoticeCall]) {
        for call in calls { add(call, call.key.description, isAlone: true) }
    }

    /// Places of what waits no more do not pile up while no call is made.
    private mutating func tidy() {
        guard placeCount > 2 * waiting.count + 64 else { return }
        line = line[first...].filter { waiting[$0.key]?.ticket == $0.ticket }
        first = 0
    }

    /// The notices whose turn it is, for one call; they wait no more. What is over, or is not to be told at
    /// this time of the day, is not, however long it has waited here, and takes nobody's turn.
    mutating func next(atMost limit: Int, at now: Timestamp) -> (calls: [NoticeCall], over: [NoticeCall]) {
        var (calls, over): ([NoticeCall], [NoticeCall]) = ([], [])
        while first < line.count, calls.count < limit {
            let place = line[first]
            guard let found = waiting[place.key], found.ticket == place.ticket else {
                first += 1
                continue
            }
            guard now < found.call.notBehind else {
                first += 1
                waiting[place.key] = nil
                over.append(found.call)
                continue
            }
            if found.isAlone, !calls.isEmpty { break }
            first += 1
            waiting[place.key] = nil
            calls.append(found.call)
            if found.isAlone { break }
        }
        // Half of it is over: each place is moved once.
        if first * 2 >= line.count {
            line.removeFirst(first)
            first = 0
        }
        return (calls, over)
    }

    /// They are on their way.
    mutating func begin(_ token: UInt64, _ calls: [NoticeCall], at now: ContinuousClock.Instant) {
        underWay[token] = UnderWay(calls: calls, sentAt: now)
        for call in calls { tokens[call.key.description] = token }
    }

    /// - Returns: those of which somebody wants to know what has come of them.
    mutating func end(_ token: UInt64) -> (calls: [NoticeCall], sentAt: ContinuousClock.Instant)? {
        guard let ended = underWay.removeValue(forKey: token) else { return nil }
        for call in ended.calls where tokens[call.key.description] == token { tokens[call.key.description] = nil }
        return (ended.calls.filter { !ended.calledOff.contains($0.key.description) }, ended.sentAt)
    }

    /// Gives all of them up.
    /// - Returns: when those calls that were under way were admitted.
    mutating func removeAll() -> [ContinuousClock.Instant] {
        let sentAt = underWay.values.map(\.sentAt)
        self = NoticeDesk(limit: limit)
        return sentAt
    }
}
