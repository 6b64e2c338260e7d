package import Contracts
import JSON
package import Workers

/// What a customer has been paid for an order whose check was corrected, and by which version. The row changes with
/// each correction; what was paid and taken back stays in the ledger's entries, whose sum this is.
package struct CorrectedOrder: Sendable, Hashable {
    /// Of the last check that was applied.
    package let version: Int64
    /// Of all the order's entries, and what they have not taken off since it had expired.
    package let points: Int64
    /// When the last check was said; nil in rows of versions that did not note it.
    package let time: Timestamp?
    /// Of which days the points are; nil where no points expire, and in rows of versions that did not note it.
    package let paid: PaidPoints?

    package init(version: Int64, points: Int64, at time: Timestamp?, paid: PaidPoints? = nil) {
        (self.version, self.points, self.time, self.paid) = (version, points, time, paid)
    }

    package static func key(_ order: OrderID, _ user: UserID) -> String {
        LedgerEntry.key("/", order.text, user.text)
    }

    /// An older check, or the same once more, has come behind another one.
    package func refusal(of check: ReductionOutcome) -> Rejection {
        .conflict(
            "version \(check.version) of the check of response \(ResponseID(check.order, check.user)) is not newer than "
                + "version \(version), by which customer \(check.user) has been paid \(points) points in all")
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        version = try fields.required("version", in: Limits.version)
        points = try fields.required("points", in: Limits.points)
        time = try fields.optional("time")
        paid = try PaidPoints(fields)
    }

    func write(_ json: inout JSONWriter) {
        json.field("version", version)
        json.field("points", points)
        json.field("time", ifThere: time)
        paid?.write(&json)
    }
}
