import Contracts
import Testing

@testable import Gateway

/// Withdrawals as the view lists them.
@Suite(.timeLimit(.minutes(30))) struct WithdrawalListsTests {
    @Test func `withdrawals are listed by what has become of them, the oldest first`() throws {
        let model = try Model()
        func entry(_ user: String, _ id: String, _ sequence: Int, _ day: Int, _ more: String) -> Taken {
            Taken(
                topic: Context.user.changelog, key: "ledger/withdrawal/\(user)/\(id)",
                value: #"{"sequence":\#(sequence),"change":-5,"point":0,"reason":"r","withdrawalId":"\#(id)"\#(more),"#
                    + #""time":"2026-11-2\#(day)T00:00:00Z","source":"s"}"#)
        }
        let (open, answered) = (#","status":"requested""#, #","answeredAt":"2026-11-29T00:00:00Z","answeredBy":"s""#)
        try model.take([
            entry("b", "1", 1, 3, open), entry("a", "1", 1, 2, ""), entry("a", "2", 2, 4, open),
            entry("a", "3", 3, 1, open),
        ])
        try model.take([
            entry("a", "2", 2, 4, #","status":"paid","reference":"bank 1""# + answered),
            entry("a", "3", 3, 1, #","status":"failed","failure":"closed""# + answered),
        ])
        func found(_ status: WithdrawalStatus?) throws -> [String] {
            let found = try model.queries.withdrawals.read(status, PageRequest())
            #expect(found.total == found.items.count)
            return found.items.map { "\($0.user)/\($0.id)" }
        }
        #expect(try found(nil) == ["a/3", "a/1", "b/1", "a/2"])
        #expect(try found(.requested) == ["b/1"])
        #expect(try found(.paid) == ["a/1", "a/2"] && found(.failed) == ["a/3"])
        let paid = try #require(try model.queries.withdrawals.withdrawal("a", "2"))
        #expect(paid.amount == 5 && paid.reference == "bank 1" && paid.reason == nil)
        #expect(paid.answeredAt == 1_795_910_400_000)
        #expect(try model.queries.withdrawals.withdrawal("a", "3")?.reason == "closed")
        #expect(try model.queries.ledger("a", PageRequest()).items.map(\.status) == [.failed, .paid, .paid])
    }
}
