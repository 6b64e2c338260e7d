import Contracts
import JSON
import Workers

/// Who has left, or revoked: a registration from before that is none any more, whichever is read last.
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

    /// Longer than commands are kept: no registration from before is read behind it.
    static let kept = Duration.seconds(31 * 86_400)
}

extension FeedWorker {
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

    /// - Throws: `Rejection` where the registration is from before what ended it, or from before the one that is known.
    func checkIsNotLate(_ register: RegisterMeter, _ known: MeteredCustomer?, _ transaction: Transaction) throws {
        if let gone = try transaction.row(Gone.self, register.user.text), transaction.time <= gone.at {
            throw Rejection.late("customer \(register.user) has left, or revoked, at \(gone.at)")
        }
        if let known, transaction.time < known.registeredAt {
            throw Rejection.late("customer \(register.user) has been registered again at \(known.registeredAt)")
        }
    }
}
