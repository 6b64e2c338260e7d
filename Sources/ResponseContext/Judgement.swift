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

    /// Judges an answer that is looked at now. The customer matters only where there is no response, or where he was or
    /// will be taken off the list.
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
                ? Self.onList(id, given, now, order, response)
                : Self.notAsked(order, customer, notMeant(id, order, response.resource))
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

    private static func offList(_ id: ResponseID, _ order: Order, _ customer: Customer) -> Self {
        if order.asks(customer) { return .ask(order, customer) }
        if customer.membership.covers(order.announcedAt) {
            return notAsked(order, customer, notMeant(id, order, order.resource(of: customer)))
        }
        if let leftAt = customer.membership.leaving(by: order.announcedAt) {
            return notAsked(
                order, customer,
                .refused(
                    "customer \(id.user) is not on the list of order \(id.order): left at \(leftAt), and the order was "
                        + "announced at \(order.announcedAt)"))
        }
        return notAsked(
            order, customer,
            .refused(
                "customer \(id.user) is not on the list of order \(id.order): registered at "
                    + "\(customer.membership.registeredAt), and the order was announced at \(order.announcedAt)"))
    }

    /// The answer came from another topic than what may put its customer on the list yet.
    private static func notAsked(_ order: Order, _ customer: Customer?, _ rejection: Rejection) -> Self {
        order.mayAsk(customer) ? .wait(rejection) : .refuse(rejection)
    }
}

/// Whom else an order asks is not said to customers.
private func notMeant(_ id: ResponseID, _ order: Order, _ resource: ResourceID?) -> Rejection {
    let belonged = resource.map { "to resource \($0)" } ?? "to no resource"
    return .refused(
        "customer \(id.user) is not on the list of order \(id.order), which asks others: the customer belonged "
            + "\(belonged) when it was announced, at \(order.announcedAt)")
}
