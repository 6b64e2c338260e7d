package import Contracts
package import Workers

/// What becomes of an answer, given what the shard knows.
package enum Judgement: Hashable, Sendable {
    /// It counts.
    case take(Order, Response)
    /// It counts, and its customer, who has not been asked so far, is asked with it.
    case ask(Order, Customer)
    /// Something that it needs may still come; this is what to say of it if that does not.
    case wait(Rejection)
    case refuse(Rejection)

    /// Judges an answer that is looked at now. The customer matters only where there is no response, or he was taken
    /// off the list on leaving.
    package init(
        _ id: ResponseID, _ given: GivenAnswer, now: Timestamp, order: Order?, response: Response?, customer: Customer?
    ) {
        let time = given.at
        guard let order else {
            self = .wait(.notFound("no order \(id.order) was announced"))
            return
        }
        if let cancellation = order.course.cancellation {
            self = .refuse(
                .late("order \(id.order) was cancelled at \(cancellation.at), \(cancellation.reason)"))
        } else if !order.decides(time) {
            let end = order.plannedEnd.map { "\($0)" } ?? "its end"
            self = .wait(
                .late(
                    "order \(id.order) was to end at \(end), before customer \(id.user) answered at \(time), and no other "
                        + "end is known"))
        } else if let end = order.lastMoment, time > end {
            self = .refuse(.late("order \(id.order) ended at \(end), but customer \(id.user) answered at \(time)"))
        } else if let response, !response.isCancelled {
            self =
                order.isMeant(for: response.resource)
                ? Self.onList(id, given, now, order, response) : Self.notMeant(id, order, response.resource)
        } else if let customer {
            self = Self.offList(id, order, customer)
        } else {
            self = .wait(.notFound("order \(id.order) is known, but no customer \(id.user) was registered"))
        }
    }

    private static func onList(
        _ id: ResponseID, _ given: GivenAnswer, _ now: Timestamp, _ order: Order, _ response: Response
    ) -> Self {
        let time = given.at
        if response.isSaved {
            let end = response.endsAt.map { "\($0)" } ?? "its end"
            return .refuse(
                .late(
                    "the list of order \(id.order), which ended at \(end), was saved before customer \(id.user)'s"
                        + " answer of \(time) was read"))
        }
        if response.history.isFull {
            return .refuse(
                .refused("customer \(id.user) has answered order \(id.order) \(History.limit) times already"))
        }
        // The last one read counts, unless its time says that it is the older one. One that was taken with a time from
        // the future says nothing of that: its sender's clock was wrong, and it is corrected.
        if let last = response.history.answers.last, last.at > time, last.at <= now {
            return .refuse(
                .late(
                    "\(given.answer.word) of customer \"\(id.user)\" is of \(time), and one of \(last.at) to order "
                        + "\(id.order) has been taken already: the later one counts"))
        }
        return .take(order, response)
    }

    private static func notMeant(_ id: ResponseID, _ order: Order, _ resource: ResourceID?) -> Self {
        let belonged = resource.map { "to resource \($0)" } ?? "to no resource"
        return .refuse(
            .refused(
                "customer \(id.user) is not on the list of order \(id.order), which asks "
                    + "\(order.targets?.words ?? "all"): the customer belonged \(belonged) when it was announced, at "
                    + "\(order.announcedAt)"))
    }

    private static func offList(_ id: ResponseID, _ order: Order, _ customer: Customer) -> Self {
        if order.asks(customer) { return .ask(order, customer) }
        if customer.membership.covers(order.announcedAt) {
            return notMeant(id, order, order.resource(of: customer))
        }
        if let leftAt = customer.membership.leaving(by: order.announcedAt) {
            return .refuse(
                .refused(
                    "customer \(id.user) is not on the list of order \(id.order): left at \(leftAt), and the order was "
                        + "announced at \(order.announcedAt)"))
        }
        return .refuse(
            .refused(
                "customer \(id.user) is not on the list of order \(id.order): registered at \(customer.membership.registeredAt),"
                    + " and the order was announced at \(order.announcedAt)"))
    }
}

extension OrderTargets {
    /// For people: the first of many.
    fileprivate var words: String {
        if resources.isEmpty { return "customers of no resource" }
        let names = resources.prefix(3).map(\.text).joined(separator: ", ")
        let more = resources.count > 3 ? " and \(resources.count - 3) more" : ""
        return "those of " + names + more + (isUnassigned ? ", and of no resource" : "")
    }
}
