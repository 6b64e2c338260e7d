import Contracts
import JSON
import Market
import Workers

/// By which market orders are decided. One partition takes a new one, and tells the others: each goes by the market
/// that it has when it reads an order, and the order says which that was.
extension DRWorker {
    func market(_ transaction: Transaction) throws -> Market {
        try transaction.row(Markets.self, Markets.key)?.market ?? .korea
    }

    func setMarket(_ set: SetMarket, _ transaction: Transaction) throws {
        let market: Market
        do throws(MarketFaults) { market = try Market(Array(set.market.utf8)) } catch {
            throw Rejection.refused("the market is refused as a whole, and the one that holds stays: \(error)")
        }
        let running = try self.market(transaction)
        // Sent again, it is what holds.
        if market.text == running.text { return }
        guard market.version > running.version else {
            if set.isOnlyIfNewer, market.version < running.version { return }
            throw Rejection.conflict(
                market.version == running.version
                    ? "market version \(market.version) holds already, with other contents: give this one a higher version"
                    : "market version \(market.version) is older than version \(running.version), which holds")
        }
        transaction.put(Markets.self, Markets.key, Markets.Row(market))
        let changed = MarketChanged(
            version: market.version, previous: running.version, changes: MarketChanges.lines(from: running, to: market),
            market: market.text)
        for partition in 0..<transaction.partitions {
            transaction.emit(changed, key: Markets.key, to: partition)
            if partition != transaction.partition {
                transaction.send(UseMarket(market: market.text), key: Markets.key, to: partition)
            }
        }
    }

    func useMarket(_ use: UseMarket, _ transaction: Transaction) throws {
        let market: Market
        do throws(JSONError) { market = try Market(said: use.market) } catch { throw Rejection(error) }
        // Dead letters that are replayed come late.
        guard market.version > (try self.market(transaction).version) else { return }
        transaction.put(Markets.self, Markets.key, Markets.Row(market))
    }
}
