package import Contracts
package import JSON
import Workers

/// One customer's place on one order's list.
package struct Response: Row, Hashable {
    /// The customer as he was known when he was asked.
    package let name: String
    /// Wh an hour.
    package let capacity: Int64
    /// To which the customer belonged when the order was announced; nil: to none.
    package private(set) var resource: ResourceID?
    package private(set) var answer: Answer
    package private(set) var history: History
    package let startsAt: Timestamp
    /// The planned end; once the list is saved, the real one.
    package private(set) var endsAt: Timestamp?
    package private(set) var isSaved: Bool
    /// Its order is withdrawn, or the customer has left; saved all the same, for nothing is taken any more.
    package private(set) var isCancelled = false
    /// Of the last corrected check; nil while none was.
    package private(set) var checkVersion: Int64?

    /// The customer is asked.
    package init(_ customer: Customer, on order: Order) {
        (name, capacity, resource) = (customer.name, customer.capacity, order.resource(of: customer))
        (answer, history) = (.ignore, History())
        (startsAt, endsAt, isSaved) = (order.startsAt, order.plannedEnd, false)
    }

    /// Whether another answer holds now: not when it is repeated.
    package mutating func take(_ given: GivenAnswer) -> Bool {
        history.add(given)
        let before = answer
        answer = history.answer()
        return answer != before
    }

    /// The list is saved with what was said by the order's last moment.
    package mutating func save(_ order: Order) {
        answer = history.answer(by: order.lastMoment)
        endsAt = order.course.ending?.endedAt
        isSaved = true
    }

    /// The order has another end. Whether that changes anything.
    package mutating func move(_ order: Order) -> Bool {
        guard !isSaved, endsAt != order.plannedEnd else { return false }
        endsAt = order.plannedEnd
        return true
    }

    /// The order is withdrawn, or the customer has left. Whether that changes anything.
    package mutating func cancel() -> Bool {
        guard !isSaved else { return false }
        (isSaved, isCancelled) = (true, true)
        return true
    }

    /// What has turned out of the customer's resource since: the list says it when it is saved.
    package mutating func learn(_ customer: Customer, _ order: Order) {
        if !isSaved { resource = order.resource(of: customer) }
    }

    /// The customer was taken off the list, and it has turned out that the order is meant for him: asked again, with
    /// what was answered before.
    package mutating func reopen(_ order: Order) {
        (isSaved, isCancelled) = (false, false)
        endsAt = order.plannedEnd
    }

    /// The meters say whether anything was reduced, of someone who has accepted: if nothing was, he counts as if he had
    /// denied, until a correction says otherwise. Whether that changes the answer.
    package mutating func judge(isReal: Bool) -> Bool {
        guard history.answer(by: endsAt) == .accept else { return false }
        let before = answer
        answer = isReal ? .accept : .deny
        return answer != before
    }

    /// A corrected check. Whether it is newer than those so far.
    package mutating func note(_ version: Int64) -> Bool {
        guard version > checkVersion ?? 0 else { return false }
        checkVersion = version > 1 ? version : nil
        return true
    }

    package func entry(_ id: ResponseID) -> ListEntry {
        ListEntry(
            id: id, userName: name, userCapacity: capacity, resource: resource, answer: answer, startsAt: startsAt,
            endsAt: endsAt)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        name = try fields.required("name")
        capacity = try fields.required("capacity", in: Limits.capacity)
        resource = try fields.optional("resource")
        answer = try fields.answer("answer")
        startsAt = try fields.required("startsAt")
        endsAt = try fields.optional("endsAt")
        isSaved = try fields.required("saved")
        isCancelled = try fields.optional("cancelled") ?? false
        checkVersion = try fields.optional("checkVersion", in: Limits.version)
        history = try History(fields)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("name", name)
        json.field("capacity", capacity)
        json.field("resource", ifThere: resource)
        json.field("answer", answer.rawValue)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
        json.field("saved", isSaved)
        if isCancelled { json.field("cancelled", true) }
        if let checkVersion { json.field("checkVersion", checkVersion) }
        history.write(&json)
    }
}

/// By order and customer. The customers of an order are ordered as they are among the customers.
package enum Responses: Table {
    package typealias Row = Response
    package static let name: StaticString = "responses"

    package static func key(_ id: ResponseID) -> String { String(joining: id.order.text, "/", id.user.text) }
    package static func prefix(_ order: OrderID) -> String { "\(order.text)/" }
}
