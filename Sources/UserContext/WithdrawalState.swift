package import Contracts
import JSON
package import Workers

/// What has become of a withdrawal: an entry of the ledger says it beside what it has taken off. Of all that an entry
/// says this alone changes, once.
package enum WithdrawalState: Sendable, Hashable {
    /// Nobody has answered yet. Those that versions without states have made are not counted by the customer's row.
    case requested(isCounted: Bool)
    case paid(reference: String?, at: Timestamp, source: String)
    case failed(reason: String, at: Timestamp, source: String)

    package var status: WithdrawalStatus {
        switch self {
        case .requested: .requested
        case .paid: .paid
        case .failed: .failed
        }
    }

    /// When it was answered; nil while it is open.
    package var closedAt: Timestamp? {
        switch self {
        case .requested: nil
        case .paid(_, let time, _), .failed(_, let time, _): time
        }
    }

    /// What to say to an answer that comes behind another one; nil while there is none.
    /// - Parameters:
    ///   - answer: paid or failed.
    ///   - withdrawal: as a sentence begins with it.
    package func refusal(of answer: WithdrawalStatus, _ withdrawal: String) -> Rejection? {
        switch self {
        case .requested: nil
        case .paid(_, let time, let source):
            .conflict(
                answer == .paid
                    ? "\(withdrawal) has been confirmed already, at \(time) by \(source)"
                    : "\(withdrawal) was paid, as was said at \(time) by \(source): it cannot fail any more")
        case .failed(let reason, let time, let source):
            .conflict(
                answer == .failed
                    ? "\(withdrawal) has failed already, at \(time) by \(source): its points were given back once"
                    : "\(withdrawal) has failed, at \(time) by \(source): its points were given back, and it cannot be "
                        + "confirmed any more (\(reason))")
        }
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        switch try fields.withdrawalStatus("status") {
        case nil: self = .requested(isCounted: false)
        case .requested: self = .requested(isCounted: true)
        case .paid:
            self = .paid(
                reference: try fields.optionalText("reference"), at: try fields.required("answeredAt"),
                source: try fields.required("answeredBy"))
        case .failed:
            self = .failed(
                reason: try fields.text("failure"), at: try fields.required("answeredAt"),
                source: try fields.required("answeredBy"))
        }
    }

    func write(_ json: inout JSONWriter) {
        if self != .requested(isCounted: false) { json.field("status", status.rawValue) }
        switch self {
        case .requested: break
        case .paid(let reference, let time, let source):
            json.field("reference", ifThere: reference)
            json.field("answeredAt", time)
            json.field("answeredBy", source)
        case .failed(let reason, let time, let source):
            json.field("failure", reason)
            json.field("answeredAt", time)
            json.field("answeredBy", source)
        }
    }
}
