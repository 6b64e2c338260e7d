import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import UserContext

/// Checks and withdrawals are taken for thirty days here, and the ledger's entries kept for 410 more.
@Suite struct SweepTests {
    private static let seeds: ClosedRange<UInt64> = 1...12
    /// Years take seconds each: one for each number of rows a step.
    private static let fewSeeds: ClosedRange<UInt64> = 1...3
    /// 2026-11-21T09:00:00Z.
    private static let start = Timestamp(milliseconds: 1_795_251_600_000)

    private func harness(_ seed: UInt64) -> Harness {
        let harness = Harness(
            [UserWorker(retention: Retention(days: 30, stepRows: Int(seed % 4) + 1))], partitions: 2, seed: seed,
            check: keepsItsContract)
        for user in ["kim", "lee"] { harness.send(.userCommands, key: user, Sample.register(user)) }
        return harness
    }

    private func check(
        _ harness: Harness, _ user: String, _ order: String, _ points: Int64, version: Int64 = 1, at time: Timestamp
    ) {
        let value = Sample.check(user, order, points: points, isReal: points > 0, version: version)
        harness.send(.kepcoEvents, key: user, value.replacing("1795262400000", with: "\(time.milliseconds)"))
    }

    private func withdraw(_ harness: Harness, _ id: String, _ amount: Int, at time: Timestamp? = nil) {
        harness.send(.userCommands, key: "kim", Sample.withdraw("kim", id, amount), at: time)
    }

    private func pass(_ harness: Harness, _ days: Int) throws {
        for _ in 0..<days { try harness.advance(by: .seconds(86_400)) }
    }

    private func ledger(_ harness: Harness) -> [String] { harness.rows(.user, Ledger.self).keys.sorted() }

    private func balance(_ harness: Harness, _ user: String) throws -> Int64 {
        let text = try #require(harness.rows(.user, Users.self)[user])
        var reader = JSONReader()
        var customer: Customer?
        try reader.read(text.utf8.span) { customer = try Customer($0) }
        return try #require(customer).state.point
    }

    /// Two orders and a withdrawal at first, and an order two hundred days later.
    private func told(_ seed: UInt64) throws -> Harness {
        let harness = harness(seed)
        try harness.run()
        for user in ["kim", "lee"] {
            check(harness, user, "dr-1", 100, at: harness.clock)
            check(harness, user, "dr-2", 50, at: harness.clock)
        }
        try harness.run()
        check(harness, "kim", "dr-2", 70, version: 2, at: harness.clock)
        withdraw(harness, "w", 30)
        try harness.run()
        try harness.command("kim", Sample.confirm("kim", "w"))
        try pass(harness, 200)
        check(harness, "kim", "dr-3", 7, at: harness.clock)
        check(harness, "lee", "dr-3", 7, at: harness.clock)
        try harness.run()
        return harness
    }

    @Test(arguments: seeds) func `old entries go, and balances stay`(seed: UInt64) throws {
        let harness = try told(seed)
        try pass(harness, 240)
        #expect(ledger(harness).count == 9)
        try pass(harness, 1)
        #expect(ledger(harness) == ["dr/dr-3/kim", "dr/dr-3/lee"])
        #expect(try balance(harness, "kim") == 147 && balance(harness, "lee") == 157)
        // The next entry continues the numbers and the sum.
        withdraw(harness, "v", 1)
        try harness.run()
        let entry = try #require(harness.rows(.user, Ledger.self)["withdrawal/kim/v"])
        #expect(entry.contains(#""sequence":6,"change":-1,"point":146"#), "\(entry)")
        #expect(harness.deadLetters.isEmpty)
    }

    @Test(arguments: seeds) func `what was paid is not paid again when its entry has gone`(seed: UInt64) throws {
        let harness = try told(seed)
        try pass(harness, 241)
        check(harness, "kim", "dr-1", 100, at: Self.start)
        check(harness, "kim", "dr-2", 90, version: 3, at: Self.start)
        withdraw(harness, "w", 30, at: Self.start)
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.late, .late, .late])
        #expect(try balance(harness, "kim") == 147)
        // Of a withdrawal that is sent now it is the first one.
        withdraw(harness, "w", 30)
        try harness.run()
        #expect(try balance(harness, "kim") == 117)
    }

    @Test(arguments: seeds) func `a correction finds what was paid first, as late as it is taken`(seed: UInt64) throws {
        let harness = harness(seed)
        try harness.run()
        check(harness, "kim", "dr-1", 100, at: harness.clock)
        try harness.run()
        // It was said after 402 days, and is read 29 days later.
        try pass(harness, 402)
        let said = harness.clock
        try pass(harness, 29)
        check(harness, "kim", "dr-1", 60, version: 2, at: said)
        try harness.run()
        #expect(try balance(harness, "kim") == 60 && harness.deadLetters.isEmpty)
    }

    @Test(arguments: fewSeeds) func `a withdrawal stays until it is answered, and goes behind that`(seed: UInt64) throws
    {
        let harness = try told(seed)
        for id in ["paid", "failed"] { withdraw(harness, id, 10) }
        try harness.command("kim", Sample.adjust("kim", "a", 5))
        try pass(harness, 500)
        let open = ["withdrawal/kim/failed", "withdrawal/kim/paid"]
        #expect(ledger(harness) == open)
        try harness.command("kim", Sample.confirm("kim", "paid"))
        try harness.command("kim", Sample.fail("kim", "failed"))
        // It is an answer to what is there: the withdrawal is older than what is taken.
        #expect(harness.deadLetters.isEmpty)
        #expect(try balance(harness, "kim") == 142)
        try pass(harness, 440)
        #expect(ledger(harness) == ["withdrawal/kim/failed", "withdrawal/kim/failed/back", "withdrawal/kim/paid"])
        try pass(harness, 2)
        #expect(ledger(harness).isEmpty)
        try harness.command("kim", Sample.confirm("kim", "paid"))
        #expect(harness.deadLetters.map(\.rejection.kind) == [.notFound])
    }

    @Test(arguments: seeds) func `what is older than what is kept answers and changes nothing`(seed: UInt64) throws {
        let harness = try told(seed)
        withdraw(harness, "v", 10)
        try harness.run()
        try harness.command("kim", Sample.confirm("kim", "v"), at: Self.start)
        try harness.command("kim", Sample.fail("kim", "v"), at: Self.start)
        try harness.command("kim", Sample.adjust("kim", "a", 5), at: Self.start)
        #expect(harness.deadLetters.map(\.rejection.kind) == [.late, .late, .late])
        #expect(try balance(harness, "kim") == 137)
    }

    @Test func `a row of a version that noted no time goes in its turn`() throws {
        let store = MemoryStore(tables: 3)
        store.put(table: 2, key: "/dr-1/kim".utf8.span, value: #"{"version":2,"points":7}"#.utf8.span)
        let processor = Processor(UserWorker(retention: Retention(days: 30)), partitions: 1)
        func sweep(at time: Timestamp) throws {
            let timer = Timer(kind: Sweep.timerKind, id: "2/0.0.0.0.0/", due: time)
            let fired = try processor.fire(timer, partition: 0, now: time, store)
            fired.done.transaction.effects.lendEach { effect, _, key, value in
                guard effect.table == 2 else { return }
                if effect.kind == .put { store.put(table: 2, key: key, value: value) }
                if effect.kind == .delete { store.delete(table: 2, key: key) }
            }
        }
        try sweep(at: Self.start)
        try sweep(at: Self.start + .seconds(439 * 86_400))
        #expect(store.firstKey(2) == "/dr-1/kim")
        try sweep(at: Self.start + .seconds(441 * 86_400))
        #expect(store.firstKey(2) == nil)
    }

    @Test func `a customer's first entry, and each sixteenth behind it, set a sweep`() throws {
        let harness = harness(1)
        try harness.run()
        var set: [Int] = []
        for number in 1...18 {
            check(harness, "kim", "dr-\(number)", 1, at: harness.clock)
            try harness.run()
            let timers = harness.rows(.user, Timers.self)
            if !timers.isEmpty { set.append(number) }
            for key in timers.keys { harness.takeOut(.user, Timers.self, key) }
        }
        #expect(set == [1, 17])
    }
}
