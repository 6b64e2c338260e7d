import Contracts
import Workers

/// What goes over many customers, in two stages: each partition keeps the sum of its own customers' last checks by
/// order and resource, and sends it to the resource's home partition, all of it, at most once a period. The home keeps
/// the last of each partition, and says what they come to together, at most once a period again. So a check costs one
/// row, a message is as large for a million customers as for one, and the order in which they come makes no difference.
extension KepcoWorker {
    /// A partition's sum has changed. The id is a `SumKey`.
    static var sumTimer: String { "sum" }
    /// The sum of all partitions has changed. The id is a `SumKey`.
    static var totalTimer: String { "total" }

    /// A customer's check has become another one: the sum changes by the difference of the two.
    /// - Parameter load: how the check changes the resource's load.
    func sum(
        _ id: ResponseID, _ before: Checks.Row?, _ after: Checks.Row, load: QuarterSums = QuarterSums(),
        _ transaction: Transaction
    ) throws {
        guard let resource = after.resource else { return }
        var change = ResourceSum(of: after) - (before.map { ResourceSum(of: $0) } ?? ResourceSum())
        change.quarters = load
        if change.sharedWh != 0 { change.shareChanges = 1 }
        try sum(change, SumKey(id.order, resource), after.deadline, trace: after.trace, transaction)
    }

    /// Of the partition's own customers there is more or less.
    /// - Parameter trace: the order's, and not that of whatever reading completes its check.
    func sum(
        _ change: ResourceSum, _ key: SumKey, _ deadline: Timestamp, trace: TraceParent?, _ transaction: Transaction
    ) throws {
        guard change != ResourceSum() else { return }
        try transaction.within(Provenance(trace: trace)) {
            try add(change, deadline, to: key.own, Self.sumTimer, key, transaction)
        }
    }

    /// It has to be sent, at most once a period.
    /// - Returns: what it comes to now.
    @discardableResult
    func add(
        _ change: ResourceSum, _ deadline: Timestamp, to row: String, _ timer: String, _ key: SumKey,
        _ transaction: Transaction
    ) throws -> RunningSum {
        var running = try running(row, transaction) ?? RunningSum(deadline: deadline)
        // By the record's own time: so a sum is sent at the same times however often the record is handled.
        let time = Self.sumsTime(transaction)
        if let due = running.add(change, deadline, at: time, period: settings.sumsPeriod) {
            running.setDue(transaction.setTimer(timer, key.timer, at: due).due)
        }
        transaction.put(Waiting.self, row, .sum(running))
        return running
    }

    /// Of the record or the timer.
    static func sumsTime(_ transaction: Transaction) -> Timestamp {
        transaction.source.topic.isEmpty ? transaction.time : transaction.receivedAt
    }

    func running(_ key: String, _ transaction: Transaction) throws -> RunningSum? {
        guard case .sum(let running) = try transaction.row(Waiting.self, key) else { return nil }
        return running
    }

    /// Sends what the partition's customers come to.
    func sendSum(_ id: String, _ transaction: Transaction) throws {
        guard let key = SumKey(id), var running = try running(key.own, transaction), running.send() else { return }
        transaction.put(Waiting.self, key.own, .sum(running))
        let sum = SumResource(
            order: key.order, resource: key.resource, partition: transaction.partition, version: running.version,
            deadline: running.deadline, sum: running.sum.said)
        transaction.send(sum, key: key.resource.text)
    }

    /// What a partition has sent takes the place of what it had sent before; an older message says nothing any more.
    func take(_ sent: SumResource, _ transaction: Transaction) throws {
        guard sent.partition < transaction.partitions else {
            throw Rejection.refused(
                "field \"partition\" is \(sent.partition), and there are \(transaction.partitions)")
        }
        try settings.retention.check(
            sent.deadline, at: transaction.now, "order \(sent.order), resource \(sent.resource): the deadline")
        let key = SumKey(sent.order, sent.resource)
        let part = key.part(sent.partition)
        let before = try running(part, transaction)
        guard sent.version > before?.version ?? 0 else { return }
        transaction.put(Waiting.self, part, .sum(RunningSum(sent)))
        let total = try add(
            sent.sum - (before?.sum ?? ResourceSum()), sent.deadline, to: key.all, Self.totalTimer, key, transaction)
        try noteOwnOrder(key, sent.sum.own, transaction)
        try planSettlement(key, total, transaction)
    }

    /// Something else than the sum has changed of what is said of the resource.
    func sayAgain(_ key: SumKey, _ deadline: Timestamp, _ transaction: Transaction) throws -> RunningSum {
        try add(ResourceSum(), deadline, to: key.all, Self.totalTimer, key, transaction)
    }

    /// Says what all customers of the resource come to.
    func sayTotal(_ id: String, _ transaction: Transaction) throws {
        guard let key = SumKey(id), var running = try running(key.all, transaction), running.isChanged else { return }
        let said = running.sum.said
        let own: OwnReduction?
        switch try self.own(key, said, running.deadline, transaction) {
        case .none: own = nil
        case .reduction(let reduction): own = reduction
        case .waits:
            // Its market comes in front of the order's answers, and in a topic of its own.
            let due = transaction.time + settings.sumsPeriod
            running.setDue(transaction.setTimer(Self.totalTimer, id, at: due).due)
            return transaction.put(Waiting.self, key.all, .sum(running))
        }
        guard running.send() else { return }
        transaction.put(Waiting.self, key.all, .sum(running))
        let reduction = ResourceReduction(
            order: key.order, resource: key.resource, version: running.version, sum: said, part: running.part,
            settled: running.sum.shareChanges > 0 ? try settlement(key, transaction)?.finished : nil, own: own)
        transaction.emit(reduction, key: key.resource.text)
    }
}

extension ResourceSum {
    /// What of one check is in its resource's sum.
    fileprivate init(of check: Checks.Row) {
        self.init()
        guard let inSum = check.inSum else { return }
        (accepted, own) = (1, check.own ?? OwnUse())
        guard inSum != .accepted, let outcome = check.outcome else { return }
        (checked, points) = (1, outcome.adjustPoint)
        guard inSum == .counted else { return }
        (counted, baselineWh, usedWh) = (1, outcome.baselineWh ?? 0, outcome.usedWh ?? 0)
        (reducedWh, positiveWh) = (outcome.reducedWh, max(0, outcome.reducedWh))
        if outcome.sharing != nil { (sharedWh, sharedPositiveWh) = (reducedWh, positiveWh) }
    }
}
