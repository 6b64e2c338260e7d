package import Contracts
package import JSON
package import Workers

/// The answers that wait, and how many each customer has waiting.
///
/// An answer lies under its order, its customer, and the offset that it was read at, with the topic where that is not
/// the commands. A count lies under its customer, behind a slash: no order has an empty id, so that no look for answers
/// meets it, and a version that does not count keeps it as it is.
package enum WaitingAnswers: Table {
    package enum Row: Workers.Row, Hashable {
        case answer(WaitingAnswer)
        case count(WaitingCount)

        package var answer: WaitingAnswer? { if case .answer(let answer) = self { answer } else { nil } }
        package var count: WaitingCount? { if case .count(let count) = self { count } else { nil } }

        package init(_ fields: borrowing Fields) throws(JSONError) {
            self = fields.has("count") ? .count(try WaitingCount(fields)) : .answer(try WaitingAnswer(fields))
        }

        package func write(_ json: inout JSONWriter) {
            switch self {
            case .answer(let answer): answer.write(&json)
            case .count(let count): count.write(&json)
            }
        }
    }

    package static let name: StaticString = "waiting"
    /// Of one customer's answers to one order.
    package static let limitToOrder = 20
    /// Of all that one customer answers.
    package static let limit: Int64 = 100

    package static func key(_ id: ResponseID, _ source: Transaction.Source) -> String {
        let place = prefix(id) + source.offset.padded(to: 19)
        return source.topic == Context.response.commands ? place : "\(place)-\(source.topic)"
    }

    package static func prefix(_ id: ResponseID) -> String { "\(id.order.text)/\(id.user.text)/" }
    package static func prefix(_ order: OrderID) -> String { "\(order.text)/" }
    package static func countKey(_ user: UserID) -> String { "/\(user.text)" }
}

/// How many answers of a customer wait, to whatever orders: one look tells whether another one may.
package struct WaitingCount: Hashable, Sendable {
    package private(set) var count: Int64
    /// When the last of them is given up: behind that none of them waits, whatever is counted here. A version that does
    /// not count may have taken some.
    package private(set) var until: Timestamp

    package init() { (count, until) = (0, Timestamp(milliseconds: 0)) }

    package func waiting(at now: Timestamp) -> Int64 { until < now ? 0 : count }

    package mutating func add(until: Timestamp, now: Timestamp) {
        count = waiting(at: now) + 1
        self.until = max(self.until, until)
    }

    /// nil when none is left.
    package func without(_ taken: Int) -> Self? {
        var rest = self
        rest.count -= Int64(taken)
        return rest.count > 0 ? rest : nil
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        count = try fields.required("count", in: 1...1_000_000)
        until = try fields.required("until")
    }

    func write(_ json: inout JSONWriter) {
        json.field("count", count)
        json.field("until", until)
    }
}
