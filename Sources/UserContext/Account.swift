package import Contracts
package import JSON
package import Workers

/// A customer and his points: what may change, and the ledger entry that says so. The balance is the ledger's sum,
/// always. No clock, no I/O.
package struct Account: Row, Hashable {
    package private(set) var user: UserState
    /// How many entries the ledger has.
    package private(set) var entries: Int64

    package init(user: UserState, entries: Int64) { (self.user, self.entries) = (user, entries) }

    package init(_ register: RegisterUser) {
        self.init(
            user: UserState(id: register.id, name: register.name, capacity: register.capacity, point: 0), entries: 0)
    }

    package mutating func update(_ update: UpdateUser) throws(Rejection) {
        guard update.name != nil || update.capacity != nil else {
            throw .refused("customer \(user.id) is not changed: neither \"name\" nor \"capacity\" is given")
        }
        var changed = user
        if let name = update.name { changed.name = name }
        if let capacity = update.capacity { changed.capacity = capacity }
        guard changed != user else {
            throw .refused(
                "customer \(user.id) is not changed: the name and the capacity \(user.capacity) are the current ones"
            )
        }
        user = changed
    }

    /// Adds the points of a real reduction, which are more than 0.
    package mutating func pay(
        _ points: Int64, for order: OrderID, at time: Timestamp, from source: String
    ) throws(Rejection) -> LedgerEntry {
        // Both lie within the limits: the sum cannot overflow.
        guard user.point + points <= Limits.points.upperBound else {
            throw .refused(
                "customer \(user.id) cannot get \(points) points for order \(order): with the balance of \(user.point) "
                    + "that exceeds \(Limits.points.upperBound)")
        }
        return enter(points, .reduction(order), time, source)
    }

    package mutating func withdraw(
        _ withdraw: WithdrawPoint, at time: Timestamp, from source: String
    ) throws(Rejection) -> LedgerEntry {
        guard withdraw.amount <= user.point else {
            throw .refused(
                "withdrawal \(withdraw.id) of \(withdraw.amount) points exceeds the balance of customer \(user.id): "
                    + "\(user.point)")
        }
        return enter(-withdraw.amount, .withdrawal(withdraw.id), time, source)
    }

    private mutating func enter(
        _ change: Int64, _ cause: LedgerEntry.Cause, _ time: Timestamp, _ source: String
    ) -> LedgerEntry {
        user.point += change
        entries += 1
        return LedgerEntry(
            sequence: entries, change: change, point: user.point, cause: cause, time: time, source: source)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        self.init(
            user: try UserState(fields), entries: try fields.required("entries", in: 0...Limits.points.upperBound))
    }

    package func write(_ json: inout JSONWriter) {
        user.write(&json)
        json.field("entries", entries)
    }
}

/// The customers, by their ids.
package enum Users: Table {
    package typealias Row = Account
    package static let name: StaticString = "users"
}
