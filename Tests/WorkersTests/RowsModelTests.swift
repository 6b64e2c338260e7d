import Chance
import Testing
import Workers
import WorkersTesting

/// Random transactions against a dictionary that does the same.
@Suite struct RowsModelTests {
    /// What the shard's table should hold.
    private final class Model {
        var committed: [String: Int64] = [:]
        var pending: [String: Int64] = [:]
        var random: SeededGenerator

        init(_ seed: UInt64) { random = SeededGenerator(seed) }

        /// Few dead letters and short, so that keys meet, are prefixes of others and lie on both sides of them.
        func key() -> String {
            let letters = ["a", "b", "/", "ㄱ", "\u{1}"]
            let length = Int.random(in: 0...3, using: &random)
            return (0..<length).map { _ in letters.randomElement(using: &random) ?? "" }.joined()
        }

        func scan(_ prefix: String, _ after: String?, _ limit: Int) -> [String] {
            let keys = pending.keys.filter { $0.utf8.starts(with: prefix.utf8) }
            let behind = keys.filter { key in after.map { $0.utf8.lexicographicallyPrecedes(key.utf8) } ?? true }
            let sorted = behind.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return sorted.prefix(limit).map { "\($0)=\(pending[$0] ?? -1)" }
        }
    }

    @Test(arguments: 0..<150 as Range<UInt64>)
    func `rows are what a dictionary would hold, whatever is put, deleted, scanned and rolled back`(seed: UInt64) throws
    {
        let model = Model(seed)
        let worker = Toy(onOrder: { _, transaction in
            model.pending = model.committed
            for _ in 0..<Int.random(in: 1...60, using: &model.random) { try Self.step(model, transaction) }
            // Now and then all is rolled back.
            if Int.random(in: 0..<4, using: &model.random) == 0 { throw Rejection.refused("no") }
            model.committed = model.pending
        })
        let harness = Harness([worker], partitions: 1)
        for _ in 0..<8 {
            try harness.order("k")
            let rows = harness.rows(Toy.context, Toy.Items.self)
            #expect(rows == model.committed.mapValues { #"{"number":\#($0)}"# })
        }
    }

    private static func step(_ model: Model, _ transaction: Transaction) throws {
        let key = model.key()
        switch Int.random(in: 0..<10, using: &model.random) {
        case 0..<4:
            let number = Int64.random(in: 0...999, using: &model.random)
            transaction.put(Toy.Items.self, key, Toy.Item(number))
            // The same keys elsewhere must not show.
            transaction.put(Toy.Others.self, key, Toy.Item(1000))
            model.pending[key] = number
        case 4..<6:
            transaction.delete(Toy.Items.self, key)
            model.pending[key] = nil
        case 6..<8:
            #expect(try transaction.row(Toy.Items.self, key)?.number == model.pending[key], "\(key.debugDescription)")
        default:
            let prefix = Bool.random(using: &model.random) ? key : ""
            let after = Bool.random(using: &model.random) ? model.key() : nil
            let limit = Int.random(in: 1...20, using: &model.random)
            var seen: [String] = []
            try transaction.scan(Toy.Items.self, prefix: prefix, after: after) { key, row in
                seen.append("\(key)=\(row.number)")
                return seen.count < limit
            }
            #expect(seen == model.scan(prefix, after, limit), "prefix \(prefix), after \(after ?? "nothing")")
        }
    }
}
