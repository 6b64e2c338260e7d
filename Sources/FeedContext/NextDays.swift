import Contracts
import JSON
import Workers

/// How many customers lack a day.
struct NextDay: Row, Hashable {
    /// Those of whom it is the next one: all behind it are missing, too.
    var customers: Int64 = 0
    /// Those of whom it alone is asked for again, since it is not there wholly.
    var owed: Int64 = 0

    init() {}

    init(_ fields: borrowing Fields) throws(JSONError) {
        customers = try fields.optional("customers", in: 0...Limits.sum.upperBound) ?? 0
        owed = try fields.optional("owed", in: 0...Limits.sum.upperBound) ?? 0
    }

    func write(_ json: inout JSONWriter) {
        if customers > 0 { json.field("customers", customers) }
        if owed > 0 { json.field("owed", owed) }
    }
}

/// How many customers of the partition lack which day: what is owed is seen in a row a day, however many customers
/// there are.
enum NextDays: Table {
    typealias Row = NextDay
    static let name: StaticString = "nextdays"

    /// Behind all days: how many of before registrations have not been asked for yet.
    static let past = "past"

    /// In the order of the days, counted from 1970.
    static func key(_ day: Int64) -> String { max(0, day).padded(to: 7) }

    /// A customer's row has changed, has come, or has gone.
    static func count(
        _ before: MeteredCustomer?, _ after: MeteredCustomer?, _ transaction: Transaction
    ) throws {
        var changes: [String: (customers: Int64, owed: Int64)] = [:]
        for (customer, sign) in [(before, -1 as Int64), (after, 1)] {
            guard let customer else { continue }
            changes[key(customer.nextDay), default: (0, 0)].customers += sign
            changes[past, default: (0, 0)].owed += sign * Int64(customer.past.count)
            for owed in customer.owed where !owed.isWhole { changes[key(owed.day), default: (0, 0)].owed += sign }
        }
        for (key, change) in changes.sorted(by: { $0.key < $1.key }) where change != (0, 0) {
            var row = try transaction.row(NextDays.self, key) ?? NextDay()
            row.customers += change.customers
            row.owed += change.owed
            if row == NextDay() {
                transaction.delete(NextDays.self, key)
            } else {
                transaction.put(NextDays.self, key, row)
            }
        }
    }

    /// What is missing today.
    struct Sum {
        /// Whose meters are read, and those of whom the day `late` days ago is not there wholly.
        var (customers, behind) = (Int64(0), Int64(0))
        /// Days that are over and not there wholly, and how many days ago the oldest of these was; the past, which has
        /// not been asked for yet, is in the first alone.
        var (owed, oldest) = (Int64(0), Int64(0))
    }

    /// Behind all that is late on any day.
    private static let late = AskPlan.liveDays + 1

    static func sum(today: Int64, _ transaction: Transaction) throws -> Sum {
        var sum = Sum()
        try transaction.scan(NextDays.self) { key, row in
            guard let day = Int64(key) else {
                sum.owed += row.owed
                return true
            }
            sum.customers += row.customers
            if day == today - late { sum.behind += row.owed }
            if day <= today - late { sum.behind += row.customers }
            guard day < today else { return true }
            sum.owed += (today - day) * row.customers + row.owed
            sum.oldest = max(sum.oldest, today - day)
            return true
        }
        return sum
    }
}
