package import Contracts
package import JSON
package import Workers

/// One change of a customer's points. Written once and never altered, but for what has become of a withdrawal.
package struct LedgerEntry: Row, Hashable {
    /// What a change is for. There is one entry for each of a customer's.
    package enum Cause: Hashable, Sendable {
        case reduction(OrderID)
        /// By this version of an order's check.
        case correction(OrderID, version: Int64)
        case withdrawal(WithdrawalID, WithdrawalState)
        /// What a withdrawal that failed had taken off.
        case giveBack(WithdrawalID, reason: String)
        /// By hand.
        case adjustment(AdjustmentID, reason: String)
        /// What was left of the points of long ago.
        case expiry(earnedBefore: Timestamp)
    }

    /// The source of what no record brings about.
    package static let ofSweep = "sweep"

    /// 1 for the customer's first entry, and so on without a gap.
    package let sequence: Int64
    package let change: Int64
    /// The balance after the change.
    package let point: Int64
    package let cause: Cause
    package let time: Timestamp
    /// The record that brought it about: topic-partition-offset; `ofSweep` of an expiry.
    package let source: String

    package init(
        sequence: Int64, change: Int64, point: Int64, cause: Cause, time: Timestamp, source: String
    ) {
        (self.sequence, self.change, self.point) = (sequence, change, point)
        (self.cause, self.time, self.source) = (cause, time, source)
    }

    /// For people; the same words for all, so that they need no memory of their own, but for what an operator or
    /// whoever pays has said.
    package var reason: String {
        switch cause {
        case .reduction: "reduced during the order"
        case .correction: "corrected by readings that came later"
        case .withdrawal: "withdrawn"
        case .giveBack(_, let reason), .adjustment(_, let reason): reason
        case .expiry: "expired"
        }
    }

    /// From when on nothing more follows from it; nil for a withdrawal that nobody has answered. Those that versions
    /// without states have made wait for nobody.
    package var closedAt: Timestamp? {
        guard case .withdrawal(_, let state) = cause, state != .requested(isCounted: false) else { return time }
        return state.closedAt
    }

    /// The same change, of which is known now what has become.
    package func answered(_ id: WithdrawalID, _ state: WithdrawalState) -> LedgerEntry {
        LedgerEntry(
            sequence: sequence, change: change, point: point, cause: .withdrawal(id, state), time: time, source: source)
    }

    /// What to say to the same cause once more.
    package func repeated(for user: UserID) -> Rejection {
        switch cause {
        case .reduction(let order), .correction(let order, _):
            .conflict(
                "customer \(user) already got \(change) points for order \(order), at \(time) by \(source): "
                    + "an order is paid once")
        case .withdrawal(let id, _), .giveBack(let id, _):
            .conflict(
                "withdrawal \(id) of customer \(user) has been made already: \(abs(change)) points, at \(time) by \(source)"
            )
        case .adjustment(let id, _):
            .conflict(
                "adjustment \(id) of customer \(user) has been made already: \(change) points, at \(time) by \(source)")
        case .expiry(let before):
            .conflict("\(-change) points of customer \(user) of before \(before) have expired already, at \(time)")
        }
    }

    /// The key of a customer's entry for a cause. The order comes first: an order is paid to all customers at about the
    /// same time, and entries that are made together lie together, so that far fewer pages of the file change.
    package static func key(_ user: UserID, _ cause: Cause) -> String {
        switch cause {
        case .reduction(let order): key("dr/", order.text, user.text)
        case .correction(let order, let version): "\(key("dr/", order.text, user.text))/\(version)"
        case .withdrawal(let id, _): key(user, id)
        case .giveBack(let id, _): "\(key(user, id))/back"
        case .adjustment(let id, _): key(user, id)
        case .expiry(let before): key("expiry/", user.text, "\(before.milliseconds)")
        }
    }

    /// Of what a withdrawal has taken off.
    static func key(_ user: UserID, _ withdrawal: WithdrawalID) -> String {
        key("withdrawal/", user.text, withdrawal.text)
    }

    /// Of a change by hand.
    static func key(_ user: UserID, _ adjustment: AdjustmentID) -> String {
        key("adjustment/", user.text, adjustment.text)
    }

    static func key(_ kind: StaticString, _ first: String, _ second: String) -> String {
        String(joining: first, "/", second, behind: kind)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        let cause: Cause
        if fields.has("withdrawalId") {
            cause = .withdrawal(try fields.required("withdrawalId"), try WithdrawalState(fields))
        } else if fields.has("failedWithdrawal") {
            cause = .giveBack(try fields.required("failedWithdrawal"), reason: try fields.text("reason"))
        } else if fields.has("adjustment") {
            cause = .adjustment(try fields.required("adjustment"), reason: try fields.text("reason"))
        } else if fields.has("earnedBefore") {
            cause = .expiry(earnedBefore: try fields.required("earnedBefore"))
        } else if fields.has("version") {
            cause = .correction(
                try fields.required("drId"), version: try fields.required("version", in: Limits.version))
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
        case .correction(let order, let version):
            json.field("drId", order)
            json.field("version", version)
        case .withdrawal(let id, let state):
            json.field("withdrawalId", id)
            state.write(&json)
        case .giveBack(let id, _): json.field("failedWithdrawal", id)
        case .adjustment(let id, _): json.field("adjustment", id)
        case .expiry(let before): json.field("earnedBefore", before)
        }
        json.field("time", time)
        json.field("source", source)
    }
}
