import Contracts
import JSON
import Workers

/// A call, from when it was asked for until there is an answer.
struct CallRow: Row, Hashable {
    var attempt: Int64
    /// When it is asked for again; nil where it has not been asked for yet, for others are before it.
    var until: Timestamp?

    init(attempt: Int64, until: Timestamp?) { (self.attempt, self.until) = (attempt, until) }

    init(_ fields: borrowing Fields) throws(JSONError) {
        attempt = try fields.required("attempt", in: 0...Int64.max - 1)
        until = try fields.optional("until")
    }

    func write(_ json: inout JSONWriter) {
        json.field("attempt", attempt)
        json.field("until", ifThere: until)
    }
}

/// Calls that are on their way or are to be made next, by customer: never more than one of each.
enum Calls: Table {
    typealias Row = CallRow
    static let name: StaticString = "calls"

    /// Of those on their way: so that they are counted without looking at the others.
    static let onTheirWay = "call/"
    /// In the order in which they are made.
    static let waiting = "wait/"

    static func key(_ user: UserID) -> String { "\(onTheirWay)\(user.text)" }

    /// - Parameter due: since when it waits.
    static func waitingKey(_ user: UserID, due: Timestamp) -> String {
        let digits = String(max(0, due.milliseconds))
        return "\(waiting)\(String(repeating: "0", count: max(0, 13 - digits.utf8.count)))\(digits)/\(user.text)"
    }

    /// The customer that waits under this key.
    static func user(waitingAt key: String) -> UserID? {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? UserID(text: String(decoding: parts[2], as: UTF8.self)) : nil
    }
}
