import Baselines
import Contracts
import Testing
import Workers
import WorkersTesting

@testable import FeedContext

/// A customer's days, from his registration until they are there.
@Suite struct FeedWorkerTests {
    private func harness(_ settings: FeedSettings = .init(), seed: UInt64 = 1) -> Harness {
        Harness([FeedWorker(settings)], partitions: 2, seed: seed, check: keepsItsContract)
    }

    private static let midnight = "\"startsAt\":\"2026-11-19T15:00:00Z\""

    @Test func `days since the consent are asked for, one after the other, and brought to kepco`() throws {
        let harness = harness()
        try harness.command("kim", Sample.register("kim"))
        let first = try #require(harness.takeCalls().first)
        #expect(first.day.description == "2026-11-20" && first.customerNumber == "0123456789")
        try harness.answer(first, .day, Sample.day(wh: 400))
        let readings = harness.values(.kepcoReadings)
        #expect(readings.count == 1 && readings[0].contains(Self.midnight) && readings[0].contains(#""userId":"kim""#))
        // Today is not over yet.
        #expect(harness.takeCalls().isEmpty)
        try harness.advance(by: .seconds(86_400))
        #expect(harness.takeCalls().map(\.day.description) == ["2026-11-21"])
        #expect(harness.deadLetters.isEmpty)
    }

    @Test func `of the past as many days are asked for as baselines look at, behind those that are live`()
        throws
    {
        let harness = harness(FeedSettings(pastDays: 6))
        try harness.command("kim", Sample.register("kim", from: "2020-01-01"))
        var days: [String] = []
        while let call = harness.takeCalls().first {
            days.append(call.day.description)
            try harness.answer(call, .day, Sample.day(wh: 100))
        }
        #expect(days == [18, 19, 20, 17, 16, 15].map { "2026-11-\($0)" }, "live days first, and then the newest")
        #expect(harness.values(.kepcoHistory).count == 3 && harness.values(.kepcoReadings).count == 3)
    }

    @Test func `nobody is asked about before his consent`() throws {
        let harness = harness()
        try harness.command("kim", Sample.register("kim", from: "2026-11-25"))
        // The call is due at once, for a day that comes.
        #expect(harness.takeCalls().isEmpty)
        for _ in 0..<4 {
            try harness.advance(by: .seconds(86_400))
            #expect(harness.takeCalls().isEmpty)
        }
        try harness.advance(by: .seconds(86_400))
        #expect(harness.takeCalls().map(\.day.description) == ["2026-11-25"])
    }

    @Test func `a consent within a day holds from the next one on`() throws {
        let harness = harness(FeedSettings(spread: .zero))
        try harness.command("kim", Sample.register("kim", from: "2026-11-20", at: "00:00:01"))
        #expect(harness.takeCalls().isEmpty)
        try harness.advance(by: .seconds(7 * 3600))
        #expect(harness.takeCalls().map(\.day.description) == ["2026-11-21"])
    }

    @Test func `an answer to an earlier call says nothing, and one that never comes is asked for again`() throws {
        let harness = harness(FeedSettings(callLimit: .seconds(600)))
        try harness.command("kim", Sample.register("kim"))
        let first = try #require(harness.takeCalls().first)
        try harness.advance(by: .seconds(599))
        #expect(harness.takeCalls().isEmpty)
        try harness.advance(by: .seconds(1))
        let second = try #require(harness.takeCalls().first)
        #expect(second.day == first.day && second.attempt > first.attempt)
        try harness.answer(first, .day, Sample.day(wh: 1))
        #expect(harness.values(.kepcoReadings).isEmpty)
        try harness.answer(second, .day, Sample.day(wh: 2))
        try harness.answer(second, .day, Sample.day(wh: 3))
        #expect(harness.values(.kepcoReadings).count == 1)
        #expect(harness.timers(.feed).count == 1, "the next day's call alone")
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `no more calls than the window are on their way, and all come to their turn`(_ seed: UInt64) throws {
        let harness = harness(FeedSettings(window: 3, from: .zero, spread: .zero), seed: seed)
        for number in 0..<40 { harness.send(.feedCommands, key: "k\(number)", Sample.register("k\(number)")) }
        try harness.run()
        var underway = harness.takeCalls()
        var asked: Set<String> = []
        while !underway.isEmpty {
            for partition: Int32 in 0..<2 { #expect(underway.count { $0.partition == partition } <= 3) }
            let call = underway.remove(at: Int(seed) % underway.count)
            #expect(asked.insert(call.user.text).inserted)
            try harness.answer(call, .day, Sample.day(wh: 100))
            underway += harness.takeCalls()
        }
        #expect(asked.count == 40 && harness.values(.kepcoReadings).count == 40)
        #expect(harness.rows(.feed, Calls.self).isEmpty)
    }

    @Test(arguments: [1, 2], [true, false])
    func `calls that a clock that was ahead waits for are made again`(_ window: Int, _ isAsked: Bool) throws {
        let harness = Harness([FeedWorker(FeedSettings(window: window))], partitions: 1, check: keepsItsContract)
        try harness.advance(by: .seconds(30 * 86_400))
        try harness.command("kim", Sample.register("kim", from: "2026-12-20"))
        let ahead = try #require(harness.takeCalls().first)
        try harness.command("lee", Sample.register("lee", from: "2026-12-20"))
        // Of a call that is in time nothing is made again.
        #expect(harness.takeCalls().count == window - 1)
        try harness.advance(by: .seconds(-30 * 86_400))
        // Who is asked about next, or whatever else brings somebody to his turn, finds it.
        try harness.command("park", Sample.register("park", from: isAsked ? "2026-11-20" : "2026-11-25"))
        let again = harness.takeCalls().filter { $0.user.text == "kim" }
        #expect(again.count == 1 && again.allSatisfy { $0.day == ahead.day && $0.attempt > ahead.attempt })
        #expect(harness.counts["feed_calls_unanswered"] == window)
        #expect(harness.timers(.feed).allSatisfy { !$0.hasSuffix("/call/kim") || $0 < "1795260000000" })
        // An answer to the first call says nothing, and behind one to the second the next is asked about.
        try harness.answer(ahead, .none)
        #expect(harness.takeCalls().isEmpty)
    }

    @Test(arguments: [(400, 0, true), (400, 1, false), (20_000, 0, false)])
    func `a consent begins no later than 400 days ahead`(_ days: Int64, _ milliseconds: Int64, _ isTaken: Bool) throws {
        let harness = harness()
        let consent = harness.clock + .seconds(days * 86_400) + .milliseconds(milliseconds)
        try harness.command(
            "kim",
            #"{"eventType":"RegisterMeter","userId":"kim","customerNumber":"1","consentFrom":"\#(consent)"}"#)
        #expect(harness.rows(.feed, Meters.self).count == (isTaken ? 1 : 0))
        #expect(harness.deadLetters.map(\.rejection.kind) == (isTaken ? [] : [.refused]))
        #expect(harness.deadLetters.allSatisfy { $0.rejection.reason.contains("400 days ahead") })
    }

    @Test func `an outage costs the window's calls, each later than the one before`() throws {
        let harness = harness(FeedSettings(window: 2))
        for number in 0..<20 { try harness.command("k\(number)", Sample.register("k\(number)")) }
        var count = 0
        for _ in 0..<60 {
            for call in harness.takeCalls() {
                count += 1
                try harness.answer(call, .unavailable)
            }
            try harness.advance(by: .seconds(60))
        }
        #expect(count >= 20 && count <= 20 * 12, "\(count) calls in an hour")
        #expect(harness.values(.kepcoReadings).isEmpty && harness.deadLetters.isEmpty)
    }

    @Test func `who revokes or leaves is asked about no more, and nothing of him stays`() throws {
        let harness = harness(FeedSettings(window: 1))
        for user in ["kim", "lee", "park", "choi"] { try harness.command(user, Sample.register(user)) }
        let underway = harness.takeCalls()
        for user in ["kim", "lee", "park"] { try harness.command(user, Sample.revoke(user)) }
        harness.send(
            .userEvents, key: "choi",
            #"{"eventType":"UserLeft","timestamp":1795251600000,"id":"choi","leftAt":"2026-11-21T09:00:00Z"}"#)
        try harness.run()
        for call in underway + harness.takeCalls() { try harness.answer(call, .day, Sample.day(wh: 100)) }
        #expect(harness.values(.kepcoReadings).isEmpty)
        #expect(harness.rows(.feed, Meters.self).isEmpty && harness.rows(.feed, Calls.self).isEmpty)
        #expect(harness.timers(.feed).allSatisfy { $0.contains("/gone/") })
        #expect(harness.values(.feedEvents, MeterRevoked.type).count == 4)
        #expect(harness.deadLetters.isEmpty)
    }

    @Test func `what is owed is counted in days, with the oldest`() throws {
        let harness = harness(FeedSettings(pastDays: 3))
        func sum() throws -> [Int64] {
            let parts = try harness.measure(.feed)
            return [parts.map { $0[2] }.reduce(0, +), (parts.map { $0[3] }.max() ?? 0) / 86_400]
        }
        #expect(try sum() == [0, 0])
        try harness.command("kim", Sample.register("kim", from: "2026-01-01"))
        try harness.command("lee", Sample.register("lee", from: "2026-11-20"))
        // A consent of another day owes nothing yet.
        try harness.command("park", Sample.register("park", from: "2026-11-25"))
        #expect(try sum() == [4, 3])
        for call in harness.takeCalls() { try harness.answer(call, .day, Sample.day(wh: 100)) }
        #expect(try sum() == [2, 2])
        try harness.command("kim", Sample.register("kim", from: "2026-11-20", number: "3"))
        #expect(try sum() == [1, 1])
        try harness.command("kim", Sample.revoke("kim"))
        #expect(try sum() == [0, 0])
        // A day that is over is owed, whether it has been asked for or not.
        try harness.advance(by: .seconds(7 * 3600))
        #expect(try sum() == [1, 1])
        #expect(harness.rows(.feed, NextDays.self).count == 2)
    }

    @Test(arguments: [
        #""customerNumber":"98765 43210""#, #""customerNumber":"9876543210\u00e9""#, #""customerNumber":9876543210"#,
        #""customerNumber":"1","meters":"9876543210""#, #""customerNumber":"1","meters":["98765 43210"]"#,
        #""customerNumber":"1","consentFrom":"9876543210""#,
        #""customerNumber":"98765432109876543210987654321098765432109""#, #""customerNumber" 9876543210"#,
        #""customerNumber":"1","eventType":"9876543210""#, #""customerNumber":"1","customerNumber":"9876543210""#,
    ]) func `neither an event nor a rejection says a number`(_ fields: String) throws {
        let harness = harness()
        try harness.command("kim", Sample.register("kim", number: "9876543210"))
        try harness.command("kim", Sample.revoke("kim"))
        for value in harness.values(.feedEvents) + harness.values(.feedInternal) {
            #expect(!value.contains("9876543210"))
        }
        try harness.command("kim", #"{"eventType":"RegisterMeter","userId":"kim",\#(fields)}"#)
        #expect(harness.deadLetters.count == 1)
        for letter in harness.deadLetters { #expect(!"\(letter.rejection)".contains("9876"), "\(letter.rejection)") }
    }

    @Test func `the same registration once more changes nothing`() throws {
        let harness = harness(FeedSettings(pastDays: 6))
        for _ in 0..<3 { try harness.command("kim", Sample.register("kim", from: "2026-01-01")) }
        let call = try #require(harness.takeCalls().first)
        try harness.answer(call, .day, Sample.day(wh: 100))
        try harness.command("kim", Sample.register("kim", from: "2026-01-01"))
        #expect(harness.takeCalls().map(\.day.description) == ["2026-11-19"])
        #expect(harness.values(.feedEvents, MeterRegistered.type).count == 4)
    }

    @Test func `who asks is told that a call is not wanted any more`() throws {
        let harness = harness()
        for user in ["kim", "lee", "park"] { try harness.command(user, Sample.register(user)) }
        harness.calls = []
        try harness.command("kim", Sample.revoke("kim"))
        try harness.command("lee", Sample.register("lee", number: "22"))
        try harness.command("park", Sample.register("park"))
        let ends = harness.calls.map { ($0 as? MeterCallEnd)?.user.text ?? "" }
        #expect(ends == ["kim", "lee", ""], "and then lee's by the new number")
    }

    @Test func `other numbers begin anew, and the call by the old ones says nothing`() throws {
        let harness = harness()
        try harness.command("kim", Sample.register("kim"))
        let old = try #require(harness.takeCalls().first)
        try harness.command("kim", Sample.register("kim", number: "22"))
        let new = try #require(harness.takeCalls().first)
        #expect(new.customerNumber == "22" && new.attempt > old.attempt)
        try harness.answer(old, .day, Sample.day(wh: 1))
        #expect(harness.values(.kepcoReadings).isEmpty)
        try harness.answer(new, .day, Sample.day(wh: 1))
        #expect(harness.values(.kepcoReadings).count == 1)
    }
}
