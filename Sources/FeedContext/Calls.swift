import Contracts
import JSON
import Workers

/// A call, from when it was asked for until there is an answer.
struct CallRow: Row, Hashable {
    var attempt: Int64
    /// What it asks for, counted from 1970; nil where it has not been asked for yet, for others are before it.
    var day: Int64?
    /// When it is asked for again.
    var until: Timestamp?

    init(attempt: Int64, day: Int64? = nil, until: Timestamp? = nil) {
        (self.attempt, self.day, self.until) = (attempt, day, until)
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        attempt = try fields.required("attempt", in: 0...Int64.max - 1)
        day = try fields.optional("day", in: MeteredCustomer.days)
        until = try fields.optional("until")
    }

    func write(_ json: inout JSONWriter) {
        json.field("attempt", attempt)
        if let day { json.field("day", day) }
        json.field("until", ifThere: until)
    }
}

/// Calls that are on their way or are to be made next, by customer: never more than one of each.
enum Calls: Table {
    typealias Row = CallRow
    static let name: StaticString = "calls"

    /// Of those on their way: so that they are counted without looking at the others.
    static let onTheirWay = "call/"

    /// Those that wait, in the order in which they are made. As long as any of the first waits, none of the second is
    /// made.
    enum Queue: String, CaseIterable {
        case live = "wait"
        case past
    }

    static func key(_ user: UserID) -> String { "\(onTheirWay)\(user.text)" }

    /// The customer whose call has this key.
    static func user(onTheWayAt key: String) -> UserID {
        UserID(text: String(decoding: key.utf8.dropFirst(onTheirWay.utf8.count), as: UTF8.self))
    }

    /// - Parameter due: since when it waits.
    static func key(_ user: UserID, in queue: Queue, due: Timestamp) -> String {
        "\(queue.rawValue)/\(due.digits)/\(user.text)"
    }

    /// The customer that waits under this key.
    static func user(waitingAt key: String) -> UserID? {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? UserID(text: String(decoding: parts[2], as: UTF8.self)) : nil
    }
}
