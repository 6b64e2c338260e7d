import Contracts
import JSON
import Workers

/// Who has left, or whose contact was removed: one from before that is none any more, whichever is read last.
struct GoneRow: Row, Hashable {
    var at: Timestamp
    /// When the row goes.
    var until: Timestamp

    init(at: Timestamp, until: Timestamp) { (self.at, self.until) = (at, until) }

    init(_ fields: borrowing Fields) throws(JSONError) {
        at = try fields.required("at")
        until = try fields.required("until")
    }

    func write(_ json: inout JSONWriter) {
        json.field("at", at)
        json.field("until", until)
    }
}

/// By customer, also of those of whom nothing else is known.
enum Gone: Table {
    typealias Row = GoneRow
    static let name: StaticString = "gone"

    /// Longer than commands are kept: no contact from before is read behind it.
    static let kept = Duration.seconds(31 * 86_400)
}

extension NotifyWorker {
    /// The timer with which a row goes, under the customer's id.
    static let goneRow = "gone"

    /// Of several times the last one counts.
    func noteGone(_ user: UserID, at: Timestamp, _ transaction: Transaction) throws {
        let known = try transaction.row(Gone.self, user.text)
        if let known {
            guard known.at < at else { return }
            transaction.cancel(Timer(kind: Self.goneRow, id: user.text, due: known.until))
        }
        let timer = transaction.setTimer(Self.goneRow, user.text, at: at + Gone.kept)
        transaction.put(Gone.self, user.text, GoneRow(at: at, until: timer.due))
    }

    /// Of two that Kafka got in the same millisecond the one that is read later counts: most lie in one topic.
    /// - Throws: `Rejection` where the contact is from before what ended it, or from before the one that is known.
    func checkIsNotLate(_ user: UserID, _ known: Contacts.Row?, _ transaction: Transaction) throws {
        if let gone = try transaction.row(Gone.self, user.text), transaction.time < gone.at {
            throw Rejection.late("customer \(user) has left, or his contact was removed, at \(gone.at)")
        }
        if let known, transaction.time < known.setAt {
            throw Rejection.late("customer \(user) has another contact since \(known.setAt)")
        }
    }
}
