import Contracts
import Workers

/// Points that a resource shares, in the partition of its customers: each step goes over those who reduced, a bounded
/// number at a time.
extension KepcoWorker {
    /// A step of a settlement goes on. The id is `SumKey.step`'s.
    static var settlingTimer: String { "settling" }
    /// Checks that are done in one step, to say what they pay.
    private static var payments: Int { 8 }

    private func share(_ key: String, _ transaction: Transaction) throws -> Share? {
        guard case .share(let share) = try transaction.row(Waiting.self, key) else { return nil }
        return share
    }

    private func settling(_ key: SumKey, _ transaction: Transaction) throws -> Settling? {
        guard case .settling(let settling) = try transaction.row(Waiting.self, key.settling) else { return nil }
        return settling
    }

    /// A check has come to other figures: by these its customer shares, but in a settlement that is under way.
    func share(_ id: ResponseID, _ check: Checks.Row, _ transaction: Transaction) throws {
        guard let resource = check.resource, let outcome = check.outcome, outcome.sharing != nil else { return }
        let key = SumKey(id.order, resource)
        let wh = check.inSum == .counted ? max(0, outcome.reducedWh) : 0
        let before = try share(key.share(id.user), transaction)
        guard before?.wh ?? 0 != wh else { return }
        var share =
            before ?? Share(deadline: check.deadline, milliPointsPerWh: outcome.milliPointsPerWh ?? 0)
        share.change(to: wh, behind: try settling(key, transaction)?.version ?? 0)
        transaction.put(Waiting.self, key.share(id.user), .share(share))
    }

    /// The resource's home asks for a step.
    func take(_ command: SettlePoints, _ transaction: Transaction) throws {
        let name = "settlement \(command.version) of order \(command.order), resource \(command.resource)"
        try settings.retention.check(command.deadline, at: transaction.now, "\(name): the deadline")
        let key = SumKey(command.order, command.resource)
        let before = try settling(key, transaction)
        guard before?.isFollowed(by: command) ?? (command.step == .freeze) else {
            throw Rejection.conflict("\(name) is not at \"\(command.step.rawValue)\"")
        }
        var settling = Settling(command)
        if command.step == .freeze {
            settling.isDone = true
            try sendFrozen(settling, key, transaction)
        } else {
            if command.step == .share {
                transaction.put(Waiting.self, key.remainders, .remainders(Remainders(settling)))
            }
            transaction.setTimer(Self.settlingTimer, key.step(settling), at: Self.sumsTime(transaction))
        }
        transaction.put(Waiting.self, key.settling, .settling(settling))
    }

    /// What the partition's customers have reduced: from now on each correction leaves behind what there was.
    private func sendFrozen(_ settling: Settling, _ key: SumKey, _ transaction: Transaction) throws {
        let sum = try running(key.own, transaction)?.sum.said ?? ResourceSum()
        var rate: Int64 = 0
        try transaction.scan(Waiting.self, prefix: key.shares) { _, row in
            if case .share(let share) = row { rate = share.milliPointsPerWh }
            return false
        }
        send(settling, key, transaction) {
            ($0.reducedWh, $0.positiveWh) = (sum.sharedWh, max(0, sum.sharedPositiveWh))
            ($0.changes, $0.milliPointsPerWh) = (max(0, sum.shareChanges), max(0, rate))
        }
    }

    /// Tells the resource's home that the partition has done its step.
    private func send(
        _ settling: Settling, _ key: SumKey, _ transaction: Transaction, _ complete: (inout SettledPart) -> Void
    ) {
        var part = SettledPart(
            order: key.order, resource: key.resource, partition: transaction.partition, version: settling.version,
            step: settling.step, deadline: settling.deadline)
        complete(&part)
        transaction.send(part, key: key.resource.text)
    }

    /// Some of the partition's customers; the others are the next timer's.
    func settleSome(_ id: String, _ transaction: Transaction) throws {
        guard let key = SumKey(step: id), var settling = try settling(key, transaction), key.step(settling) == id,
            !settling.isDone
        else { return }
        let limit = settings.retention.stepRows
        var shares: [(user: String, share: Share)] = []
        let prefix = key.shares
        try transaction.scan(Waiting.self, prefix: prefix, after: prefix + settling.cursor) { key, row in
            guard case .share(let share) = row else { return true }
            shares.append((String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self), share))
            return shares.count < limit
        }
        let done =
            settling.step == .pay
            ? try pay(shares, key, &settling, transaction) : try count(shares, key, &settling, transaction)
        if done > 0 { settling.cursor = shares[done - 1].user }
        settling.isDone = done == shares.count && done < limit
        transaction.put(Waiting.self, key.settling, .settling(settling))
        guard settling.isDone else {
            transaction.setTimer(Self.settlingTimer, id, at: transaction.time)
            return
        }
        let remainders = settling.step == .share ? try remainders(key.remainders, transaction)?.counts ?? [] : []
        if settling.step == .share { transaction.delete(Waiting.self, key.remainders) }
        send(settling, key, transaction) {
            ($0.wholePoints, $0.remainders) = (settling.wholePoints, remainders)
        }
    }

    /// - Returns: how many customers that were.
    private func count(
        _ shares: [(user: String, share: Share)], _ key: SumKey, _ settling: inout Settling,
        _ transaction: Transaction
    ) throws -> Int {
        var remainders = try remainders(key.remainders, transaction) ?? Remainders(settling)
        for (_, share) in shares {
            let quota = Quota(share.wh(in: settling.version), of: settling.ofWh, points: settling.points)
            settling.add(quota)
            remainders.add(quota)
        }
        transaction.put(Waiting.self, key.remainders, .remainders(remainders))
        return shares.count
    }

    /// - Returns: how many customers that were: those whose points are others are done again, and few at a time.
    private func pay(
        _ shares: [(user: String, share: Share)], _ key: SumKey, _ settling: inout Settling,
        _ transaction: Transaction
    ) throws -> Int {
        var paid = 0
        for (place, (user, share)) in shares.enumerated() {
            guard paid < Self.payments else { return place }
            let wh = share.wh(in: settling.version)
            let points = settling.points(of: Quota(wh, of: settling.ofWh, points: settling.points))
            let sharing = PointSharing(
                settlement: settling.version, shareWh: wh, ofWh: settling.ofWh, resourcePoints: settling.points)
            let id = ResponseID(key.order, UserID(text: user))
            if try pay(id, Payment(points: points, sharing: sharing), transaction) { paid += 1 }
        }
        return shares.count
    }

    /// - Returns: whether the check was done once more.
    private func pay(_ id: ResponseID, _ payment: Payment, _ transaction: Transaction) throws -> Bool {
        guard let check = try transaction.row(Checks.self, Checks.key(id)), let outcome = check.outcome,
            outcome.sharing != nil, outcome.adjustPoint != (outcome.isReal ? payment.points : 0),
            let order = OrderQuarters(startsAt: check.startsAt, endsAt: check.endsAt),
            // Where they are no longer kept it stays as it is, as with corrections.
            let rules = try rules(of: check, transaction)
        else { return false }
        try evaluate(id, check, order, rules, history(of: id.user, transaction), paying: payment, transaction)
        return true
    }
}
