import Contracts
import JSON
import Market
import Workers

/// Checks go by the market and the kind of order that their orders name. dr says a market in each partition of its
/// events, in front of the orders that were decided by it; which of two topics is read first nobody knows, and so a
/// check whose market has not come waits for it.
extension KepcoWorker {
    /// A market has come for which checks wait. The id is its version.
    static var marketTimer: String { "market" }
    /// How long behind its deadline a check waits for its market.
    static var marketPatience: Duration { .seconds(24 * 3600) }
    /// Checks that are done in one step when their market comes.
    private static var step: Int { 8 }

    func take(_ changed: MarketChanged, _ transaction: Transaction) throws {
        let market: Market
        do throws(JSONError) { market = try Market(said: changed.market) } catch { throw Rejection(error) }
        guard market.version == changed.version else {
            throw Rejection.refused("field \"version\" is \(changed.version), and the market's is \(market.version)")
        }
        guard try markets.add(market, transaction) else { return }
        let prefix = Waiting.forMarketPrefix(market.version)
        guard !(try transaction.keys(Waiting.self, prefix: prefix, atMost: 1)).isEmpty else { return }
        transaction.setTimer(Self.marketTimer, Waiting.digits(market.version), at: transaction.now)
    }

    /// By what a check is done; nil as long as its market has not come, or where it is not kept any more: it is as long
    /// as the check.
    func rules(of check: Checks.Row, _ transaction: Transaction) throws -> CheckRules? {
        if check.kind != nil, let bySettings = check.outcome?.bySettings {
            return CheckRules(settings, bySettings: bySettings)
        }
        return try rules(of: check.kind, startsAt: check.startsAt, until: keptUntil(check.deadline), transaction)
    }

    /// The same of an order.
    /// - Parameter until: how long its market has to be kept at least; nil where that is not known yet.
    func rules(
        of kind: OrderKind?, startsAt: Timestamp, until: Timestamp?, _ transaction: Transaction
    ) throws -> CheckRules? {
        guard let kind else { return CheckRules(settings) }
        return try markets.market(kind.market, until: until, transaction)?.rules(
            of: kind.kind, resourceMethod: kind.resourceMethod, startsAt: startsAt, settings)
    }

    /// Its market has not come for so long that none is expected.
    func withoutMarket(_ check: Checks.Row) -> CheckRules {
        CheckRules(
            settings,
            bySettings:
                "market version \(check.kind?.market ?? 0) had not come a day behind the deadline of the readings")
    }

    /// A check has its readings, or its deadline has come, and its market is not there.
    func waitForMarket(_ id: ResponseID, _ check: Checks.Row, _ transaction: Transaction) {
        guard let version = check.kind?.market else { return }
        let key = Checks.key(id)
        transaction.put(Waiting.self, key, .order(startsAt: check.startsAt, endsAt: check.endsAt, market: version))
        transaction.put(Waiting.self, Waiting.forMarketPrefix(version) + key, .forMarket(version))
        transaction.setTimer(Self.deadlineTimer, key, at: Self.lastDeadline(check))
        transaction.count(Self.checksForMarket)
    }

    func stopWaitingForMarket(_ key: String, _ check: Checks.Row, _ transaction: Transaction) {
        guard let version = check.kind?.market else { return }
        transaction.delete(Waiting.self, Waiting.forMarketPrefix(version) + key)
    }

    /// Does some of the checks that wait for a market which has come; the others are the next timer's.
    func checkSome(for version: Int64, _ transaction: Transaction) throws {
        let prefix = Waiting.forMarketPrefix(version)
        let keys = try transaction.keys(Waiting.self, prefix: prefix, atMost: Self.step + 1)
        for key in keys.prefix(Self.step) {
            transaction.delete(Waiting.self, key)
            try checkNow(String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self), transaction)
        }
        if keys.count > Self.step {
            transaction.setTimer(Self.marketTimer, Waiting.digits(version), at: transaction.time)
        }
    }

    /// Where the market has been left out again for newer ones, the check's last deadline decides.
    private func checkNow(_ key: String, _ transaction: Transaction) throws {
        guard let id = Checks.id(key), let check = try transaction.row(Checks.self, key), check.outcome == nil,
            let order = OrderQuarters(startsAt: check.startsAt, endsAt: check.endsAt)
        else { return transaction.delete(Waiting.self, key) }
        guard let rules = try rules(of: check, transaction) else { return }
        transaction.cancel(Timer(kind: Self.deadlineTimer, id: key, due: Self.lastDeadline(check)))
        transaction.delete(Waiting.self, key)
        try evaluate(id, check, order, rules, history(of: id.user, transaction), transaction)
    }

    static func lastDeadline(_ check: Checks.Row) -> Timestamp { min(check.deadline + marketPatience, .last) }
}
