import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import UserContext

/// Points that are paid out: whoever pays says so once, or has them given back once.
@Suite struct WithdrawalTests {
    private let harness = Harness([UserWorker()], partitions: 4, check: keepsItsContract)

    /// A customer with a hundred points, of which thirty are to be paid out.
    init() throws {
        try harness.register("kim")
        try harness.check("kim", "dr-1", 100)
        try harness.command("kim", Sample.withdraw("kim", "w", 30))
    }

    private func customer() throws -> Customer {
        var reader = JSONReader()
        return try Customer(reader.fields(of: try #require(harness.rows(.user, Users.self)["kim"]).utf8.span))
    }

    private func ledger(_ key: String) throws -> String { try #require(harness.rows(.user, Ledger.self)[key]) }

    @Test func `a withdrawal that is paid says so, and no points change`() throws {
        #expect(try ledger("withdrawal/kim/w").contains(#""withdrawalId":"w","status":"requested","time":"#))
        #expect(try customer().openWithdrawals == 1)
        try harness.command("kim", Sample.confirm("kim", "w", "bank 7"))
        #expect(
            harness.values(.userEvents, WithdrawalPaid.type) == [
                #"{"eventType":"WithdrawalPaid","timestamp":1795251600000,"id":"kim","amount":30,"#
                    + #""withdrawalId":"w","reference":"bank 7"}"#
            ])
        #expect(
            try ledger("withdrawal/kim/w").contains(
                #""sequence":2,"change":-30,"point":70,"reason":"withdrawn","withdrawalId":"w","status":"paid","#
                    + #""reference":"bank 7","answeredAt":"2026-11-21T09:00:00Z","answeredBy":"user.commands-"#))
        #expect(harness.rows(.user, Ledger.self).count == 2)
        #expect(try customer().state.point == 70 && customer().entries == 2 && customer().openWithdrawals == 0)
        #expect(harness.deadLetters.isEmpty)
    }

    @Test func `a withdrawal that fails gives the points back, by an entry of its own`() throws {
        try harness.command("kim", Sample.fail("kim", "w", "the account is closed"))
        #expect(
            harness.values(.userEvents, WithdrawalFailed.type) == [
                #"{"eventType":"WithdrawalFailed","timestamp":1795251600000,"id":"kim","change":30,"#
                    + #""point":100,"withdrawalId":"w","reason":"the account is closed"}"#
            ])
        #expect(
            try ledger("withdrawal/kim/w/back").contains(
                #""sequence":3,"change":30,"point":100,"reason":"the account is closed","failedWithdrawal":"w","time":"#
            ))
        #expect(
            try ledger("withdrawal/kim/w").contains(
                #""change":-30,"point":70,"reason":"withdrawn","withdrawalId":"w","status":"failed","#
                    + #""failure":"the account is closed","answeredAt":"#))
        #expect(try customer().state.point == 100 && customer().entries == 3 && customer().openWithdrawals == 0)
    }

    /// The answers as they come; then what is said of them, and the balance in the end.
    @Test(
        arguments: [
            ("confirmed twice", [true, true], "has been confirmed already, at", 70),
            ("failed twice", [false, false], "has failed already, at", 100),
            ("failed behind a confirmation", [true, false], "it cannot fail any more", 70),
            ("confirmed behind a failure", [false, true], "it cannot be confirmed any more (no account)", 100),
        ] as [(String, [Bool], String, Int64)])
    func `a withdrawal is answered once`(_ name: String, _ answers: [Bool], _ reason: String, _ balance: Int64) throws {
        for isPaid in answers + [answers[1]] {
            try harness.command("kim", isPaid ? Sample.confirm("kim", "w") : Sample.fail("kim", "w"))
        }
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict, .conflict])
        #expect(harness.deadLetters.first?.rejection.reason.contains(reason) == true)
        #expect(try customer().state.point == balance && customer().openWithdrawals == 0)
        let said = harness.values(.userEvents, WithdrawalPaid.type) + harness.values(.userEvents, WithdrawalFailed.type)
        #expect(said.count == 1)
    }

    @Test func `an answer that overtakes its withdrawal is not found, and counts when it is replayed behind it`() throws
    {
        try harness.command("kim", Sample.fail("kim", "v"))
        try harness.command("kim", Sample.confirm("lee", "w"))
        #expect(
            harness.deadLetters.map(\.rejection) == [
                .notFound("there is no withdrawal v of customer kim"), .notFound("there is no customer lee"),
            ])
        try harness.command("kim", Sample.withdraw("kim", "v", 1))
        try harness.command("kim", Sample.fail("kim", "v"))
        #expect(try customer().state.point == 70 && harness.deadLetters.count == 2)
    }

    @Test func `who has left is paid, and is given back`() throws {
        try harness.command("kim", Sample.withdraw("kim", "v", 5))
        try harness.command("kim", #"{"eventType":"LeaveUser","id":"kim"}"#)
        try harness.command("kim", Sample.confirm("kim", "w"))
        try harness.command("kim", Sample.fail("kim", "v"))
        #expect(try harness.deadLetters.isEmpty && customer().state.point == 70 && customer().stay.leftAt != nil)
    }

    @Test func `so many may be open and no more, until one is answered`() throws {
        for number in 2...Customer.openLimit {
            harness.send(.userCommands, key: "kim", Sample.withdraw("kim", "w-\(number)", 1))
            if number == 60 { try harness.check("kim", "dr-2", 100) }
        }
        try harness.run()
        #expect(try harness.deadLetters.isEmpty && customer().openWithdrawals == Customer.openLimit)
        try harness.command("kim", Sample.withdraw("kim", "more", 1))
        #expect(harness.deadLetters.map(\.rejection.kind) == [.refused])
        #expect(harness.deadLetters.first?.rejection.reason.contains("100 withdrawals of customer kim wait") == true)
        try harness.command("kim", Sample.fail("kim", "w-9"))
        try harness.command("kim", Sample.withdraw("kim", "more", 1))
        #expect(try harness.deadLetters.count == 1 && customer().openWithdrawals == Customer.openLimit)
    }

    @Test func `what cannot be given back to a full balance stays requested`() throws {
        let most = Limits.points.upperBound
        try harness.command("kim", Sample.adjust("kim", "a", most - 70))
        try harness.command("kim", Sample.fail("kim", "w"))
        #expect(harness.deadLetters.map(\.rejection.kind) == [.refused])
        #expect(try ledger("withdrawal/kim/w").contains(#""status":"requested""#))
        try harness.command("kim", Sample.adjust("kim", "b", -30))
        try harness.command("kim", Sample.fail("kim", "w"))
        #expect(try harness.deadLetters.count == 1 && customer().state.point == most)
    }

    /// Written by a version that kept no states: it waits for nobody, and is not counted.
    @Test(arguments: [true, false]) func `a withdrawal of an earlier version is answered`(isPaid: Bool) throws {
        let row = #"{"id":"kim","name":"K","capacity":1,"point":70,"entries":2,"openWithdrawals":1}"#
        let entry =
            #"{"sequence":2,"change":-30,"point":70,"reason":"withdrawn","withdrawalId":"old","#
            + #""time":"2026-11-21T09:00:00Z","source":"user.commands-0-1"}"#
        var reader = JSONReader()
        var closedAt: Timestamp?
        try reader.read(entry.utf8.span) { closedAt = try LedgerEntry($0).closedAt }
        #expect(closedAt == Timestamp("2026-11-21T09:00:00Z"))
        let harness = Harness([UserWorker()], partitions: 1, check: keepsItsContract)
        harness.put(.user, Users.self, "kim", row, in: 0)
        harness.put(.user, Ledger.self, "withdrawal/kim/old", entry, in: 0)
        try harness.command("kim", isPaid ? Sample.confirm("kim", "old") : Sample.fail("kim", "old"))
        #expect(harness.deadLetters.isEmpty)
        let answered = try #require(harness.rows(.user, Ledger.self)["withdrawal/kim/old"])
        #expect(answered.contains(isPaid ? #""status":"paid""# : #""status":"failed""#))
        #expect(harness.rows(.user, Users.self)["kim"]?.contains(#""openWithdrawals":1"#) == true)
    }
}
