import Baselines
import Contracts
import Workers

/// How many orders of a kind there are: counted in one partition, so that of two orders that ask for the day's last
/// place at once one gets it.
extension DRWorker {
    /// Counts an order, or says why not; either way the order's own partition is told.
    func reserve(_ reserve: ReserveOrder, _ transaction: Transaction) throws {
        let key = Reservations.key(reserve.kind, reserve.day)
        var row = try transaction.row(Reservations.self, key) ?? Reservations.Row()
        let new = Reservations.Reserved(reserve.order, from: reserve.startsAt, until: reserve.endsAt)
        // One that is there wants another end.
        let place = row.orders.firstIndex { $0.order == reserve.order }
        let before = place.map { row.orders.remove(at: $0) }
        let broken = try broken(reserve, new, before, row, transaction)
        let isFull = place == nil && row.orders.count >= Reservations.limit
        guard !isFull, broken.isEmpty || reserve.isForced else {
            let full = BrokenLimit(
                "orders", "\(Reservations.limit) of them start on \(reserve.day), the most there can be")
            let rejection = Admission.refusal(
                place == nil ? "start" : "change", reserve.order, reserve.kind, isFull ? [full] : broken, source: nil)
            return transaction.send(
                OrderReserved(order: reserve.order, refusal: rejection.reason), key: reserve.order.text)
        }
        row.orders.insert(new, at: place ?? row.orders.endIndex)
        // Not who asked for it: what came of the command is the order.
        transaction.within(Provenance(trace: transaction.trace)) { transaction.put(Reservations.self, key, row) }
        try transaction.armSweep()
        let reserved = OrderReserved(order: reserve.order, refusal: nil, forced: broken.map(\.name))
        transaction.send(reserved, key: reserve.order.text)
    }

    /// - Parameters:
    ///   - before: what the order has already.
    ///   - row: the others of its day.
    private func broken(
        _ reserve: ReserveOrder, _ new: Reservations.Reserved, _ before: Reservations.Reserved?,
        _ row: Reservations.Row, _ transaction: Transaction
    ) throws -> [BrokenLimit] {
        var broken: [BrokenLimit] = []
        if let most = reserve.limits.ordersADay, row.orders.count >= most {
            let names = row.orders.prefix(3).map(\.order.text).joined(separator: ", ")
            broken.append(
                BrokenLimit("ordersADay", "\(most) a day are allowed, and on \(reserve.day) there are \(names)"))
        }
        if !reserve.limits.isContiguousAllowed, let other = row.orders.first(where: { $0.touches(new) }) {
            let end = other.endsAt.map { "\($0)" } ?? "it is ended"
            broken.append(
                BrokenLimit(
                    "contiguous", "it follows order \(other.order), from \(other.startsAt) until \(end), at once"))
        }
        if let most = reserve.limits.hoursAPeriod {
            let reserved = try length(of: reserve.kind, reserve.limits, transaction) - (before?.length ?? 0)
            if reserved + new.length > most * 3_600_000 {
                broken.append(
                    BrokenLimit(
                        "hoursAPeriod",
                        "\(most) h are allowed from \(reserve.limits.periodFrom) until \(reserve.limits.periodUntil), and "
                            + "\(reserved / 60_000) min are taken"))
            }
        }
        return broken
    }

    /// All of a kind's orders in the period, in ms: at most a row a day.
    private func length(of kind: String, _ limits: CountLimits, _ transaction: Transaction) throws -> Int64 {
        guard let first = Day(limits.periodFrom) else { return 0 }
        let end = Reservations.key(kind, limits.periodUntil)
        var sum: Int64 = 0
        try transaction.scan(
            Reservations.self, prefix: Reservations.prefix(kind), after: Reservations.key(kind, "\(first - 1)")
        ) { key, row in
            guard key.utf8.lexicographicallyPrecedes(end.utf8) else { return false }
            sum += row.orders.reduce(0) { $0 + $1.length }
            return true
        }
        return sum
    }

    /// The order was counted, and may start, or becomes a dead letter.
    func reserved(_ reserved: OrderReserved, _ transaction: Transaction) throws {
        let key = reserved.order.text
        guard let application = try transaction.row(Applications.self, key) else { return }
        transaction.delete(Applications.self, key)
        if let passed = application.passedByChange {
            return try reservedChange(application, passed, reserved, transaction)
        }
        if let refusal = reserved.refusal {
            return transaction.deadLetter(application.record, .refused(refusal))
        }
        var order = application.order
        order.rules?.forced += reserved.forced
        try begin(order, transaction)
    }

    /// The order takes another time, or none.
    func move(_ move: MoveReservation, _ transaction: Transaction) throws {
        let key = Reservations.key(move.kind, move.day)
        guard var row = try transaction.row(Reservations.self, key),
            let place = row.orders.firstIndex(where: { $0.order == move.order })
        else { return }
        if let end = move.endsAt { row.orders[place].endsAt = end } else { row.orders.remove(at: place) }
        transaction.within(Provenance(trace: transaction.trace)) {
            if row.orders.isEmpty {
                transaction.delete(Reservations.self, key)
            } else {
                transaction.put(Reservations.self, key, row)
            }
        }
    }

    /// Tells the partition that counts what has become of an order's time; nil: it has none.
    func tell(_ order: Order, endsAt: Timestamp?, _ transaction: Transaction) {
        guard let day = order.countedOn, let kind = order.rules?.kind else { return }
        transaction.send(MoveReservation(order: order.id, kind: kind, day: day, endsAt: endsAt), key: kind)
    }
}
