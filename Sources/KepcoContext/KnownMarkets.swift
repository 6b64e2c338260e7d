import Contracts
import Market
import Workers

/// The markets that a partition knows, by their versions: those that the program brings, and the newest that it has
/// been told of. What is needed of them is decoded once and kept, since an order has a million checks. One thread uses
/// it.
final class KnownMarkets {
    /// Of a partition. An order whose market is not among them is decided as if that had never come.
    static let limit = 50
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
    func market(_ version: Int64, _ transaction: Transaction) throws -> CheckMarket? {
        if version == Market.korea.version { return Self.korea }
        guard try versions(transaction).contains(version) else { return nil }
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
        var versions = try versions(transaction)
        if versions.contains(market.version), let known = try row(market.version, transaction) {
            return try check(market, is: known)
        }
        versions = (versions.filter { $0 != market.version } + [market.version]).sorted()
        let old = versions.prefix(max(0, versions.count - Self.limit))
        versions.removeFirst(old.count)
        guard !old.contains(market.version) else { return false }
        for version in old { transaction.delete(Waiting.self, Waiting.marketKey(version)) }
        transaction.put(Waiting.self, Waiting.marketKey(market.version), .market(market))
        transaction.put(Waiting.self, Waiting.versionsKey, .versions(versions))
        return true
    }

    private func check(_ market: Market, is known: Market) throws(Rejection) -> Bool {
        guard market.text == known.text else {
            throw .conflict("market version \(market.version) is known already, with other contents")
        }
        return false
    }

    private func versions(_ transaction: Transaction) throws -> [Int64] {
        guard case .versions(let versions) = try transaction.row(Waiting.self, Waiting.versionsKey) else { return [] }
        return versions
    }

    private func row(_ version: Int64, _ transaction: Transaction) throws -> Market? {
        guard case .market(let market) = try transaction.row(Waiting.self, Waiting.marketKey(version)) else {
            return nil
        }
        return market
    }
}
