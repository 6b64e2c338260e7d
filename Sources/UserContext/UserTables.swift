import Contracts
package import JSON
import Workers

/// The customers, by their ids.
package enum Users: Table {
    package typealias Row = Account
    package static let name: StaticString = "users"
}

/// The changes of points, by cause and customer. Rows are only ever added.
package enum Ledger: Table {
    package typealias Row = LedgerEntry
    package static let name: StaticString = "ledger"
}

extension Account: Row {
    package init(_ fields: borrowing Fields) throws(JSONError) {
        self.init(
            user: try UserState(fields), entries: try fields.required("entries", in: 0...Limits.points.upperBound))
    }

    package func write(_ json: inout JSONWriter) {
        user.write(&json)
        json.field("entries", entries)
    }
}

extension LedgerEntry: Row {
    package init(_ fields: borrowing Fields) throws(JSONError) {
        let cause: Cause
        if fields.has("withdrawalId") {
            cause = .withdrawal(try fields.required("withdrawalId"))
        } else {
            cause = .reduction(try fields.required("drId"))
        }
        self.init(
            sequence: try fields.required("sequence", in: 1...Limits.points.upperBound),
            change: try fields.required("change", in: Limits.points),
            point: try fields.required("point", in: Limits.points),
            cause: cause, time: try fields.required("time"), source: try fields.required("source"))
    }

    package func write(_ json: inout JSONWriter) {
        json.field("sequence", sequence)
        json.field("change", change)
        json.field("point", point)
        json.field("reason", reason)
        switch cause {
        case .reduction(let order): json.field("drId", order)
        case .withdrawal(let id): json.field("withdrawalId", id)
        }
        json.field("time", time)
        json.field("source", source)
    }
}
