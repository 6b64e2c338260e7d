import Baselines
import Contracts
import Testing
import Workers
import WorkersTesting

@testable import FeedContext

/// Days that are not there at once: how often they are asked for, and that they hold nothing else up. Days are asked
/// for at one o'clock, and again at 13; the clock begins at 2026-11-21 18:00.
@Suite struct OwedDayTests {
    private func harness(_ settings: FeedSettings = FeedSettings(spread: .zero)) -> Harness {
        Harness([FeedWorker(settings)], partitions: 1, check: keepsItsContract)
    }

    private static let plan = AskPlan(FeedSettings())

    /// Answers whatever is asked within so many hours.
    /// - Returns: the days that were asked for, with the hour since the 21st began.
    private func run(
        _ harness: Harness, hours: Int, _ answer: (MeterCall) -> (MeterAnswered.Outcome, [Int64?])
    ) throws -> [String] {
        var asked: [String] = []
        func answerAll() throws {
            while let call = harness.takeCalls().first {
                asked.append("\(call.day.description.suffix(2))@\(hour(harness.clock))")
                let (outcome, tenths) = answer(call)
                try harness.answer(call, outcome, tenths)
            }
        }
        try answerAll()
        for _ in 0..<hours {
            try harness.advance(by: .seconds(3600))
            try answerAll()
        }
        return asked
    }

    private func hour(_ time: Timestamp) -> Int64 {
        (time.milliseconds - Self.plan.start(of: Sample.today).milliseconds) / 3_600_000
    }

    /// Of the one customer.
    private func owed(_ harness: Harness) -> Int {
        (harness.rows(.feed, Meters.self).values.first ?? "").split(separator: #""age":"#).count - 1
    }

    private let whole: (MeterAnswered.Outcome, [Int64?]) = (.day, Sample.day(wh: 100))

    @Test func `a day of which something is missing holds no other one up, and is given up alone`() throws {
        let harness = harness()
        try harness.command("kim", Sample.register("kim"))
        let asked = try run(harness, hours: 24 * 12) { call in
            call.day.description == "2026-11-20" ? (.day, Sample.day(wh: 100, missing: 90..<96)) : whole
        }
        // Behind the first: on the 22nd at 13 o'clock, then the 23rd, 24th, 26th and 29th.
        #expect(asked.filter { $0.hasPrefix("20@") } == ["20@18", "20@37", "20@61", "20@85", "20@133", "20@205"])
        // New days as ever: at 1 o'clock of the day behind, and once more on the next one.
        for day in 21...30 as ClosedRange<Int64> {
            let from = (day - 20) * 24
            let times = [from + 1, from + 37].filter { $0 <= 18 + 24 * 12 }
            #expect(asked.filter { $0.hasPrefix("\(day)@") } == times.map { "\(day)@\($0)" })
        }
        #expect(harness.values(.kepcoReadings).count == 1 + 12, "what has not changed is not sent again")
        #expect(harness.values(.kepcoHistory).isEmpty)
        #expect(owed(harness) == 1, "yesterday's, to be looked at again")
    }

    @Test func `what was missing is sent alone, and what was corrected with all of its day`() throws {
        let harness = harness()
        try harness.command("kim", Sample.register("kim"))
        var answers: [[Int64?]] = [
            Sample.day(wh: 100, missing: 90..<96), Sample.day(wh: 100, missing: 91..<96), Sample.day(wh: 100),
        ]
        var corrected = Sample.day(wh: 100)
        corrected[40] = 5
        answers.append(corrected)
        let asked = try run(harness, hours: 24 * 8) { call in
            guard call.day.description == "2026-11-20" else { return (.none, []) }
            return (.day, answers.isEmpty ? Sample.day(wh: 7) : answers.removeFirst())
        }
        #expect(asked.filter { $0.hasPrefix("20@") } == ["20@18", "20@37", "20@61", "20@85"])
        let sent = harness.values(.kepcoReadings) + harness.values(.kepcoHistory)
        try #require(sent.count == 4)
        #expect(sent[1].contains(#""startsAt":"2026-11-20T13:30:00Z","wh":[100]"#), "\(sent[1])")
        #expect(sent[2].contains(#""startsAt":"2026-11-20T13:45:00Z","wh":[100,100,100,100,100]"#), "\(sent[2])")
        #expect(sent[3].contains(#""startsAt":"2026-11-19T15:00:00Z""#) && sent[3].contains(",0.5,"), "\(sent[3])")
    }

    @Test(arguments: [(late: 0, calls: 2.0), (1, 2.5), (2, 2.5)])
    func `so many calls a day are made for a customer whose days are late`(_ late: Int, _ calls: Double) throws {
        let harness = harness()
        try harness.command("kim", Sample.register("kim"))
        var last: [String: Int64] = [:]
        let asked = try run(harness, hours: 24 * 40) { call in
            let isThere = harness.clock >= Self.plan.start(of: Day(number: call.day.number + 1 + Int64(late)))
            if isThere, last[call.day.description] == nil {
                last[call.day.description] = (harness.clock.milliseconds / 3_600_000 + 9) / 24 - call.day.number
            }
            return isThere ? whole : (.none, [])
        }
        let days = asked.filter { (24 * 20..<24 * 40).contains(Int64($0.split(separator: "@")[1]) ?? 0) }
        #expect(Double(days.count) / 20 <= calls, "\(days)")
        // On the day on which they are there.
        #expect(last.count >= 36 && last.values.allSatisfy { $0 == 1 + Int64(late) }, "\(last)")
    }

    @Test func `calls that come to nothing put the day off, and others come`() throws {
        let harness = harness(FeedSettings(attempts: 3, spread: .zero))
        try harness.command("kim", Sample.register("kim"))
        let asked = try run(harness, hours: 24 * 60) { call in
            call.day.description == "2026-11-20" ? (.unavailable, []) : whole
        }
        let failed = asked.filter { $0.hasPrefix("20@") && !$0.hasSuffix("@781") }
        #expect(failed.count >= 3 * 9 && failed.count <= 3 * 12 + 2, "\(failed)")
        #expect(asked.contains("21@25") && asked.contains("22@49") && asked.contains("23@73"))
    }

    @Test func `a customer who is refused is asked about a day no longer than its patience`() throws {
        let harness = harness()
        try harness.command("kim", Sample.register("kim"))
        let asked = try run(harness, hours: 24 * 30) { _ in (.refused, []) }
        let hours = asked.filter { $0.hasPrefix("22@") }.map { $0.dropFirst(3) }
        #expect(hours == ["49", "61", "85", "109", "133", "181", "253"])
        #expect(owed(harness) <= 10)
    }

    /// Each day is older than it is waited for when it is asked for first, at 18 o'clock.
    @Test(arguments: [
        (day: "2026-11-09", outcome: MeterAnswered.Outcome.day, hours: [18, 37] as [Int64]),
        ("2026-10-07", .unavailable, [18, 37]), ("2026-11-09", .none, [18]), ("2026-11-09", .refused, [18]),
    ])
    func `what of the past could not be had or read is asked for once more`(
        _ day: String, _ outcome: MeterAnswered.Outcome, _ hours: [Int64]
    ) throws {
        let harness = harness(FeedSettings(patienceDays: 10, attempts: 1, spread: .zero))
        try harness.command("kim", Sample.register("kim", from: "2026-10-01"))
        var asked: [Int64] = []
        _ = try run(harness, hours: 24 * 20) { call in
            guard call.day.description == day else { return whole }
            asked.append(hour(harness.clock))
            return (outcome, outcome == .day ? Sample.day(wh: 100, missing: 40..<41) : [])
        }
        #expect(asked == hours)
        #expect(owed(harness) == 1, "yesterday's, to be looked at again")
    }

    @Test func `of many days of the past with gaps each is asked for once more`() throws {
        let harness = harness()
        try harness.command("kim", Sample.register("kim", from: "2026-01-01"))
        var asked: [String: Int] = [:]
        _ = try run(harness, hours: 24 * 6) { call in
            asked[call.day.description, default: 0] += 1
            return (.day, Sample.day(wh: 100, missing: 40..<41))
        }
        let past = (Sample.today.number - 45..<Sample.today.number).map { Day(number: $0).description }
        #expect(past.filter { asked[$0, default: 0] < 2 } == [])
        #expect(asked[past[0]] == 2 && harness.rows(.feed, Meters.self).values.allSatisfy { !$0.contains("pastDays") })
    }

    @Test func `a day that others push out is given up, and counted`() throws {
        let harness = harness(FeedSettings(patienceDays: FeedSettings.longestPatience, spread: .zero))
        try harness.command("kim", Sample.register("kim"))
        // One that has been pushed out already, and as many as are kept.
        let row = try #require(harness.rows(.feed, Meters.self)["kim"])
        let owed = (0..<45 as Range<Int64>).map { #"{"day":\#(Sample.today.number - 47 + $0),"age":50,"none":true}"# }
        harness.put(.feed, Meters.self, "kim", row.dropLast() + #","owed":[\#(owed.joined(separator: ","))]}"#, in: 0)
        try harness.answer(try #require(harness.takeCalls().first), .none)
        #expect(self.owed(harness) == 45 && harness.counts["feed_given_up"] == 1)
        let left = try #require(harness.rows(.feed, Meters.self)["kim"])
        #expect(!left.contains(#""day":\#(Sample.today.number - 47),"#))
    }

    @Test(arguments: [MeterAnswered.Outcome.none, .unavailable, .refused, .day])
    func `a day that is not over keeps its turn, when a clock was ahead`(_ outcome: MeterAnswered.Outcome) throws {
        let harness = harness(FeedSettings(attempts: 1, spread: .zero))
        try harness.command("kim", Sample.register("kim"))
        try harness.answer(try #require(harness.takeCalls().first), .day, Sample.day(wh: 100))
        try harness.advance(by: .seconds(30 * 86_400))
        let call = try #require(harness.takeCalls().first)
        #expect(call.day.description == "2026-11-21")
        try harness.advance(by: .seconds(-30 * 86_400))
        try harness.answer(call, outcome, outcome == .day ? Sample.day(wh: 100, missing: 72..<96) : [])
        #expect(harness.takeCalls().isEmpty && owed(harness) == 1, "yesterday's, to be looked at again")
        #expect(harness.counts["feed_given_up"] == nil)
        let asked = try run(harness, hours: 12) { _ in whole }
        #expect(asked == ["21@25"])
    }

    @Test func `live days come before others' past`() throws {
        let harness = harness(FeedSettings(window: 1, pastDays: 10))
        try harness.command("kim", Sample.register("kim", from: "2026-01-01"))
        for _ in 0..<3 { try harness.answer(try #require(harness.takeCalls().first), .day, Sample.day(wh: 1)) }
        var call = try #require(harness.takeCalls().first)
        #expect(call.user.text == "kim" && call.isPast && call.day.description == "2026-11-17")
        try harness.command("lee", Sample.register("lee"))
        try harness.answer(call, .day, Sample.day(wh: 1))
        call = try #require(harness.takeCalls().first)
        #expect(call.user.text == "lee" && !call.isPast)
        // kim's past has waited for longer.
        try harness.command("park", Sample.register("park"))
        try harness.answer(call, .day, Sample.day(wh: 1))
        call = try #require(harness.takeCalls().first)
        #expect(call.user.text == "park")
        try harness.answer(call, .day, Sample.day(wh: 1))
        #expect(harness.takeCalls().map(\.user.text) == ["kim"])
        try harness.command("kim", Sample.revoke("kim"))
        #expect(harness.rows(.feed, Calls.self).isEmpty)
    }

    @Test func `of whom nothing has come for days is counted, and who is late as ever is not`() throws {
        let harness = harness()
        func behind() throws -> [Int64] { try harness.measure(.feed).map { Array($0.prefix(2)) }[0] }
        for user in ["kim", "lee", "park"] { try harness.command(user, Sample.register(user)) }
        _ = try run(harness, hours: 24 * 2) { $0.user.text == "park" ? whole : (.none, []) }
        #expect(try behind() == [3, 0], "the oldest is of three days ago")
        _ = try run(harness, hours: 24 * 2) { $0.user.text == "park" ? whole : (.none, []) }
        #expect(try behind() == [3, 2])
        _ = try run(harness, hours: 24 * 2) { _ in whole }
        #expect(try behind() == [3, 0])
    }

    @Test func `a day is what was sent of it`() {
        let all = Sample.day(wh: 3)
        let some = Sample.day(wh: 3, missing: 10..<96)
        #expect(SentDay(all).isWhole && !SentDay(some).isWhole)
        #expect(SentDay(all).news(all).allSatisfy { $0 == nil })
        #expect(SentDay(some).news(all) == (0..<96).map { $0 < 10 ? nil : 30 })
        var other = all
        other[9] = 31
        #expect(SentDay(some).news(other) == other)
        #expect(SentDay(some).quarters == "ffc" + String(repeating: "0", count: 21))
    }
}
