import Contracts
import Workers

/// Knowing the customers, and asking those that are heard of only after an order that they should have been asked for.
extension ResponseWorker {
    /// On how many lists a customer is put with the event itself; on the others by timers, between which the daemon
    /// looks at its clock.
    static let listsAtOnce = 8

    func learn(_ user: UserState, isRegistration: Bool, _ transaction: Transaction) throws {
        let known = try transaction.row(Customers.self, user.id.text)
        var customer = known ?? Customer(user, at: transaction.time)
        customer.learn(user, at: transaction.time, isRegistration: isRegistration)
        guard customer != known else { return }
        transaction.put(Customers.self, user.id.text, customer)
        guard known?.registeredAt != customer.registeredAt else { return }
        let start = OrdersByTime.start(customer.registeredAt)
        let some = min(Self.listsAtOnce, settings.stepRows)
        try enlist(user.id, customer, after: start, atMost: some, next: transaction.now, transaction)
    }

    /// Goes on where the last step has ended.
    func enlistFurther(_ id: String, _ transaction: Transaction) throws {
        guard let slash = id.utf8.firstIndex(of: UInt8(ascii: "/")) else { return }
        let user = UserID(text: String(id[..<slash]))
        guard let customer = try transaction.row(Customers.self, user.text) else { return }
        let cursor = String(id[id.utf8.index(after: slash)...])
        try enlist(
            user, customer, after: cursor, atMost: settings.stepRows, next: transaction.time, transaction)
    }

    /// Puts a customer on the lists that lie behind a key: some of them now, the others in further steps.
    private func enlist(
        _ user: UserID, _ customer: Customer, after cursor: String, atMost limit: Int, next: Timestamp,
        _ transaction: Transaction
    ) throws {
        var missed: [(key: String, order: OrderID)] = []
        try transaction.scan(OrdersByTime.self, after: cursor) { key, row in
            missed.append((key, row.order))
            return missed.count < limit
        }
        for (_, id) in missed {
            guard let order = try transaction.row(Orders.self, id.text), order.course.cancellation == nil else {
                continue
            }
            try enlist(customer, ResponseID(id, user), order, transaction)
        }
        guard missed.count == limit, let last = missed.last else { return }
        transaction.setTimer(TimerKind.enlist, "\(user)/\(last.key)", at: next)
    }
}
