import Contracts
import Testing
import Workers
import WorkersTesting

@testable import NotifyContext

/// What is told when customers want to be left alone. The clock begins at 18:00 in Korea.
@Suite struct QuietHoursTests {
    private func harness() -> Harness {
        Harness([NotifyWorker()], partitions: 2, check: keepsItsContract)
    }

    private func hours(_ count: Double) -> Duration { .milliseconds(Int64(count * 3_600_000)) }

    @Test func `an order that begins before their end is told at once, and any other behind them`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", quiet: "17:00-06:30"))
        try harness.list("Listmade", "kim", "early", from: hours(12.4), to: hours(13.4))
        try harness.list("Listmade", "kim", "late", from: hours(12.5), to: hours(13.5))
        harness.send(
            .userEvents, key: "kim",
            #"{"eventType":"WithdrawalPaid","timestamp":1795251600000,"id":"kim","amount":5,"withdrawalId":"w"}"#)
        try harness.run()
        try harness.beat()
        let first = harness.takeCalls()
        #expect(first.map(\.key.reference) == ["early"])
        try harness.answer(try #require(first.first), .accepted)
        try harness.advance(by: hours(12.4))
        #expect(harness.takeCalls().filter { $0.key.reference != "early" }.isEmpty)
        try harness.advance(by: hours(0.2))
        try harness.beat()
        let told = harness.takeCalls().map(\.key.reference)
        #expect(told.contains("late") && told.contains("w"))
    }

    @Test func `what waits for its turn when they begin waits until they end`() throws {
        let harness = Harness([NotifyWorker(NotifySettings(window: 1))], partitions: 1, check: keepsItsContract)
        try harness.command("kim", Sample.contact("kim", ["push"], quiet: "18:30-19:00"))
        for withdrawal in ["a", "b"] {
            harness.send(
                .userEvents, key: "kim",
                #"{"eventType":"WithdrawalPaid","timestamp":1795251600000,"id":"kim","amount":5,"withdrawalId":"\#(withdrawal)"}"#
            )
        }
        try harness.run()
        try harness.beat()
        var calls = harness.takeCalls()
        try harness.advance(by: hours(0.6))
        calls += harness.takeCalls()
        // It has been asked for again, and is answered at last.
        try harness.answer(try #require(calls.last), .accepted)
        try harness.beat()
        #expect(harness.takeCalls().isEmpty)
        try harness.advance(by: hours(0.5))
        try harness.beat()
        #expect(harness.takeCalls().map(\.key.reference) == ["b"])
    }

    @Test func `what has had no answer when they begin is called off until they end`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"], quiet: "18:01-19:00"))
        try harness.list("Listmade", "kim", from: hours(2), to: hours(3))
        try harness.beat()
        let call = try #require(harness.takeCalls().first)
        let begin = try #require(Timestamp("2026-11-21T18:01:00+09:00"))
        #expect(call.notBehind == begin && call.end > begin)
        try harness.advance(by: .seconds(125))
        #expect(harness.calls.compactMap { ($0 as? NoticeCallEnd)?.key } == [call.key])
        #expect(harness.takeCalls().isEmpty && harness.notice("kim")?.contains(#""state":"waiting""#) == true)
        try harness.advance(by: hours(1))
        try harness.beat()
        let again = harness.takeCalls()
        #expect(again.map(\.key) == [call.key] && again.map(\.attempt) == [2])
    }

    @Test func `what cannot wait for their end is handed over again, and nothing is called off`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"], quiet: "18:01-20:00"))
        try harness.list("Listmade", "kim", from: hours(1), to: hours(3))
        try harness.beat()
        let call = try #require(harness.takeCalls().first)
        #expect(call.notBehind == call.end)
        try harness.advance(by: .seconds(125))
        #expect(harness.calls.allSatisfy { $0 is NoticeCall } && harness.takeCalls().map(\.attempt) == [2])
    }

    @Test(arguments: [
        ("22:00-08:00", "12:00", 30, "22:00"), ("22:00-08:00", "23:00", 12, nil), ("22:00-08:00", "21:59", 30, "22:00"),
        ("12:00-13:00", "12:00", 30, "12:00"), ("12:00-13:00", "11:30", 1, nil), ("12:00-13:00", "11:30", 2, "12:00"),
    ])
    func `a call holds until the next ones begin, where it can wait for their end`(
        _ quiet: String, _ time: String, startsIn: Double, _ closes: String?
    ) throws {
        let at = try clock(time)
        let startsAt = at + hours(startsIn)
        let notice = Notice(
            .asked, version: 1, channel: "push", end: startsAt + hours(100), NoticeFacts(startsAt: startsAt))
        let found = NoticePlan(NotifySettings()).closes(notice, contact(quiet), at: at)
        let wanted = try closes.map(clock)
        #expect(found == wanted.map { $0 <= at ? $0 + .seconds(86_400) : $0 } ?? notice.end)
    }

    @Test(arguments: [
        ("22:00-08:00", "21:59", "21:59"), ("22:00-08:00", "22:00", "08:00"), ("22:00-08:00", "07:59", "08:00"),
        ("22:00-08:00", "08:00", "08:00"), ("09:00-17:30", "12:00", "17:30"), ("09:00-17:30", "08:59", "08:59"),
        ("00:00-23:59", "00:00", "23:59"),
    ]) func `they begin and end by the customer's clock`(_ quiet: String, _ time: String, _ opens: String) throws {
        let notice = Notice(.paid, version: 1, channel: "push", end: .last, NoticeFacts())
        let at = try clock(time)
        let found = NoticePlan(NotifySettings()).opens(notice, contact(quiet), at: at)
        let wanted = try clock(opens)
        #expect(found == (wanted < at ? wanted + .seconds(86_400) : wanted))
    }

    private func minutes(_ text: Substring) -> Int64 {
        (Int64(text.prefix(2)) ?? 0) * 60 + (Int64(text.suffix(2)) ?? 0)
    }

    /// That time of the first day, by the customer's clock.
    private func clock(_ time: String) throws -> Timestamp {
        try #require(Timestamp("2026-11-21T00:00:00+09:00")) + .seconds(60 * minutes(time[...]))
    }

    private func contact(_ quiet: String) -> Contact {
        let hours = QuietHours(from: minutes(quiet.prefix(5)), to: minutes(quiet.suffix(5)))
        return Contact([ContactChannel("push", address: "a")], quiet: hours)
    }
}
