import Contracts
import JSON
import Workers

/// The checks that wait for readings, by the same keys: a customer's are side by side, so that each reading finds them
/// at once.
enum Waiting: Table {
    static let name: StaticString = "waiting"
    /// Of one customer: each of his readings looks at all of them.
    static let limit = 32

    struct Row: Workers.Row {
        var startsAt: Timestamp
        var endsAt: Timestamp

        init(startsAt: Timestamp, endsAt: Timestamp) { (self.startsAt, self.endsAt) = (startsAt, endsAt) }

        init(_ fields: borrowing Fields) throws(JSONError) {
            startsAt = try fields.required("startsAt")
            endsAt = try fields.required("endsAt")
        }

        func write(_ json: inout JSONWriter) {
            json.field("startsAt", startsAt)
            json.field("endsAt", endsAt)
        }
    }
}
