import Contracts
import Workers

/// What an order orders of its resources: dr says it with the order, and the home partition of each resource is told,
/// which says the load's target with the load. Whichever is read first, the last message has both.
extension KepcoWorker {
    func take(_ started: DRStarted, _ transaction: Transaction) throws {
        guard !started.parts.isEmpty else { return }
        if let contradiction = started.contradiction { throw Rejection.refused(contradiction) }
        tell(started.id, started.targets, started.parts, transaction) {
            OrderedPart(quantity: $0, changes: 0, startsAt: started.startsAt, endsAt: started.endsAt)
        }
    }

    func take(_ changed: DRChanged, _ transaction: Transaction) throws {
        guard !changed.parts.isEmpty else { return }
        if let contradiction = changed.contradiction { throw Rejection.refused(contradiction) }
        tell(changed.id, changed.targets, changed.parts, transaction) {
            OrderedPart(
                quantity: $0, changes: changed.version, startsAt: changed.startsAt, endsAt: changed.endsAt)
        }
    }

    private func tell(
        _ order: OrderID, _ targets: OrderTargets?, _ parts: [Int64], _ transaction: Transaction,
        _ part: (Int64) -> OrderedPart
    ) {
        for (resource, quantity) in zip(targets?.resources ?? [], parts) {
            let target = TargetResource(order: order, resource: resource, target: part(quantity))
            transaction.send(target, key: resource.text)
        }
    }

    /// Of two the one with more changes holds.
    func take(_ told: TargetResource, _ transaction: Transaction) throws {
        let end = told.target.endsAt ?? told.target.startsAt + .seconds(Int64(Limits.readings) * 900)
        let deadline = min(end + settings.readingsDeadline, .last)
        try settings.retention.check(
            deadline, at: transaction.now, "order \(told.order), resource \(told.resource): the deadline")
        let key = SumKey(told.order, told.resource)
        var running = try running(key.all, transaction) ?? RunningSum(deadline: deadline)
        guard told.target.changes > running.part?.changes ?? -1 else { return }
        running.part = told.target
        transaction.put(Waiting.self, key.all, .sum(running))
        // As long as nobody has accepted there is nothing to say.
        guard running.hasBegun else { return }
        try add(ResourceSum(), deadline, to: key.all, Self.totalTimer, key, transaction)
    }
}
