import Baselines
import Contracts
import JSON
import Workers

/// A customer's checks that readings may correct, in the order in which they were done: a reading finds with one look
/// which of them it can change, and marks those. What is marked is done again by a timer, one check at a time.
struct RecentChecks: Hashable, Sendable {
    /// Of one customer: each of his readings looks at all of them. Older ones are not corrected any more.
    static let limit = 64
    /// A timer so much overdue is gone: a version that does not know it has taken it.
    private static let patience = Duration.seconds(3600)

    struct Check: Hashable, Sendable {
        let order: OrderID
        let startsAt: Timestamp
        let endsAt: Timestamp
        /// Until when it would have waited for readings: its age is counted from there.
        let deadline: Timestamp
        /// When Kafka got the first reading that the check has not been done with; nil while there is none.
        var markedAt: Timestamp?
    }

    private(set) var checks: [Check] = []
    /// Of the last timer that was set. It is set still while a check is marked.
    private(set) var due: Timestamp?

    init() {}

    var hasMarked: Bool { checks.contains { $0.markedAt != nil } }

    /// A check has been done first.
    /// - Parameter time: about when it was.
    mutating func add(_ check: Check, at time: Timestamp, correctedFor age: Duration) {
        checks.removeAll { $0.markedAt == nil && $0.deadline + age < time }
        if checks.count >= Self.limit { checks.removeFirst(checks.count - Self.limit + 1) }
        checks.append(check)
    }

    /// Marks the checks that what Kafka got at `time` can change, and forgets those that are too old by then.
    /// - Returns: whether a timer has to be set.
    mutating func mark(at time: Timestamp, correctedFor age: Duration, where isChanged: (Check) -> Bool) -> Bool {
        let isTimed = hasMarked && due.map { time <= $0 + Self.patience } ?? false
        checks.removeAll { $0.markedAt == nil && $0.deadline + age < time }
        for place in checks.indices where checks[place].markedAt == nil && isChanged(checks[place]) {
            checks[place].markedAt = time
        }
        return hasMarked && !isTimed
    }

    /// A timer is set for this time; two of a customer's are never due at the same time, not even if the clock is set
    /// back.
    mutating func setDue(_ time: Timestamp) -> Timestamp {
        let next = due.map { max(time, $0 + .milliseconds(1)) } ?? time
        due = next
        return next
    }

    /// Takes the mark off the check that has it longest.
    mutating func takeMarked() -> Check? {
        let marked = checks.indices.filter { checks[$0].markedAt != nil }
        guard let place = marked.min(by: { markedAt($0) < markedAt($1) }) else { return nil }
        checks[place].markedAt = nil
        return checks[place]
    }

    private func markedAt(_ place: Int) -> Timestamp { checks[place].markedAt ?? .last }

    init(_ fields: borrowing Fields) throws(JSONError) {
        due = try fields.optional("due")
        checks = try fields.elements("checks", atMost: Self.limit) { fields throws(JSONError) in try Check(fields) }
    }

    func write(_ json: inout JSONWriter) {
        json.field("due", ifThere: due)
        json.field("checks", objects: checks.count) { json, place in checks[place].write(&json) }
    }
}

extension RecentChecks.Check {
    init(_ fields: borrowing Fields) throws(JSONError) {
        self.init(
            order: try fields.required("drId"), startsAt: try fields.required("startsAt"),
            endsAt: try fields.required("endsAt"), deadline: try fields.required("deadline"),
            markedAt: try fields.optional("markedAt"))
    }

    func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("startsAt", startsAt)
        json.field("endsAt", endsAt)
        json.field("deadline", deadline)
        json.field("markedAt", ifThere: markedAt)
    }
}

/// Which readings a check can look at, whatever its method: those from the oldest day that is kept for it, up to the
/// order's end. What is measured behind an order changes nothing.
struct Reach {
    let zone: Zone
    let daysKept: Int64

    func of(_ check: RecentChecks.Check) -> Range<Quarter> {
        of(OrderQuarters.range(startsAt: check.startsAt, endsAt: check.endsAt))
    }

    func of(_ order: OrderQuarters) -> Range<Quarter> { of(order.range) }

    /// The same without the order itself: other orders there are no references, or the first ones of its day.
    func before(_ check: RecentChecks.Check) -> Range<Quarter> {
        let reach = of(check)
        return reach.lowerBound..<Quarter(at: check.startsAt)
    }

    func of(_ order: Range<Quarter>) -> Range<Quarter> {
        let midnight = order.lowerBound - Int64(zone.position(of: order.lowerBound))
        return (midnight - daysKept * Quarter.perDay)..<order.upperBound
    }

    func oldestDay(ofOrderAt start: Timestamp) -> Day { zone.day(of: start) - daysKept }
}
