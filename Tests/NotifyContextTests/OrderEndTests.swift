import Contracts
import Testing
import Workers
import WorkersTesting

@testable import NotifyContext

/// That an order has ended. The clock begins at 18:00 in Korea.
@Suite struct OrderEndTests {
    private let harness = Harness([NotifyWorker()], partitions: 2, check: keepsItsContract)

    /// Of an order that has begun and ends now.
    private func save(_ user: String, _ answer: String) throws {
        try harness.list("Listsaved", user, from: .seconds(-1800), to: .zero, answer: answer)
    }

    @Test func `who has accepted is told once more, under another key, and only he`() throws {
        for user in ["kim", "lee", "park"] {
            try harness.command(user, Sample.contact(user))
            try harness.list("Listmade", user, to: nil)
        }
        try harness.beat()
        let asked = harness.takeCalls()
        for call in asked { try harness.answer(call, .accepted) }
        try harness.advance(by: .seconds(600))
        for (user, answer) in [("kim", "accept"), ("lee", "deny"), ("park", "ignore")] { try save(user, answer) }
        try harness.beat()
        let calls = harness.takeCalls()
        let call = try #require(calls.first)
        #expect(calls.count == 1 && call.key.user.text == "kim" && call.kind == .ended && call.facts.endsAt != nil)
        #expect(!asked.map(\.key).contains(call.key))
        try harness.answer(call, .accepted)
        // Nobody has to confirm that, and nobody what has been told of the order before.
        try harness.advance(by: .seconds(3600))
        #expect(harness.takeCalls().isEmpty && !harness.said.contains("NoticeFailed"))
        try harness.advance(by: .seconds(86_400))
        try harness.beat()
        #expect(harness.rows(.notify, Notices.self).isEmpty && harness.timers(.notify).isEmpty)
    }

    @Test(arguments: ["accept", "deny"])
    func `what waits or is on its way of an order does not go out behind its end`(answer: String) throws {
        let harness = Harness([NotifyWorker(NotifySettings(window: 1))], partitions: 1, check: keepsItsContract)
        for user in ["kim", "lee"] {
            try harness.command(user, Sample.contact(user, ["push"]))
            try harness.list("Listmade", user, to: nil)
        }
        try harness.beat()
        let underWay = harness.takeCalls()
        #expect(underWay.map(\.key.user.text) == ["kim"])
        for user in ["kim", "lee"] {
            try harness.list("Listsaved", user, from: .seconds(-1800), to: .zero, answer: answer)
        }
        #expect(harness.calls.compactMap { ($0 as? NoticeCallEnd)?.key } == underWay.map(\.key))
        try harness.advance(by: .seconds(3))
        #expect(harness.takeCalls().map(\.kind) == (answer == "accept" ? [.ended] : []))
        let failed = harness.values(.notifyEvents, NoticeFailed.type)
        #expect(failed.count == (answer == "accept" ? 0 : 2) && failed.allSatisfy { $0.contains("too-late") })
        try harness.answer(try #require(underWay.first), .accepted)
        // Nor over a new contact.
        try harness.command("kim", Sample.contact("kim", ["sms"]))
        try harness.beat()
        #expect(harness.takeCalls().allSatisfy { $0.kind == .ended })
    }

    @Test func `what could not be told of an order is told to no new contact behind its end`() throws {
        try harness.command("kim", Sample.contact("kim", ["push"]))
        try harness.list("Listmade", "kim", to: nil)
        try harness.beat()
        try harness.answer(try #require(harness.takeCalls().first), .refused)
        try save("kim", "ignore")
        try harness.command("kim", Sample.contact("kim", ["sms"]))
        try harness.beat()
        #expect(harness.takeCalls().isEmpty)
    }

    @Test func `an order without an end is told for a day at most`() throws {
        try harness.command("kim", Sample.contact("kim", ["push"]))
        harness.send(
            .responseEvents, key: "kim",
            Sample.list(
                "Listmade", "kim", at: harness.clock - .seconds(90_000), from: harness.clock - .seconds(86_400), to: nil
            ))
        try harness.beat()
        try harness.beat()
        #expect(harness.takeCalls().isEmpty && harness.said == ["ContactSet", "NoticeFailed"])
    }

    @Test func `the end can wait for quiet hours, but not for another day`() throws {
        try harness.command("kim", Sample.contact("kim", ["push"], quiet: "17:00-20:00"))
        try save("kim", "accept")
        try harness.advance(by: .seconds(7100))
        #expect(harness.takeCalls().isEmpty)
        try harness.advance(by: .seconds(101))
        try harness.beat()
        #expect(harness.takeCalls().map(\.kind) == [.ended])
        try harness.list("Listsaved", "kim", "dr-2", from: .seconds(-90_000), to: .seconds(-86_401), answer: "accept")
        try harness.beat()
        #expect(harness.values(.notifyEvents, NoticeFailed.type).count { $0.contains("dr-2") } == 1)
    }
}
