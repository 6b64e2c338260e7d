package import Contracts
package import Workers

/// Decides what orders exist and whether they run.
package struct DRWorker: Worker {
    package static let context = Context.dr
    package static let summary = "orders, from their start to their end"
    package static let commands = Topic.drCommands
    package static let inputs: [Topic] = []
    package static let outputs: [Topic] = [.drEvents, .drInternal]
    package static var tables: [any Table.Type] { [Orders.self] }
    package static var timersBehindCommands: Set<String> { [end] }

    /// The timer that ends an order, under the order's id.
    private static let end = "end"

    package init() {}

    package var handlers: [Handler] {
        [
            Handler(StartDr.self, home: { $0.id?.text }, start),
            Handler(ChangeDr.self, home: { $0.id.text }, change),
            Handler(EndDr.self, home: { $0.id.text }, end),
            Handler(CancelDr.self, home: { $0.id.text }, cancel),
        ]
    }

    package func fire(_ timer: Timer, _ transaction: Transaction) throws {
        guard timer.kind == Self.end, var order = try transaction.row(Orders.self, timer.id),
            let ended = order.end(due: timer.due)
        else { return }
        save(order, as: ended, transaction)
    }

    /// An order without an id gets one from where its record lies, and starts in the partition that this id belongs to.
    private func name(_ start: StartDr, _ transaction: Transaction) throws {
        let source = transaction.source
        let id = OrderID(text: "dr-\(source.partition)-\(source.offset)")
        var named = start
        named.id = id
        // "Now" is when it was asked for, not when the copy arrives. What is wrong with it is said of the record
        // itself.
        named.startsAt = try Order(start, id: id, at: transaction.time).startsAt
        transaction.send(named, key: id.text)
    }

    private func start(_ start: StartDr, _ transaction: Transaction) throws {
        guard let id = start.id else { return try name(start, transaction) }
        if let order = try transaction.row(Orders.self, id.text) { throw order.secondStart }
        let order = try Order(start, id: id, at: transaction.time)
        transaction.put(Orders.self, id.text, order)
        if let endsAt = order.endsAt { transaction.setTimer(Self.end, id.text, at: endsAt) }
        transaction.emit(order.started, key: id.text)
    }

    private func end(_ end: EndDr, _ transaction: Transaction) throws {
        // Whoever sends the whole order with the end that it has now wants it to end.
        if let endsAt = end.endsAt, endsAt > transaction.time {
            return try change(ChangeDr(id: end.id, endsAt: endsAt), transaction)
        }
        var order = try order(end.id, to: "end", transaction)
        let timer = endTimer(order)
        let ended = try order.end(at: transaction.time, reason: end.reason)
        if let timer { transaction.cancel(timer) }
        save(order, as: ended, transaction)
    }

    private func change(_ change: ChangeDr, _ transaction: Transaction) throws {
        var order = try order(change.id, to: "change", transaction)
        let timer = endTimer(order)
        let changed = try order.change(end: change.endsAt, at: transaction.time)
        if let timer { transaction.cancel(timer) }
        transaction.setTimer(Self.end, change.id.text, at: change.endsAt)
        save(order, as: changed, transaction)
    }

    private func cancel(_ cancel: CancelDr, _ transaction: Transaction) throws {
        var order = try order(cancel.id, to: "cancel", transaction)
        let timer = endTimer(order)
        let cancelled = try order.cancel(at: transaction.time, reason: cancel.reason)
        if let timer { transaction.cancel(timer) }
        save(order, as: cancelled, transaction)
    }

    private func order(_ id: OrderID, to verb: String, _ transaction: Transaction) throws -> Order {
        guard let order = try transaction.row(Orders.self, id.text) else {
            throw Rejection.notFound("there is no order \(id) to \(verb)")
        }
        return order
    }

    private func endTimer(_ order: Order) -> Timer? {
        order.endsAt.map { Timer(kind: Self.end, id: order.id.text, due: $0) }
    }

    private func save(_ order: Order, as event: some Message, _ transaction: Transaction) {
        transaction.put(Orders.self, order.id.text, order)
        transaction.emit(event, key: order.id.text)
    }
}
