import Contracts
import Workers

/// Points that a resource shares, at its home partition. When the readings' deadline is over, and when what customers
/// have reduced has changed since, at most once a period, a settlement begins: three messages to each partition and as
/// many back. All partitions freeze what their customers have reduced, so that what is shared and the parts of it are
/// of the same figures, whatever corrections come meanwhile: those are the next settlement's.
extension KepcoWorker {
    /// A settlement is to begin. The id is a `SumKey`.
    static var settlementTimer: String { "settlement" }

    func settlement(_ key: SumKey, _ transaction: Transaction) throws -> Settlement? {
        guard case .settlement(let settlement) = try transaction.row(Waiting.self, key.settlement) else { return nil }
        return settlement
    }

    /// The resource's sum may have changed.
    func planSettlement(_ key: SumKey, _ total: RunningSum, _ transaction: Transaction) throws {
        guard total.sum.shareChanges > 0 else { return }
        let before = try settlement(key, transaction)
        var settlement = before ?? Settlement(deadline: total.deadline)
        let due = settlement.plan(
            total, at: Self.sumsTime(transaction), gathering: settings.sumsPeriod, period: settings.pointsPeriod)
        if let due { settlement.due = transaction.setTimer(Self.settlementTimer, key.timer, at: due).due }
        if settlement != before { transaction.put(Waiting.self, key.settlement, .settlement(settlement)) }
    }

    func beginSettlement(_ id: String, _ transaction: Transaction) throws {
        guard let key = SumKey(id), let total = try running(key.all, transaction),
            var settlement = try settlement(key, transaction), settlement.due != nil
        else { return }
        let ready = total.deadline + settings.sumsPeriod
        if ready > transaction.time {
            // Further customers' lists have been read, and their readings are waited for.
            let due = ready + settings.sumsPeriod
            settlement.due = transaction.setTimer(Self.settlementTimer, id, at: due).due
        } else if settlement.begin(at: transaction.time) {
            transaction.count(Self.settlements)
            for partition in 0..<transaction.partitions { send(settlement, key, to: partition, transaction) }
        }
        transaction.put(Waiting.self, key.settlement, .settlement(settlement))
    }

    private func send(
        _ settlement: Settlement, _ key: SumKey, to partition: Int32, bucket: Int = SettlePoints.buckets,
        roundUp: Int64 = 0, _ transaction: Transaction
    ) {
        guard let step = settlement.step else { return }
        let command = SettlePoints(
            order: key.order, resource: key.resource, version: settlement.version, step: step,
            deadline: settlement.deadline, points: step == .freeze ? 0 : settlement.points,
            ofWh: step == .freeze ? 0 : max(0, settlement.positiveWh), bucket: Int64(bucket), roundUp: roundUp)
        transaction.send(command, key: key.resource.text, to: partition)
    }

    /// A partition has done the step; when all have, the next one begins.
    func take(_ part: SettledPart, _ transaction: Transaction) throws {
        guard part.partition < transaction.partitions else {
            throw Rejection.refused(
                "field \"partition\" is \(part.partition), and there are \(transaction.partitions)")
        }
        let key = SumKey(part.order, part.resource)
        let row = key.settled(part.partition)
        guard var settlement = try settlement(key, transaction), settlement.version == part.version,
            settlement.step == part.step, try !isDone(row, part, transaction)
        else {
            throw Rejection.conflict(
                "settlement \(part.version) of order \(part.order), resource \(part.resource), does not wait for "
                    + "\"\(part.step.rawValue)\" of partition \(part.partition)")
        }
        settlement.add(part)
        transaction.put(Waiting.self, row, .remainders(Remainders(part)))
        guard settlement.replies >= transaction.partitions else {
            return transaction.put(Waiting.self, key.settlement, .settlement(settlement))
        }
        try goOn(settlement, key, transaction)
    }

    private func isDone(_ row: String, _ part: SettledPart, _ transaction: Transaction) throws -> Bool {
        guard let before = try remainders(row, transaction) else { return false }
        return (before.version, before.step) == (part.version, part.step)
    }

    func remainders(_ key: String, _ transaction: Transaction) throws -> Remainders? {
        guard case .remainders(let remainders) = try transaction.row(Waiting.self, key) else { return nil }
        return remainders
    }

    private func goOn(_ settlement: Settlement, _ key: SumKey, _ transaction: Transaction) throws {
        var settlement = settlement
        let all = 0..<transaction.partitions
        switch settlement.step {
        case .freeze:
            settlement.share()
            for partition in all { send(settlement, key, to: partition, transaction) }
        case .share:
            let left = settlement.points &- settlement.wholePoints
            let remainders = try all.map { try self.remainders(key.settled($0), transaction)?.counts ?? [] }
            let roundingUp = RoundingUp(left, remainders)
            settlement.pay()
            for (partition, count) in zip(all, roundingUp.counts) {
                send(settlement, key, to: partition, bucket: roundingUp.bucket, roundUp: count, transaction)
            }
        case .pay, nil:
            settlement.finish()
            for partition in all { transaction.delete(Waiting.self, key.settled(partition)) }
        }
        transaction.put(Waiting.self, key.settlement, .settlement(settlement))
        guard settlement.step == nil else { return }
        // What has changed meanwhile is the next one's.
        try planSettlement(key, sayAgain(key, settlement.deadline, transaction), transaction)
    }
}
