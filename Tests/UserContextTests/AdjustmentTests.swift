import Contracts
import Testing
import Workers
import WorkersTesting

@testable import UserContext

/// Balances that an operator corrects by hand.
@Suite struct AdjustmentTests {
    private let harness = Harness([UserWorker()], partitions: 4, check: keepsItsContract)

    init() throws {
        try harness.register("kim")
        try harness.check("kim", "dr-1", 100)
    }

    private var balance: String? {
        harness.rows(.user, Users.self)["kim"]?.firstMatch(of: /"point":(-?[0-9]+)/).map { String($0.output.1) }
    }

    @Test func `an adjustment is an entry and an event of its own, with its reason and id`() throws {
        try harness.command("kim", Sample.adjust("kim", "a", -30))
        #expect(
            harness.values(.userEvents, PointChanged.type).last
                == #"{"eventType":"PointChanged","timestamp":1795251600000,"id":"kim","name":"K","change":-30,"point":70,"#
                + #""reason":"by hand","adjustment":"a"}"#)
        #expect(
            harness.rows(.user, Ledger.self)["adjustment/kim/a"]?.contains(
                #""sequence":2,"change":-30,"point":70,"reason":"by hand","adjustment":"a","time":"#) == true)
        try harness.command("kim", Sample.adjust("kim", "a", 500))
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict])
        #expect(harness.deadLetters.first?.rejection.reason.contains("has been made already: -30 points, at") == true)
        #expect(balance == "70")
    }

    /// Amounts one behind the other, whether they are forced, and the balance; refused ones leave it as it is.
    @Test(
        arguments: [
            ("to nothing", [(-100, false)], "0", 0),
            ("below nothing", [(-101, false)], "100", 1),
            ("below nothing, and meant so", [(-101, true)], "-1", 0),
            ("from below nothing upwards", [(-150, true), (20, false)], "-30", 0),
            ("from below nothing further down", [(-150, true), (-1, false)], "-50", 1),
            ("beyond what a balance holds", [(1_000_000_000_000, true)], "100", 1),
            ("as far as it goes", [(999_999_999_900, false)], "1000000000000", 0),
            ("beyond the least", [(-1_000_000_000_000, true), (-101, true)], "-999999999900", 1),
        ] as [(String, [(Int64, Bool)], String, Int)])
    func `a balance falls below nothing only where that is meant`(
        _ name: String, _ amounts: [(Int64, Bool)], _ wanted: String, _ refused: Int
    ) throws {
        for (place, (amount, isForced)) in amounts.enumerated() {
            try harness.command("kim", Sample.adjust("kim", "a-\(place)", amount, isForced: isForced))
        }
        #expect(balance == wanted)
        #expect(harness.deadLetters.map(\.rejection.kind) == Array(repeating: .refused, count: refused))
    }

    @Test(arguments: [
        (#"{"eventType":"AdjustPoint","id":"a","userId":"kim","amount":0,"reason":"r"}"#, "\"amount\" is 0"),
        (#"{"eventType":"AdjustPoint","id":"a","userId":"kim","amount":1}"#, "\"reason\""),
        (#"{"eventType":"AdjustPoint","id":"a","userId":"kim","amount":1,"reason":""}"#, "\"reason\""),
        (#"{"eventType":"AdjustPoint","userId":"kim","amount":1,"reason":"r"}"#, "\"id\""),
        (#"{"eventType":"AdjustPoint","id":"a","userId":"kim","amount":1,"reason":"r","force":1}"#, "\"force\""),
        (#"{"eventType":"FailWithdrawal","id":"w","userId":"kim"}"#, "\"reason\""),
        (#"{"eventType":"ConfirmWithdrawal","userId":"kim"}"#, "\"id\""),
        (#"{"eventType":"ConfirmWithdrawal","id":"w","userId":"kim","reference":""}"#, "\"reference\""),
    ])
    func `a wrong field is named`(value: String, name: String) throws {
        try harness.command("kim", value)
        let reason = try #require(harness.deadLetters.first).rejection.reason
        #expect(reason.contains(name), "\(reason)")
        #expect(balance == "100")
    }

    @Test func `who has left is adjusted, and nobody unknown`() throws {
        try harness.command("kim", #"{"eventType":"LeaveUser","id":"kim"}"#)
        try harness.command("kim", Sample.adjust("kim", "a", 1))
        try harness.command("lee", Sample.adjust("lee", "a", 1))
        #expect(balance == "101")
        #expect(harness.deadLetters.map(\.rejection) == [.notFound("there is no customer lee")])
    }
}
