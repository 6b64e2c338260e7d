import Contracts
import JSON
import Workers

/// A day that customers have as their next.
struct NextDay: Row, Hashable {
    var customers: Int64

    init(customers: Int64) { self.customers = customers }

    init(_ fields: borrowing Fields) throws(JSONError) {
        customers = try fields.required("customers", in: 0...Limits.sum.upperBound)
    }

    func write(_ json: inout JSONWriter) { json.field("customers", customers) }
}

/// How many customers of the partition have which day as the first one that is not there: what is owed is seen in a row
/// a day, however many customers there are.
enum NextDays: Table {
    typealias Row = NextDay
    static let name: StaticString = "nextdays"

    /// In the order of the days, counted from 1970.
    static func key(_ day: Int64) -> String {
        let digits = String(max(0, day))
        return String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }

    /// A customer has this day as his next, or has it no more.
    static func count(_ day: Int64, _ change: Int64, _ transaction: Transaction) throws {
        let key = key(day)
        let customers = (try transaction.row(NextDays.self, key)?.customers ?? 0) + change
        if customers > 0 {
            transaction.put(NextDays.self, key, NextDay(customers: customers))
        } else {
            transaction.delete(NextDays.self, key)
        }
    }

    /// Lends the days before this one that somebody has as his next.
    static func each(
        before end: Int64, _ transaction: Transaction, _ body: (_ day: Int64, _ customers: Int64) -> Void
    ) throws {
        try transaction.scan(NextDays.self) { key, row in
            guard let day = Int64(key), day < end else { return false }
            body(day, row.customers)
            return true
        }
    }
}
