import Contracts
import Market
import Workers

/// The markets that a partition knows, by their versions: those that the program brings, and those of what it has been
/// told of that it keeps. What is needed of them is decoded once and kept, since an order has a million checks. One
/// thread uses it.
final class KnownMarkets {
    /// Decoded ones, of all partitions together: some 30 KB each.
    private static let decodedLimit = 200
    private static let korea = CheckMarket(.korea)

    private struct Place: Hashable {
        let partition: Int32
        let version: Int64
    }

    /// What a version is never changes. Whether a partition knows it, its rows say.
    private var decoded: [Place: CheckMarket] = [:]

    /// Known since it is part of the program, or has come in this partition; nil where it has not.
    /// - Parameter until: how long what goes by it is kept, and with it the market; nil: no longer than it is now.
    func market(_ version: Int64, until: Timestamp?, _ transaction: Transaction) throws -> CheckMarket? {
        if version == Market.korea.version { return Self.korea }
        var kept = try kept(transaction)
        guard kept.contains(version) else { return nil }
        if let until, kept.need(version, until: until) {
            transaction.put(Waiting.self, Waiting.versionsKey, .versions(kept))
        }
        let place = Place(partition: transaction.partition, version: version)
        if let market = decoded[place] { return market }
        guard let row = try row(version, transaction) else { return nil }
        let market = CheckMarket(row)
        if decoded.count >= Self.decodedLimit { decoded.removeAll() }
        decoded[place] = market
        return market
    }

    /// - Returns: whether it is new here, and newer than some that are kept.
    func add(_ market: Market, _ transaction: Transaction) throws -> Bool {
        if let builtIn = Market.builtIn(market.version) { return try check(market, is: builtIn) }
        var kept = try kept(transaction)
        if kept.contains(market.version) {
            if let known = try row(market.version, transaction) { return try check(market, is: known) }
            // Its row has been taken out.
            transaction.put(Waiting.self, Waiting.marketKey(market.version), .market(market))
            return true
        }
        guard let old = kept.add(market.version, at: transaction.receivedAt) else { return false }
        for version in old { transaction.delete(Waiting.self, Waiting.marketKey(version)) }
        transaction.put(Waiting.self, Waiting.marketKey(market.version), .market(market))
        transaction.put(Waiting.self, Waiting.versionsKey, .versions(kept))
        return true
    }

    private func check(_ market: Market, is known: Market) throws(Rejection) -> Bool {
        guard market.text == known.text else {
            throw .conflict("market version \(market.version) is known already, with other contents")
        }
        return false
    }

    private func kept(_ transaction: Transaction) throws -> KeptMarkets {
        guard case .versions(let kept) = try transaction.row(Waiting.self, Waiting.versionsKey) else {
            return KeptMarkets()
        }
        return kept
    }

    private func row(_ version: Int64, _ transaction: Transaction) throws -> Market? {
        guard case .market(let market) = try transaction.row(Waiting.self, Waiting.marketKey(version)) else {
            return nil
        }
        return market
    }
}
