import Contracts
import Workers

/// What KPX says orders come to. dr has the orders, and keeps what is said of them; what they come to here others know,
/// so whoever states KPX's figure says that, too.
extension DRWorker {
    func stateFigure(_ state: StateKpxFigure, _ transaction: Transaction) throws {
        let order = try order(state.order, to: "settle", transaction)
        switch order.status {
        case .ended: break
        case .started: throw Rejection.refused("order \(order.id) has not ended: KPX settles what is over")
        case .cancelled: throw Rejection.refused("order \(order.id) was withdrawn: it is not settled")
        }
        try retention.check(transaction.time, at: transaction.now, "KPX's figure of order \(order.id)")
        if let resource = state.figure.resource { try check(resource, of: order, transaction) }
        let key = KpxFigures.key(order.id, state.figure.resource)
        var figure = state.figure
        figure.resource = nil
        var row: KpxFigures.Row
        if let known = try transaction.row(KpxFigures.self, key) {
            row = known
            try row.add(figure, order.id, at: transaction.time)
        } else {
            row = KpxFigures.Row(figure, at: transaction.time)
        }
        transaction.put(KpxFigures.self, key, row)
        transaction.emit(
            KpxFigureStated(order: order.id, state.figure, version: row.statements.last?.version ?? 1),
            key: order.id.text)
    }

    private func check(_ resource: ResourceID, of order: Order, _ transaction: Transaction) throws {
        guard try transaction.row(Resources.self, resource.text) != nil else {
            throw Rejection.refused("order \(order.id): there is no resource \(resource); RegisterResource makes one")
        }
        // An order from before there were resources asked everybody.
        guard let targets = order.targets, targets.includes(resource) else {
            throw Rejection.refused("order \(order.id) did not ask resource \(resource)")
        }
    }
}
