package import Contracts
package import JSON
package import Workers

/// A customer and his points: what may change, and the ledger entry that says so. The balance is the ledger's sum,
/// always: a correction may take back points that have been withdrawn. No clock, no I/O.
package struct Customer: Row, Hashable {
    package private(set) var state: UserState
    /// How many entries the ledger has.
    package private(set) var entries: Int64
    package private(set) var stay: Stay
    /// For which orders the ledger may have something.
    private var orders: OrderBits
    /// Since when somebody who left long ago has been owed nothing, and no entry has come; nil of all others.
    package private(set) var quietSince: Timestamp?
    /// How many withdrawals wait for an answer, of those that are counted. A version that knows no states forgets it:
    /// then some more may be open.
    package private(set) var openWithdrawals: Int64
    /// By which points expire; empty where they do not.
    package private(set) var ages = PointAges()
    /// What of his points has expired, by the days on which they were earned, as long as a correction may take back
    /// such points.
    package private(set) var expired = PointAges()

    /// Of a customer: what is open is kept until it is answered.
    package static let openLimit: Int64 = 100

    package init(
        state: UserState, entries: Int64, stay: Stay = Stay(), orders: OrderBits = .none, openWithdrawals: Int64 = 0
    ) {
        (self.state, self.entries, self.stay, self.orders) = (state, entries, stay, orders)
        self.openWithdrawals = openWithdrawals
    }

    package init(_ register: RegisterUser, at time: Timestamp) {
        self.init(
            state: UserState(
                id: register.id, name: register.name, capacity: register.capacity, point: 0,
                resource: register.resource), entries: 0, stay: Stay(since: time))
    }

    /// Takes in again who has left. The points and the ledger stay.
    package mutating func register(_ register: RegisterUser, at time: Timestamp) throws(Rejection) {
        guard let leftAt = stay.leftAt else {
            throw .conflict(
                "customer \(state.id) is already registered: UpdateUser changes the name, the capacity and the resource"
            )
        }
        guard time >= leftAt else {
            throw .late(
                "customer \(state.id) left at \(leftAt), after this registration of \(time): RegisterUser sent now takes "
                    + "the customer in again")
        }
        (state.name, state.capacity, stay) = (register.name, register.capacity, Stay(since: time))
        state.resource = register.resource
        quietSince = nil
    }

    /// - Returns: from when on the change holds.
    package mutating func update(_ update: UpdateUser, at time: Timestamp) throws(Rejection) -> Timestamp {
        if let leftAt = stay.leftAt {
            throw .refused("customer \(state.id) left at \(leftAt): RegisterUser takes the customer in again")
        }
        guard update.name != nil || update.capacity != nil || update.resource != nil else {
            throw .refused(
                "customer \(state.id) is not changed: neither \"name\" nor \"capacity\" nor \"resource\" is given")
        }
        var changed = state
        if let name = update.name { changed.name = name }
        if let capacity = update.capacity { changed.capacity = capacity }
        if let resource = update.resource { changed.resource = resource }
        guard changed != state else {
            let same =
                update.resource == nil
                ? "the name and the capacity \(state.capacity)"
                : "the name, the capacity \(state.capacity) and the resource"
            throw .refused("customer \(state.id) is not changed: \(same) are the current ones")
        }
        state = changed
        return stay.update(at: time)
    }

    /// - Returns: when the customer has left.
    package mutating func leave(at time: Timestamp) throws(Rejection) -> Timestamp {
        if let leftAt = stay.leftAt { throw .conflict("customer \(state.id) already left, at \(leftAt)") }
        if let registeredAt = stay.registeredAt, time < registeredAt {
            throw .late(
                "customer \(state.id) was registered at \(registeredAt), after this leave of \(time): LeaveUser sent now "
                    + "takes the customer off")
        }
        return stay.leave(at: time)
    }

    /// Whether nothing is left of a customer who left but his id and his points.
    package var isNameless: Bool { (state.name, state.capacity) == (state.id.text, 0) }

    /// Rows and messages have a name always: from now on it is the id.
    package mutating func forgetName() { (state.name, state.capacity, state.resource) = (state.id.text, 0, nil) }

    /// A sweep has found him owed nothing. That it notes once.
    package mutating func beQuiet(since time: Timestamp) { quietSince = quietSince ?? time }

    /// The ledger has something for an order from now on, whether points change with it or not.
    /// - Returns: whether it has had nothing before, so that nobody has to look; false where it may have.
    package mutating func note(_ order: OrderID) -> Bool {
        guard !orders.mayHave(order) else { return false }
        orders.insert(order)
        return true
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

    /// Follows the points of an order that is corrected: what has expired already is not taken off once more.
    /// - Parameter paid: nil where nothing has expired.
    /// - Returns: the change of the balance.
    package mutating func follow(
        _ paid: inout PaidPoints?, from before: Int64, to after: Int64, at time: Timestamp
    ) -> Int64 {
        paid?.follow(from: before, to: after, on: PointAges.day(of: time), &expired) ?? (after - before)
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
        guard openWithdrawals < Self.openLimit else {
            throw .refused(
                "withdrawal \(withdraw.id): \(openWithdrawals) withdrawals of customer \(state.id) wait for a "
                    + "ConfirmWithdrawal or a FailWithdrawal, and no more may")
        }
        openWithdrawals += 1
        return enter(-withdraw.amount, .withdrawal(withdraw.id, .requested(isCounted: true)), time, source)
    }

    /// One of the withdrawals that are counted waits no longer.
    package mutating func closeWithdrawal() { openWithdrawals = max(0, openWithdrawals - 1) }

    /// Adds what a withdrawal had taken off that has failed.
    /// - Parameter points: more than 0.
    package mutating func giveBack(
        _ points: Int64, _ fail: FailWithdrawal, at time: Timestamp, from source: String
    ) throws(Rejection) -> LedgerEntry {
        guard Limits.points.contains(state.point + points) else {
            throw .refused(
                "the \(points) points of withdrawal \(fail.id) cannot be given back to customer \(state.id): with the "
                    + "balance of \(state.point) that exceeds \(Limits.points.upperBound)")
        }
        return enter(points, .giveBack(fail.id, reason: fail.reason), time, source)
    }

    /// Below 0 the balance falls only where that is meant.
    package mutating func adjust(
        _ adjust: AdjustPoint, at time: Timestamp, from source: String
    ) throws(Rejection) -> LedgerEntry {
        let point = state.point + adjust.amount
        guard Limits.points.contains(point) else {
            throw .refused(
                "adjustment \(adjust.id) of \(adjust.amount) points: with the balance of customer \(state.id), "
                    + "\(state.point), that is beyond \(Limits.points.upperBound)")
        }
        guard adjust.amount > 0 || point >= 0 || adjust.isForced else {
            throw .refused(
                "adjustment \(adjust.id) of \(adjust.amount) points exceeds the balance of customer \(state.id): "
                    + "\(state.point); \"force\": true lets it fall below 0")
        }
        return enter(adjust.amount, .adjustment(adjust.id, reason: adjust.reason), time, source)
    }

    /// Takes off what was earned before a day and is still there.
    /// - Parameter first: of the days whose points a correction may still take back.
    /// - Returns: nil where there is nothing.
    package mutating func expire(before day: Int64, noted first: Int64 = 0, at time: Timestamp) -> LedgerEntry? {
        // Of rows that are changed by versions that note no ages.
        ages.follow(from: state.point, to: state.point, on: PointAges.day(of: time))
        let points = ages.points(before: day)
        guard points > 0 else { return nil }
        expired.forget(before: first)
        for lot in ages.lots where lot.day < day { expired.earn(lot.points, on: lot.day) }
        let entry = enter(-points, .expiry(earnedBefore: PointAges.start(of: day)), time, LedgerEntry.ofSweep)
        noteAge(of: entry)
        return entry
    }

    /// Notes when points were earned that an entry adds, or which ones it takes off.
    package mutating func noteAge(of entry: LedgerEntry) {
        ages.follow(from: entry.point - entry.change, to: entry.point, on: PointAges.day(of: entry.time))
    }

    /// What the balance has is of the day on which ages are noted again.
    package mutating func forgetAges() { if !ages.lots.isEmpty { ages = PointAges() } }

    private mutating func enter(
        _ change: Int64, _ cause: LedgerEntry.Cause, _ time: Timestamp, _ source: String
    ) -> LedgerEntry {
        state.point += change
        entries += 1
        quietSince = nil
        return LedgerEntry(
            sequence: entries, change: change, point: state.point, cause: cause, time: time, source: source)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        self.init(
            state: try UserState(fields), entries: try fields.required("entries", in: 0...Limits.points.upperBound),
            stay: try Stay(fields), orders: try OrderBits(fields),
            openWithdrawals: try fields.optional("openWithdrawals", in: 0...Limits.points.upperBound) ?? 0)
        quietSince = try fields.optional("quietSince")
        ages = try PointAges(fields, on: "earnedOn", "earned")
        expired = try PointAges(fields, on: "expiredOf", "expired")
    }

    package func write(_ json: inout JSONWriter) {
        state.write(&json)
        json.field("entries", entries)
        orders.write(&json)
        if openWithdrawals > 0 { json.field("openWithdrawals", openWithdrawals) }
        ages.write(&json, on: "earnedOn", "earned")
        expired.write(&json, on: "expiredOf", "expired")
        stay.write(&json)
        json.field("quietSince", ifThere: quietSince)
    }
}

/// The customers, by their ids.
package enum Users: Table {
    package typealias Row = Customer
    package static let name: StaticString = "users"
}
