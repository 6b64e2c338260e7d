import Baselines
package import Contracts
package import JSON
package import Workers

/// A customer whose meters are read: how the utility knows him, and how far his days are there.
package struct MeteredCustomer: Workers.Row, Hashable {
    /// What the utility calls him.
    package var customerNumber: String
    /// Those of his meters that count; none: all.
    package var meters: [String]
    /// The first day, counted from 1970, that is not there wholly yet: all before it are done with.
    package var nextDay: Int64
    /// When he is asked about next; nil while he is being asked about, or waits for that.
    package var askAt: Timestamp?
    /// Of the last call.
    package var attempt: Int64
    /// Calls in a row that have come to nothing for no fault of his.
    package var failures: Int64

    package init(_ command: RegisterMeter, nextDay: Int64, attempt: Int64) {
        (customerNumber, meters) = (command.customerNumber, command.meters)
        (self.nextDay, self.attempt, failures) = (nextDay, attempt, 0)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        customerNumber = try fields.required("customerNumber")
        meters = fields.has("meters") ? try fields.identifiers("meters", atMost: RegisterMeter.meterLimit) : []
        nextDay = try fields.required("nextDay", in: 0...100_000)
        askAt = try fields.optional("askAt")
        attempt = try fields.required("attempt", in: 0...Int64.max - 1)
        failures = try fields.optional("failures", in: 0...Int64.max - 1) ?? 0
    }

    package func write(_ json: inout JSONWriter) {
        json.field("customerNumber", customerNumber)
        if !meters.isEmpty { json.field("meters", meters) }
        json.field("nextDay", nextDay)
        json.field("askAt", ifThere: askAt)
        json.field("attempt", attempt)
        if failures > 0 { json.field("failures", failures) }
    }
}

/// Customers by their ids.
package enum Meters: Table {
    package typealias Row = MeteredCustomer
    package static let name: StaticString = "meters"
}
