import Chance
import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import UserContext

/// Points can be used for ten days here, behind the one on which they were earned. It is noon in Korea at first, and
/// the sweep comes at 03:00.
@Suite struct ExpiryTests {
    private static let seeds: ClosedRange<UInt64> = 1...8

    private func harness(_ seed: UInt64, days: Int64? = 10) throws -> Harness {
        let harness = Harness(
            [UserWorker(retention: Retention(stepRows: Int(seed % 3) + 1), pointDays: days)], partitions: 2, seed: seed,
            check: keepsItsContract)
        for user in ["kim", "lee"] { try harness.register(user) }
        return harness
    }

    /// A check that is said now: by that its points have their age.
    private func check(
        _ harness: Harness, _ user: String, _ order: String, _ points: Int64, version: Int64 = 1
    ) throws {
        let value = Sample.check(user, order, points: points, isReal: points > 0, version: version)
        harness.send(
            .kepcoEvents, key: user, value.replacing("1795262400000", with: "\(harness.clock.milliseconds)"))
        try harness.run()
    }

    private func pass(_ harness: Harness, _ days: Int) throws {
        for _ in 0..<days { try harness.advance(by: .seconds(86_400)) }
    }

    private func customer(_ harness: Harness, _ user: String) throws -> Customer {
        let text = try #require(harness.rows(.user, Users.self)[user])
        var reader = JSONReader()
        var customer: Customer?
        try reader.read(text.utf8.span) { customer = try Customer($0) }
        return try #require(customer)
    }

    private func point(_ harness: Harness) throws -> Int64 { try customer(harness, "kim").state.point }

    private func expiries(_ harness: Harness) -> [String] {
        harness.rows(.user, Ledger.self).filter { $0.key.hasPrefix("expiry/") }.sorted { $0.key < $1.key }
            .map(\.value)
    }

    private func events(_ harness: Harness) -> [String] {
        (harness.topics["user.events"] ?? []).joined().compactMap(\.value).filter { $0.contains("earnedBefore") }
    }

    @Test(arguments: seeds) func `points expire behind their last day, by an entry and an event`(seed: UInt64) throws {
        let harness = try harness(seed)
        try check(harness, "kim", "dr-1", 100)
        try pass(harness, 10)
        #expect(try point(harness) == 100 && events(harness).isEmpty)
        try pass(harness, 1)
        #expect(try point(harness) == 0)
        let entry = try #require(expiries(harness).first)
        #expect(entry.contains(#""sequence":2,"change":-100,"point":0,"reason":"expired","earnedBefore":"#), "\(entry)")
        #expect(events(harness).count == 1)
        #expect(events(harness)[0].contains(#""change":-100,"point":0,"reason":"expired","earnedBefore":"#))
        try pass(harness, 30)
        #expect(expiries(harness).count == 1 && harness.deadLetters.isEmpty)
    }

    @Test(arguments: seeds) func `a withdrawal uses the oldest points first`(seed: UInt64) throws {
        let harness = try harness(seed)
        try check(harness, "kim", "dr-1", 100)
        try pass(harness, 3)
        try check(harness, "kim", "dr-2", 50)
        try harness.command("kim", Sample.withdraw("kim", "w", 70))
        try pass(harness, 8)
        // 30 of the first ones are left.
        #expect(try point(harness) == 50)
        try pass(harness, 3)
        #expect(try point(harness) == 0)
        #expect(expiries(harness).count == 2)
    }

    @Test(arguments: seeds) func `what is used up does not expire, and no balance falls below 0`(seed: UInt64) throws {
        let harness = try harness(seed)
        try check(harness, "kim", "dr-1", 100)
        try harness.command("kim", Sample.withdraw("kim", "w", 100))
        // What has been paid out is owed.
        try check(harness, "kim", "dr-1", 40, version: 2)
        #expect(try point(harness) == -60)
        try pass(harness, 2)
        // It pays the debt first.
        try check(harness, "kim", "dr-2", 80)
        try pass(harness, 10)
        #expect(try point(harness) == 20 && expiries(harness).isEmpty)
        try pass(harness, 1)
        #expect(try point(harness) == 0 && expiries(harness).count == 1)
    }

    @Test(arguments: seeds) func `given back points are as new, and a correction takes the oldest`(seed: UInt64) throws
    {
        let harness = try harness(seed)
        try check(harness, "kim", "dr-1", 100)
        try harness.command("kim", Sample.withdraw("kim", "w", 60))
        try pass(harness, 4)
        try harness.command("kim", Sample.fail("kim", "w"))
        try check(harness, "kim", "dr-2", 10)
        // Of the forty that are the oldest five go.
        try check(harness, "kim", "dr-2", 5, version: 2)
        try pass(harness, 7)
        #expect(try point(harness) == 70)
        try pass(harness, 4)
        #expect(try point(harness) == 0 && harness.deadLetters.isEmpty)
    }

    /// Of the hundred sixty are paid out, and forty expire.
    @Test(arguments: seeds) func `what has expired is not taken off once more by a correction`(seed: UInt64) throws {
        let harness = try harness(seed)
        try check(harness, "kim", "dr-1", 100)
        try harness.command("kim", Sample.withdraw("kim", "w", 60))
        try pass(harness, 11)
        #expect(try point(harness) == 0 && expiries(harness).count == 1)
        // Of forty nothing is taken off that he had; of sixty that never were he has had all.
        let points = try ([(2, 60), (3, 50), (4, 0), (5, 100), (6, 130)] as [(Int64, Int64)]).map { version, points in
            try check(harness, "kim", "dr-1", points, version: version)
            return try point(harness)
        }
        #expect(points == [0, -10, -60, 0, 30])
        #expect(try customer(harness, "kim").expired.lots.map(\.points) == [40])
        let said = harness.values(.userEvents, PointChanged.type).map { $0.components(behind: #""change":"#) }
        #expect(said == ["100", "-40", "-10", "-50", "60", "30"])
        try pass(harness, 11)
        #expect(try point(harness) == 0 && harness.deadLetters.isEmpty)
        #expect(try customer(harness, "kim").expired.lots.map(\.points) == [40, 30])
    }

    /// Rows of versions that noted no days.
    @Test func `an order that was corrected before is as old as its first entry`() throws {
        let harness = try harness(1)
        try check(harness, "kim", "dr-1", 100)
        try check(harness, "kim", "dr-1", 90, version: 2)
        let row = try #require(harness.rows(.user, Ledger.self)["/dr-1/kim"])
        let old = row.replacing(/,"paidOn".*/, with: "}")
        harness.put(.user, Ledger.self, "/dr-1/kim", old, in: Partitioner.partition(of: "kim", among: 2))
        try pass(harness, 11)
        try check(harness, "kim", "dr-1", 70, version: 3)
        #expect(try point(harness) == 0)
        #expect(try customer(harness, "kim").expired.lots.map(\.points) == [70])
    }

    /// As long as the ledger says when an order was paid.
    @Test func `what expired long ago is forgotten with the next points that expire`() throws {
        var customer = Customer(
            RegisterUser(id: UserID(text: "kim"), name: "K", capacity: 1), at: .init(milliseconds: 0))
        for day in [20_000, 20_810, 20_811] as [Int64] {
            let time = PointAges.start(of: day)
            let entry = try customer.pay(5, for: OrderID(text: "dr-\(day)"), at: time, from: "s")
            customer.noteAge(of: entry)
            _ = customer.expire(before: day + 1, noted: day - 810, at: time)
        }
        #expect(customer.expired.lots.map(\.day) == [20_810, 20_811])
    }

    @Test func `the sweep's beginning fires behind the commands where points expire`() {
        let timers = [
            Timer(kind: Sweep.timerKind, id: "", due: .init(milliseconds: 1)),
            Timer(kind: Sweep.timerKind, id: "0/0.0.0.0.0.0/dr", due: .init(milliseconds: 1)),
        ]
        #expect(timers.map(UserWorker(pointDays: 10).firesBehindCommands) == [true, false])
        #expect(timers.map(UserWorker().firesBehindCommands) == [false, false])
    }

    @Test(arguments: seeds) func `points of which no age is known count from when they are looked at`(seed: UInt64)
        throws
    {
        let harness = try harness(seed, days: nil)
        try check(harness, "kim", "dr-1", 100)
        #expect(try customer(harness, "kim").ages.lots.isEmpty)
        try pass(harness, 100)
        #expect(try point(harness) == 100 && expiries(harness).isEmpty)
        var row = try customer(harness, "kim")
        #expect(row.expire(before: 0, at: harness.clock) == nil)
        let today = PointAges.day(of: harness.clock)
        #expect(row.ages.lots == [PointAges.Lot(day: today, points: 100)])
        #expect(row.expire(before: today + 1, at: harness.clock)?.change == -100)
    }

    @Test func `ages of before a time in which nothing expires say nothing of what is earned in it`() throws {
        let harness = try harness(1, days: nil)
        let row = String(try #require(harness.rows(.user, Users.self)["kim"]).dropLast())
        let aged = row.replacing(#""point":0"#, with: #""point":100"#) + #","earnedOn":[20000],"earned":[100]}"#
        harness.put(.user, Users.self, "kim", aged, in: Partitioner.partition(of: "kim", among: 2))
        try check(harness, "kim", "dr-1", 50)
        #expect(try customer(harness, "kim").ages.lots.isEmpty)
        #expect(try point(harness) == 150)
    }

    /// Of more days than are told apart, the oldest count as those behind them.
    @Test func `more days than a row tells apart`() {
        var ages = PointAges()
        for day in 1...Int64(PointAges.most + 5) { ages.follow(from: 10 * (day - 1), to: 10 * day, on: day) }
        #expect(ages.lots.count == PointAges.most)
        #expect(ages.lots[0] == PointAges.Lot(day: 6, points: 60))
        #expect(ages.points(before: 6) == 0 && ages.points(before: 8) == 70)
    }

    /// Point by point: each with the day on which it was earned.
    @Test(arguments: seeds) func `the oldest points go first, as if each was counted by itself`(seed: UInt64) {
        var chance = SeededGenerator(seed)
        var (ages, each, balance) = (PointAges(), [Int64](), 0 as Int64)
        for day in 1...80 as ClosedRange<Int64> {
            let change = Int64.random(in: -20...20, using: &chance)
            ages.follow(from: balance, to: balance + change, on: day)
            let held = max(0, balance + change) - max(0, balance)
            balance += change
            if held > 0 { each += Array(repeating: day, count: Int(held)) } else { each.removeFirst(Int(-held)) }
            #expect(ages.lots.flatMap { Array(repeating: $0.day, count: Int($0.points)) } == each)
            #expect(ages.points(before: day - 10) == Int64(each.count { $0 < day - 10 }))
        }
    }

    /// A record that is replayed keeps its time.
    @Test func `an older day is put in order`() {
        var ages = PointAges()
        ages.follow(from: 0, to: 10, on: 5)
        ages.follow(from: 10, to: 15, on: 3)
        ages.follow(from: 15, to: 16, on: 5)
        ages.follow(from: 16, to: 9, on: 9)
        #expect(ages.lots == [PointAges.Lot(day: 5, points: 9)])
    }
}
