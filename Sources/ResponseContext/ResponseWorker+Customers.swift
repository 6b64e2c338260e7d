import Contracts
import Workers

/// Knowing the customers, and putting them on lists, or taking them off, where it turns out later that they should have
/// been asked, or should not.
extension ResponseWorker {
    /// On how many lists a customer is looked at with the event itself; on the others by timers, between which the
    /// daemon looks at its clock.
    static let listsAtOnce = 8

    /// - Parameter time: from when on it holds.
    func learn(_ user: UserState, at time: Timestamp, isRegistration: Bool, _ transaction: Transaction) throws {
        let known = try transaction.row(Customers.self, user.id.text)
        if known == nil {
            // He may have left behind it, and have been forgotten.
            let retention = settings.retention
            try retention.check(time, at: transaction.now, "what is said of customer \(user.id)")
        }
        var customer = known ?? Customer(user, at: time)
        customer.learn(user, at: time, isRegistration: isRegistration)
        try put(user.id, customer, known, since: time, transaction)
    }

    func leave(_ left: UserLeft, _ transaction: Transaction) throws {
        guard let known = try transaction.row(Customers.self, left.id.text) else {
            throw Rejection.notFound("there is no customer \(left.id) who could have left at \(left.leftAt)")
        }
        var customer = known
        customer.leave(at: left.leftAt)
        try transaction.armSweep()
        try put(left.id, customer, known, since: left.leftAt, transaction)
    }

    /// - Parameter time: orders announced before are not touched by it.
    private func put(
        _ user: UserID, _ customer: Customer, _ known: Customer?, since time: Timestamp, _ transaction: Transaction
    ) throws {
        guard customer != known else { return }
        transaction.put(Customers.self, user.text, customer)
        guard known?.membership != customer.membership || known?.resources != customer.resources else { return }
        let some = min(Self.listsAtOnce, settings.stepRows)
        try review(
            user, customer, after: OrdersByTime.start(time), atMost: some, next: transaction.now, transaction)
    }

    /// Goes on where the last step has ended.
    func reviewFurther(_ id: String, _ transaction: Transaction) throws {
        guard let slash = id.utf8.firstIndex(of: UInt8(ascii: "/")) else { return }
        let user = UserID(text: String(id[..<slash]))
        guard let customer = try transaction.row(Customers.self, user.text) else { return }
        let cursor = String(id[id.utf8.index(after: slash)...])
        try review(
            user, customer, after: cursor, atMost: settings.stepRows, next: transaction.time, transaction)
    }

    /// Looks at the lists that lie behind a key, at some of them now and at the others in further steps: the customer
    /// is on those of orders that were announced to him. What is withdrawn is left to its own steps.
    private func review(
        _ user: UserID, _ customer: Customer, after cursor: String, atMost limit: Int, next: Timestamp,
        _ transaction: Transaction
    ) throws {
        var orders: [(key: String, order: OrderID)] = []
        try transaction.scan(OrdersByTime.self, after: cursor) { key, row in
            orders.append((key, row.order))
            return orders.count < limit
        }
        for (_, id) in orders {
            guard let order = try transaction.row(Orders.self, id.text), order.course.cancellation == nil else {
                continue
            }
            if order.asks(customer) {
                try enlist(customer, ResponseID(id, user), order, transaction)
            } else {
                try takeOff(customer, ResponseID(id, user), order, transaction)
            }
        }
        guard orders.count == limit, let last = orders.last else { return }
        transaction.setTimer(TimerKind.review, "\(user)/\(last.key)", at: next)
    }

    /// Takes a customer off a list that he was put on before it was known that he had left, or to which resource he
    /// belonged. A list that is saved stays.
    private func takeOff(_ customer: Customer, _ id: ResponseID, _ order: Order, _ transaction: Transaction) throws {
        let membership = customer.membership
        let leftAt = membership.covers(order.announcedAt) ? nil : membership.leaving(by: order.announcedAt)
        guard leftAt != nil || !order.isMeant(for: customer),
            var response = try transaction.row(Responses.self, Responses.key(id))
        else { return }
        response.learn(customer, order)
        guard response.cancel() else { return }
        transaction.put(Responses.self, Responses.key(id), response)
        let belonged = order.resource(of: customer).map { "belonged to resource \($0)" } ?? "belonged to no resource"
        let reason = leftAt.map { "the customer left at \($0)" } ?? "the customer \(belonged): the order asks others"
        transaction.emit(ListCancelled(response.entry(id), reason: reason), key: id.user.text)
    }
}
