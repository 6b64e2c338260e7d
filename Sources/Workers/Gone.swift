package import Contracts
package import JSON

/// Who has left, or whose entry was taken back: one from before that is none any more, whichever is read last.
package struct GoneRow: Row, Hashable {
    package var at: Timestamp
    /// When the row goes.
    package var until: Timestamp

    package init(at: Timestamp, until: Timestamp) { (self.at, self.until) = (at, until) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        at = try fields.required("at")
        until = try fields.required("until")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("at", at)
        json.field("until", until)
    }
}

/// By customer, also of those of whom nothing else is known. A worker that notes them has the table among its own, and
/// passes the timer on.
package enum Gone: Table {
    package typealias Row = GoneRow
    package static let name: StaticString = "gone"
    /// The timer with which a row goes, under the customer's id.
    package static let timer = "gone"
    /// Longer than commands are kept: nothing from before is read behind it.
    private static let kept = Duration.seconds(31 * 86_400)

    /// Of several times the last one counts.
    package static func note(_ user: UserID, at: Timestamp, _ transaction: Transaction) throws {
        let known = try transaction.row(Gone.self, user.text)
        if let known {
            guard known.at < at else { return }
            transaction.cancel(Timer(kind: timer, id: user.text, due: known.until))
        }
        let timer = transaction.setTimer(Self.timer, user.text, at: at + kept)
        transaction.put(Gone.self, user.text, GoneRow(at: at, until: timer.due))
    }

    /// The timer has fired. One that was put off, since the row could not be read, may have been replaced meanwhile.
    package static func forget(_ timer: Timer, _ transaction: Transaction) throws {
        if let gone = try transaction.row(Gone.self, timer.id), gone.until <= timer.due {
            transaction.delete(Gone.self, timer.id)
        }
    }
}
