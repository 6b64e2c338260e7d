import Baselines
import Contracts
import JSON
import Workers

/// A customer whose meters are read: how the utility knows him, and how far his days are there.
struct MeteredCustomer: Row, Hashable {
    /// What the utility calls him.
    var customerNumber: String
    /// Those of his meters that count; none: all.
    var meters: [String]
    /// The first day, counted from 1970, that is not there wholly yet: all before it are done with.
    var nextDay: Int64
    /// When he is asked about next; nil while he is being asked about, or waits for that.
    var askAt: Timestamp?
    /// Of the last call.
    var attempt: Int64
    /// Calls in a row that have come to nothing for no fault of his.
    var failures: Int64

    init(_ command: RegisterMeter, nextDay: Int64, attempt: Int64) {
        (customerNumber, meters) = (command.customerNumber, command.meters)
        (self.nextDay, self.attempt, failures) = (nextDay, attempt, 0)
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        customerNumber = try fields.required("customerNumber")
        meters = fields.has("meters") ? try fields.identifiers("meters", atMost: RegisterMeter.meterLimit) : []
        nextDay = try fields.required("nextDay", in: 0...100_000)
        askAt = try fields.optional("askAt")
        attempt = try fields.required("attempt", in: 0...Int64.max - 1)
        failures = try fields.optional("failures", in: 0...Int64.max - 1) ?? 0
    }

    func write(_ json: inout JSONWriter) {
        json.field("customerNumber", customerNumber)
        if !meters.isEmpty { json.field("meters", meters) }
        json.field("nextDay", nextDay)
        json.field("askAt", ifThere: askAt)
        json.field("attempt", attempt)
        if failures > 0 { json.field("failures", failures) }
    }
}

/// Customers by their ids.
enum Meters: Table {
    typealias Row = MeteredCustomer
    static let name: StaticString = "meters"
}
