import Contracts
import JSON
import Workers

/// The checks that wait for readings, by the same keys: a customer's are side by side, so that each reading finds them
/// at once. And those that readings may correct, under the customer behind a slash: no customer has an empty id, so
/// that no look for what waits meets them, and a version that corrects nothing keeps them as they are.
enum Waiting: Table {
    static let name: StaticString = "waiting"
    /// Of one customer: each of his readings looks at all of them.
    static let limit = 32

    enum Row: Workers.Row {
        case order(startsAt: Timestamp, endsAt: Timestamp)
        case recent(RecentChecks)

        init(_ fields: borrowing Fields) throws(JSONError) {
            if fields.has("checks") {
                self = .recent(try RecentChecks(fields))
            } else {
                self = .order(startsAt: try fields.required("startsAt"), endsAt: try fields.required("endsAt"))
            }
        }

        func write(_ json: inout JSONWriter) {
            switch self {
            case .order(let startsAt, let endsAt):
                json.field("startsAt", startsAt)
                json.field("endsAt", endsAt)
            case .recent(let recent): recent.write(&json)
            }
        }
    }

    static func recentKey(_ user: UserID) -> String { "/\(user.text)" }
}
