import Baselines
import Contracts
import JSON
import Workers

/// A customer whose meters are read: how the utility knows him, and which of his days are there.
struct MeteredCustomer: Row, Hashable {
    /// That can be counted: up to the year 9999.
    static let days: ClosedRange<Int64> = 0...3_000_000
    /// With so many days that are asked for again no other one of the past is asked for: those that are live, and the
    /// one that ends meanwhile, would push it out before it was asked for once more.
    private static let owedWithPast = Int(FeedSettings.longestPatience - AskPlan.liveDays - 1)

    /// What the utility calls him.
    var customerNumber: String
    /// Those of his meters that count; none: all.
    var meters: [String]
    var consentFrom: Timestamp
    /// When that was said last.
    var registeredAt: Timestamp
    /// The first day, counted from 1970, that has not been answered at all.
    var nextDay: Int64
    /// Of those before it: days that are asked for again, by their numbers. Each has its own times, so none holds
    /// another one up.
    var owed: [OwedDay] = []
    /// Days from before his registration that have not been asked for: the newest comes first.
    var past: Range<Int64>
    /// How many days behind it a day of his is there, as far as is known.
    var lag: Int64 = 1
    /// When he is asked about next; nil while he is being asked about.
    var askAt: Timestamp?
    /// Where he waits for his turn since then.
    var queue: Calls.Queue?
    /// Of the last call.
    var attempt: Int64
    /// Calls in a row that have come to nothing for no fault of his.
    var failures: Int64 = 0

    init(_ command: RegisterMeter, firstDay: Int64, today: Int64, attempt: Int64, at registeredAt: Timestamp) {
        (customerNumber, meters) = (command.customerNumber, command.meters)
        (consentFrom, self.registeredAt, self.attempt) = (command.consentFrom, registeredAt, attempt)
        nextDay = max(firstDay, today - AskPlan.liveDays)
        past = firstDay..<nextDay
    }

    /// Whether the command says what is known already.
    func isAs(_ command: RegisterMeter) -> Bool {
        customerNumber == command.customerNumber && meters == command.meters && consentFrom == command.consentFrom
    }

    /// The day that he is asked about next, and when. What is due comes before the past, and new days before others.
    func next(_ user: UserID, _ plan: AskPlan, at now: Timestamp) -> (day: Int64, due: Timestamp) {
        let new = (day: nextDay, due: plan.due(user, day: nextDay, lag: lag))
        if new.due <= now { return new }
        let again = owed.map { (day: $0.day, due: plan.again(user, day: $0.day, age: $0.age)) }
        if let first = again.first(where: { $0.due <= now }) { return first }
        if owed.count < Self.owedWithPast, let last = past.last { return (last, now) }
        return again.reduce(new) { $1.due < $0.due ? $1 : $0 }
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        customerNumber = try fields.required("customerNumber")
        meters = fields.has("meters") ? try fields.identifiers("meters", atMost: RegisterMeter.meterLimit) : []
        consentFrom = try fields.required("consentFrom")
        registeredAt = try fields.required("registeredAt")
        nextDay = try fields.required("nextDay", in: Self.days)
        owed =
            fields.has("owed")
            ? try fields.elements("owed", atMost: Int(FeedSettings.longestPatience) + 10) { fields throws(JSONError) in
                try OwedDay(fields)
            } : []
        let pastFrom = try fields.optional("pastFrom", in: Self.days) ?? 0
        let pastDays = try fields.optional("pastDays", in: 0...1000) ?? 0
        past = pastFrom..<pastFrom + pastDays
        lag = try fields.optional("lag", in: 1...10) ?? 1
        askAt = try fields.optional("askAt")
        let word: String? = try fields.optional("queue")
        queue = word.flatMap { Calls.Queue(rawValue: $0) }
        attempt = try fields.required("attempt", in: 0...Int64.max - 1)
        failures = try fields.optional("failures", in: 0...Int64.max - 1) ?? 0
    }

    func write(_ json: inout JSONWriter) {
        json.field("customerNumber", customerNumber)
        if !meters.isEmpty { json.field("meters", meters) }
        json.field("consentFrom", consentFrom)
        json.field("registeredAt", registeredAt)
        json.field("nextDay", nextDay)
        if !owed.isEmpty { json.field("owed", objects: owed.count) { owed[$1].write(&$0) } }
        if !past.isEmpty {
            json.field("pastFrom", past.lowerBound)
            json.field("pastDays", Int64(past.count))
        }
        if lag > 1 { json.field("lag", lag) }
        json.field("askAt", ifThere: askAt)
        json.field("queue", ifThere: queue?.rawValue)
        json.field("attempt", attempt)
        if failures > 0 { json.field("failures", failures) }
    }
}

/// Customers by their ids.
enum Meters: Table {
    typealias Row = MeteredCustomer
    static let name: StaticString = "meters"
}
