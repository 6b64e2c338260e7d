package import Contracts
package import JSON
package import Workers

/// A customer and his points: what may change, and the ledger entry that says so. The balance is the ledger's sum,
/// always: a correction may take back points that have been withdrawn. No clock, no I/O.
package struct Customer: Row, Hashable {
    package private(set) var state: UserState
    /// How many entries the ledger has.
    package private(set) var entries: Int64

    package init(state: UserState, entries: Int64) { (self.state, self.entries) = (state, entries) }

    package init(_ register: RegisterUser) {
        self.init(
            state: UserState(id: register.id, name: register.name, capacity: register.capacity, point: 0), entries: 0)
    }

    package mutating func update(_ update: UpdateUser) throws(Rejection) {
        guard update.name != nil || update.capacity != nil else {
            throw .refused("customer \(state.id) is not changed: neither \"name\" nor \"capacity\" is given")
        }
        var changed = state
        if let name = update.name { changed.name = name }
        if let capacity = update.capacity { changed.capacity = capacity }
        guard changed != state else {
            throw .refused(
                "customer \(state.id) is not changed: the name and the capacity \(state.capacity) are the current ones"
            )
        }
        state = changed
    }

    /// Adds the points of a real reduction, which are more than 0.
    package mutating func pay(
        _ points: Int64, for order: OrderID, at time: Timestamp, from source: String
    ) throws(Rejection) -> LedgerEntry {
        // Both lie within the limits: the sum cannot overflow.
        guard state.point + points <= Limits.points.upperBound else {
            throw .refused(
                "customer \(state.id) cannot get \(points) points for order \(order): with the balance of \(state.point) "
                    + "that exceeds \(Limits.points.upperBound)")
        }
        return enter(points, .reduction(order), time, source)
    }

    /// Adds or takes off what a corrected check comes to beside what has been paid for the order so far. The balance
    /// may fall below 0 with it.
    package mutating func correct(
        by difference: Int64, for order: OrderID, version: Int64, at time: Timestamp, from source: String
    ) throws(Rejection) -> LedgerEntry {
        guard Limits.points.contains(state.point + difference), Limits.points.contains(difference) else {
            throw .refused(
                "customer \(state.id) cannot get a correction of \(difference) points for order \(order): with the "
                    + "balance of \(state.point) that is beyond \(Limits.points.upperBound)")
        }
        return enter(difference, .correction(order, version: version), time, source)
    }

    package mutating func withdraw(
        _ withdraw: WithdrawPoint, at time: Timestamp, from source: String
    ) throws(Rejection) -> LedgerEntry {
        guard withdraw.amount <= state.point else {
            throw .refused(
                "withdrawal \(withdraw.id) of \(withdraw.amount) points exceeds the balance of customer \(state.id): "
                    + "\(state.point)")
        }
        return enter(-withdraw.amount, .withdrawal(withdraw.id), time, source)
    }

    private mutating func enter(
        _ change: Int64, _ cause: LedgerEntry.Cause, _ time: Timestamp, _ source: String
    ) -> LedgerEntry {
        state.point += change
        entries += 1
        return LedgerEntry(
            sequence: entries, change: change, point: state.point, cause: cause, time: time, source: source)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        self.init(
            state: try UserState(fields), entries: try fields.required("entries", in: 0...Limits.points.upperBound))
    }

    package func write(_ json: inout JSONWriter) {
        state.write(&json)
        json.field("entries", entries)
    }
}

/// The customers, by their ids.
package enum Users: Table {
    package typealias Row = Customer
    package static let name: StaticString = "users"
}
