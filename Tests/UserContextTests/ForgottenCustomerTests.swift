import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import UserContext

/// Of who left the name is kept for thirty days here, and the row for 410 more.
@Suite struct ForgottenCustomerTests {
    private static let seeds: ClosedRange<UInt64> = 1...8

    /// Kim leaves with points, Lee without, and Park stays.
    private func told(_ seed: UInt64) throws -> Harness {
        let harness = Harness(
            [UserWorker(retention: Retention(days: 30, stepRows: Int(seed % 3) + 1))], partitions: 2, seed: seed,
            check: keepsItsContract)
        for user in ["kim", "lee", "park"] { try harness.register(user) }
        try harness.check("kim", "dr-1", 100)
        try harness.check("park", "dr-1", 100)
        for user in ["kim", "lee"] { leave(harness, user) }
        try harness.run()
        return harness
    }

    private func leave(_ harness: Harness, _ user: String) {
        harness.send(.userCommands, key: user, #"{"eventType":"LeaveUser","id":"\#(user)"}"#)
    }

    private func pass(_ harness: Harness, _ days: Int) throws {
        for _ in 0..<days { try harness.advance(by: .seconds(86_400)) }
    }

    private func customer(_ harness: Harness, _ user: String) throws -> Customer? {
        guard let text = harness.rows(.user, Users.self)[user] else { return nil }
        var reader = JSONReader()
        var customer: Customer?
        try reader.read(text.utf8.span) { customer = try Customer($0) }
        return customer
    }

    private func names(_ harness: Harness) throws -> [String?] {
        try ["kim", "lee", "park"].map { try customer(harness, $0)?.state.name }
    }

    @Test(arguments: seeds) func `the name goes first, and the row when nothing is owed`(seed: UInt64) throws {
        let harness = try told(seed)
        try pass(harness, 30)
        #expect(try names(harness) == ["K", "K", "K"])
        try pass(harness, 1)
        #expect(try names(harness) == ["kim", "lee", "K"])
        #expect(try customer(harness, "kim")?.state.capacity == 0 && customer(harness, "kim")?.state.point == 100)
        #expect(try customer(harness, "park")?.state.capacity == 3000)
        try pass(harness, 440)
        #expect(try names(harness) == ["kim", "lee", "K"])
        try pass(harness, 1)
        #expect(try names(harness) == ["kim", nil, "K"])
        // Nobody is told, and what is owed is still paid. The row stays as long as the entry that says so, which waits
        // for whoever pays.
        harness.send(.userCommands, key: "kim", Sample.withdraw("kim", "w", 100))
        try harness.run()
        #expect(try customer(harness, "kim")?.state.point == 0)
        try pass(harness, 500)
        #expect(try names(harness) == ["kim", nil, "K"])
        harness.send(.userCommands, key: "kim", Sample.confirm("kim", "w"))
        try harness.run()
        try pass(harness, 441)
        #expect(try names(harness) == ["kim", nil, "K"])
        try pass(harness, 1)
        #expect(try names(harness) == [nil, nil, "K"] && harness.rows(.user, Ledger.self)["withdrawal/kim/w"] == nil)
        #expect(harness.deadLetters.isEmpty && harness.values(.userEvents, UserUpdated.type).isEmpty)
    }

    @Test(arguments: seeds) func `who was forgotten is taken in again, but not by what is older`(seed: UInt64) throws {
        let harness = try told(seed)
        let before = harness.clock
        try pass(harness, 475)
        leave(harness, "lee")
        for user in ["kim", "lee"] { harness.send(.userCommands, key: user, Sample.register(user), at: before) }
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind).sorted { "\($0)" < "\($1)" } == [.late, .late, .notFound])
        for user in ["kim", "lee"] { try harness.register(user) }
        #expect(try names(harness) == ["K", "K", "K"])
        #expect(try customer(harness, "kim")?.state.point == 100 && customer(harness, "lee")?.state.point == 0)
    }

    @Test func `leaving sets a sweep`() throws {
        let harness = Harness([UserWorker()], partitions: 1, check: keepsItsContract)
        try harness.register("kim")
        #expect(harness.rows(.user, Timers.self).isEmpty)
        leave(harness, "kim")
        try harness.run()
        #expect(harness.rows(.user, Timers.self).count == 1)
    }

    @Test func `a leaving that is older than what is kept does not forget anybody`() throws {
        let harness = Harness([UserWorker(retention: Retention(days: 30))], partitions: 1, check: keepsItsContract)
        harness.send(
            .userCommands, key: "kim", Sample.register("kim"), at: harness.clock + .seconds(-20 * 86_400))
        try harness.run()
        try pass(harness, 40)
        harness.send(
            .userCommands, key: "kim", #"{"eventType":"LeaveUser","id":"kim"}"#,
            at: harness.clock + .seconds(-50 * 86_400))
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.late])
        #expect(try customer(harness, "kim")?.stay.leftAt == nil)
    }
}
