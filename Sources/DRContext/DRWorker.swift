import Baselines
package import Contracts
import Market
package import Workers

/// Decides what orders exist and whether they run.
package struct DRWorker: Worker {
    package static let context = Context.dr
    package static let summary = "orders, from their start to their end"
    package static let commands = Topic.drCommands
    package static let inputs: [Topic] = []
    package static let outputs: [Topic] = [.drEvents, .drInternal]
    package static var tables: [any Table.Type] { [Orders.self] }
    package static let counters = [sweptOrders]

    /// The timer that ends an order, under the order's id.
    static let end = "end"
    /// The timer that forgets what an order without an id has said, under its fingerprint.
    private static let forget = "forget"

    /// Of orders, behind their ends.
    let retention: Retention

    package init(retention: Retention = .init()) { self.retention = retention }

    package var handlers: [Handler] {
        [
            Handler(StartDr.self, home: { $0.id?.text ?? $0.fingerprint }, start),
            Handler(StartNamedDr.self, home: \.start.id?.text, startNamed),
            Handler(ChangeDr.self, home: { $0.id.text }, change),
            Handler(EndDr.self, home: { $0.id.text }, end),
            Handler(CancelDr.self, home: { $0.id.text }, cancel),
            Handler(SetMarket.self, home: { _ in Markets.key }, setMarket),
            Handler(UseMarket.self, home: { _ in nil }, useMarket),
            Handler(RegisterResource.self, home: { _ in Markets.key }, register),
            Handler(StateKpxFigure.self, home: { $0.order.text }, stateFigure),
            Handler(UseResource.self, home: { _ in nil }, useResource),
            Handler(ReserveOrder.self, home: \.kind, reserve),
            Handler(OrderReserved.self, home: \.order.text, reserved),
            Handler(MoveReservation.self, home: \.kind, move),
        ]
    }

    package func firesBehindCommands(_ timer: Timer) -> Bool { timer.kind == Self.end }

    package func fire(_ timer: Timer, _ transaction: Transaction) throws {
        if timer.kind == Self.forget { return transaction.delete(NamedStarts.self, timer.id) }
        if timer.kind == Sweep.timerKind { return try transaction.sweep(timer.id, sweptParts) }
        // One whose later end is being counted waits for that.
        guard timer.kind == Self.end, var order = try transaction.row(OrdersAlone.self, timer.id),
            try transaction.row(Applications.self, timer.id) == nil, let ended = order.end(due: timer.due)
        else { return }
        save(order, as: ended, transaction)
    }

    /// An order without an id gets one from what it says and when, and starts in the partition that this id belongs to.
    /// One that says the same within a minute is the same order.
    private func name(_ start: StartDr, _ transaction: Transaction) throws {
        let (key, time) = (start.fingerprint, transaction.time)
        let last = try transaction.row(NamedStarts.self, key)
        if let last, last.requestedAt - NamedStarts.window < time, time < last.requestedAt + NamedStarts.window {
            throw Rejection.conflict(
                "order \(last.order) says the same and was requested at \(last.requestedAt): sent again within "
                    + "\(NamedStarts.window.components.seconds) s it is the same order; give ids to orders that are two"
            )
        }
        var named = start
        let id = start.derivedID(at: time)
        named.id = id
        // "Now" is when it was asked for, not when the copy arrives. What is wrong with it is said of the record
        // itself.
        let order = try Order(start, id: id, at: time)
        named.startsAt = order.startsAt
        let admission = try Admission(order, start, in: market(transaction), at: time)
        _ = try targets(start.targets, id, kind: admission.kind.id, transaction)
        if let last { transaction.cancel(Timer(kind: Self.forget, id: key, due: last.until)) }
        let row = NamedStarts.Row(id, requestedAt: time)
        // Not who asked for it: what comes of the command is the order.
        transaction.within(Provenance(trace: transaction.trace)) { transaction.put(NamedStarts.self, key, row) }
        transaction.setTimer(Self.forget, key, at: row.until)
        transaction.send(StartNamedDr(named, requestedAt: time), key: id.text)
    }

    private func start(_ start: StartDr, _ transaction: Transaction) throws {
        guard let id = start.id else { return try name(start, transaction) }
        try admit(start, id, at: transaction.time, as: start, transaction)
    }

    private func startNamed(_ named: StartNamedDr, _ transaction: Transaction) throws {
        guard let id = named.start.id else { return }
        try admit(named.start, id, at: named.requestedAt, as: named, transaction)
    }

    /// Starts an order, or has it counted before.
    /// - Parameter message: what says it, for the dead letters.
    private func admit(
        _ start: StartDr, _ id: OrderID, at time: Timestamp, as message: some Message, _ transaction: Transaction
    ) throws {
        if let order = try transaction.row(OrdersAlone.self, id.text) { throw order.secondStart }
        if try transaction.row(Applications.self, id.text) != nil { throw Self.isBeingCounted(id) }
        try retention.check(time, at: transaction.now, "order \(id): its start")
        var order = try Order(start, id: id, at: time)
        let admission = try Admission(order, start, in: market(transaction), at: time)
        order.rules = admission.orderRules
        order.targets = try targets(start.targets, id, kind: admission.kind.id, transaction)
        order.quantity = start.targets.quantity
        guard admission.rules.countsOrders else { return try begin(order, transaction) }
        order.countedOn = admission.day.description
        let row = Applications.Row(order, transaction.keep(orElse: message, key: id.text))
        transaction.within(Provenance(trace: transaction.trace)) {
            transaction.put(Applications.self, id.text, row)
        }
        transaction.send(admission.reservation(order, isForced: start.isForced), key: admission.kind.id)
    }

    /// It runs, and those are asked whom it is meant for.
    func begin(_ order: Order, _ transaction: Transaction) throws {
        if let endsAt = order.endsAt { transaction.setTimer(Self.end, order.id.text, at: endsAt) }
        try transaction.armSweep()
        var started = order.started
        started.parts = try parts(of: order, transaction)
        save(order, as: started, transaction)
    }

    private static func isBeingCounted(_ id: OrderID) -> Rejection {
        .conflict("order \(id) has been requested, and is being counted among the orders of its kind: send this again")
    }

    private func end(_ end: EndDr, _ transaction: Transaction) throws {
        // Whoever sends the whole order with the end that it has now wants it to end.
        if let endsAt = end.endsAt, endsAt > transaction.time {
            return try change(ChangeDr(id: end.id, endsAt: endsAt), transaction)
        }
        var order = try orderAtHand(end.id, to: "end", transaction)
        let timer = endTimer(order)
        let ended = try order.end(at: transaction.time, reason: end.reason)
        if let timer { transaction.cancel(timer) }
        save(order, as: ended, transaction)
        // Ended before it began, it was none.
        tell(order, endsAt: ended.endsAt <= order.startsAt ? nil : ended.endsAt, transaction)
    }

    private func cancel(_ cancel: CancelDr, _ transaction: Transaction) throws {
        var order = try orderAtHand(cancel.id, to: "cancel", transaction)
        let timer = endTimer(order)
        let cancelled = try order.cancel(at: transaction.time, reason: cancel.reason)
        if let timer { transaction.cancel(timer) }
        save(order, as: cancelled, transaction)
        // Withdrawn before it began, it was none; one that was running took its time until now.
        tell(order, endsAt: transaction.time <= order.startsAt ? nil : transaction.time, transaction)
    }

    func order(_ id: OrderID, to verb: String, _ transaction: Transaction) throws -> Order {
        guard let order = try transaction.row(OrdersAlone.self, id.text) else {
            if try transaction.row(Applications.self, id.text) != nil { throw Self.isBeingCounted(id) }
            throw Rejection.notFound("there is no order \(id) to \(verb)")
        }
        return order
    }

    /// One that is not being counted.
    func orderAtHand(_ id: OrderID, to verb: String, _ transaction: Transaction) throws -> Order {
        let order = try order(id, to: verb, transaction)
        guard try transaction.row(Applications.self, id.text) == nil else {
            throw Rejection.conflict(
                "the later end of order \(id) is being counted among the hours of its kind: send this again")
        }
        return order
    }

    func endTimer(_ order: Order) -> Timer? {
        order.endsAt.map { Timer(kind: Self.end, id: order.id.text, due: $0) }
    }

    func save(_ order: Order, as event: some Message, _ transaction: Transaction) {
        transaction.put(OrdersAlone.self, order.id.text, order)
        transaction.emit(event, key: order.id.text)
    }
}
