import Contracts
import Market
import Testing
import Workers
import WorkersTesting

@testable import DRContext

/// Orders of kinds that are counted. The clock stands at 2026-11-30, a Monday, 07:00 in Korea.
@Suite struct KindTests {
    private static let seven = Timestamp(milliseconds: 1_795_989_600_000)
    private static let seeds: ClosedRange<UInt64> = 1...30

    private func harness(_ seed: UInt64 = 1) -> Harness {
        Harness([DRWorker()], partitions: 4, seed: seed, clock: Self.seven, check: keepsItsContract)
    }

    private func start(
        _ id: String?, _ kind: String = "national", at hour: Double, for minutes: Int64 = 60, more: String = ""
    ) -> String {
        let start = Self.seven + .seconds(Int64((hour - 7) * 3600))
        let id = id.map { #""id":"\#($0)","# } ?? ""
        return
            #"{"eventType":"StartDr",\#(id)"name":"kt","type":"\#(kind)","startsAt":"\#(start)","#
            + #""endsAt":"\#(start + .seconds(60 * minutes))"\#(more)}"#
    }

    private func started(_ harness: Harness) -> [String] { harness.values(.drEvents, DRStarted.type) }

    @Test func `the clock stands where the test says`() { #expect("\(Self.seven)" == "2026-11-29T22:00:00Z") }

    @Test func `an order of a kind says by which rules it runs`() throws {
        let harness = harness()
        harness.send(.drCommands, key: "dr-1", start("dr-1", at: 10))
        harness.send(.drCommands, key: "dr-2", start("dr-2", "standard", at: 10))
        harness.send(.drCommands, key: "dr-3", start("dr-3", "economic", at: 3, for: 300))
        try harness.run()
        let events = started(harness).sorted { $0.dropFirst(50) < $1.dropFirst(50) }
        try #require(events.count == 3 && harness.deadLetters.isEmpty)
        #expect(harness.rows(Applications.self).isEmpty)
        #expect(events[0].hasSuffix(#""market":1,"kind":"national","method":"Mid(6/10)","intervalMin":60}"#))
        #expect(events[1].hasSuffix(#""market":1,"kind":"standard","method":"Max(4/5)","intervalMin":60}"#))
        #expect(
            events[2].hasSuffix(
                #""type":"economic","status":"started","startsAt":"2026-11-29T18:00:00Z","#
                    + #""endsAt":"2026-11-29T23:00:00Z","market":1,"kind":"reliable"}"#))
        #expect(harness.rows(Reservations.self).count == 2)
    }

    @Test(arguments: seeds) func `of orders that ask for the day's last places at once two get them`(seed: UInt64)
        throws
    {
        let harness = harness(seed)
        for n in 0..<6 { harness.send(.drCommands, key: nil, start("dr-\(n)", at: 9 + Double(2 * n))) }
        try harness.run()
        #expect(started(harness).count == 2 && harness.deadLetters.count == 4)
        #expect(harness.rows(OrdersAlone.self).count == 2 && harness.timers(.dr).count == 2)
        for letter in harness.deadLetters {
            #expect(letter.rejection.kind == .refused)
            #expect(
                letter.rejection.reason.contains("ordersADay: 2 a day are allowed, and on 2026-11-30 there are dr-"))
            #expect(letter.value?.contains(#""eventType":"StartDr""#) == true)
        }
        #expect(harness.rows(Applications.self).isEmpty)
        // Another day, and another kind.
        harness.send(.drCommands, key: nil, start("dr-7", at: 34))
        harness.send(.drCommands, key: nil, start("dr-8", "jeju", at: 10))
        try harness.run()
        #expect(started(harness).count == 4)
    }

    @Test(arguments: seeds) func `a second start of an id takes no place`(seed: UInt64) throws {
        let harness = harness(seed)
        for _ in 0..<5 { harness.send(.drCommands, key: nil, start("dr-1", at: 9)) }
        try harness.run()
        #expect(started(harness).count == 1 && harness.deadLetters.allSatisfy { $0.rejection.kind == .conflict })
        harness.send(.drCommands, key: nil, start("dr-1", at: 12))
        harness.send(.drCommands, key: nil, start("dr-2", at: 12))
        try harness.run()
        #expect(started(harness).count == 2 && harness.deadLetters.count == 5)
    }

    @Test func `a forced order passes the limits, which are noted`() throws {
        let harness = harness()
        for n in 0..<2 { harness.send(.drCommands, key: "dr-\(n)", start("dr-\(n)", at: 9 + Double(2 * n))) }
        try harness.run()
        harness.send(.drCommands, key: "dr-9", start("dr-9", at: 7.2, for: 90, more: #","force":true"#))
        try harness.run()
        let event = try #require(started(harness).first { $0.contains(#""id":"dr-9""#) })
        #expect(event.hasSuffix(#""forced":["noticeMin","gridMin","durationMin","ordersADay"]}"#))
        #expect(harness.deadLetters.isEmpty)
        harness.send(.drCommands, key: "dr-8", start("dr-8", at: 17, more: #","force":false"#))
        try harness.run()
        #expect(harness.deadLetters.count == 1)
    }

    @Test func `orders that follow each other at once are contiguous`() throws {
        let harness = harness()
        harness.send(.drCommands, key: "dr-1", start("dr-1", at: 10))
        harness.send(.drCommands, key: "dr-2", start("dr-2", "standard", at: 10))
        try harness.run()
        harness.send(.drCommands, key: "dr-3", start("dr-3", at: 11))
        harness.send(.drCommands, key: "dr-4", start("dr-4", "standard", at: 11))
        try harness.run()
        #expect(started(harness).count == 3)
        #expect(
            harness.deadLetters.map(\.rejection.reason).allSatisfy { $0.contains("contiguous: it follows order dr-1") })
        #expect(harness.deadLetters.count == 1)
        harness.send(.drCommands, key: "dr-5", start("dr-5", at: 11.25))
        try harness.run()
        #expect(started(harness).count == 4)
    }

    @Test func `a period has so many hours, of which ends that come earlier give some back`() throws {
        let harness = harness()
        let text = String(decoding: Market.koreaText, as: UTF8.self)
            .replacing(#""version": 1"#, with: #""version": 2"#)
            .replacing(#""hoursAPeriod": 60"#, with: #""hoursAPeriod": 5"#)
        harness.send(.drCommands, key: "market", #"{"eventType":"SetMarket","market":\#(text)}"#)
        try harness.run()
        harness.send(.drCommands, key: "dr-1", start("dr-1", "standard", at: 14, for: 240))
        // The next day is in the next period.
        harness.send(.drCommands, key: "dr-2", start("dr-2", "standard", at: 38, for: 240))
        try harness.run()
        harness.send(.drCommands, key: "dr-3", start("dr-3", "standard", at: 9, for: 120))
        try harness.run()
        #expect(started(harness).count == 2)
        let reason = try #require(harness.deadLetters.first).rejection.reason
        #expect(
            reason.contains("hoursAPeriod: 5 h are allowed from 2026-06-01 until 2026-12-01, and 240 min are taken"))
        let end = Self.seven + .seconds(10 * 3600)
        harness.send(.drCommands, key: "dr-1", #"{"eventType":"ChangeDr","id":"dr-1","endsAt":"\#(end)"}"#)
        try harness.run()
        harness.send(.drCommands, key: "dr-4", start("dr-4", "standard", at: 9, for: 120))
        try harness.run()
        #expect(started(harness).count == 3 && harness.deadLetters.count == 1)
    }

    @Test(arguments: seeds) func `an order that is withdrawn before it begins gives its place back`(seed: UInt64) throws
    {
        let harness = harness(seed)
        for n in 0..<2 { harness.send(.drCommands, key: nil, start("dr-\(n)", at: 9 + Double(2 * n))) }
        try harness.run()
        let withdrawn = seed % 2 == 0 ? "CancelDr" : "EndDr"
        harness.send(.drCommands, key: nil, #"{"eventType":"\#(withdrawn)","id":"dr-0"}"#)
        try harness.run()
        harness.send(.drCommands, key: nil, start("dr-2", at: 14))
        try harness.run()
        #expect(started(harness).count == 3)
        try harness.advance(by: .seconds(4 * 3600 + 60))
        // dr-1 is running: its place is taken for good.
        harness.send(.drCommands, key: nil, #"{"eventType":"CancelDr","id":"dr-1"}"#)
        try harness.run()
        harness.send(.drCommands, key: nil, start("dr-3", at: 17))
        try harness.run()
        #expect(started(harness).count == 3 && harness.deadLetters.count == 1)
    }

    @Test func `a change keeps the limits of the kind too, but for those that the order passes already`() throws {
        let harness = harness()
        harness.send(.drCommands, key: "dr-1", start("dr-1", "standard", at: 14, for: 60))
        harness.send(.drCommands, key: "dr-2", start("dr-2", "standard", at: 10, for: 120, more: #","force":true"#))
        harness.send(.drCommands, key: "dr-3", start("dr-3", at: 10.1, for: 60, more: #","force":true"#))
        try harness.run()
        func change(_ id: String, to hour: Double, _ more: String = "") throws {
            let end = Self.seven + .seconds(Int64((hour - 7) * 3600))
            harness.send(.drCommands, key: id, #"{"eventType":"ChangeDr","id":"\#(id)","endsAt":"\#(end)"\#(more)}"#)
            try harness.run()
        }
        try change("dr-1", to: 18)
        try change("dr-1", to: 18.25)
        #expect(harness.deadLetters.map(\.rejection.reason).last?.contains("durationMin: it lasts 255 min") == true)
        try change("dr-2", to: 13)
        #expect(harness.deadLetters.map(\.rejection.reason).last?.contains("windows: ") == true)
        try change("dr-2", to: 13, #","force":true"#)
        try change("dr-3", to: 11.2)
        #expect(harness.deadLetters.count == 3)
        #expect(harness.deadLetters.map(\.rejection.reason).last?.contains("durationMin") == true)
        let changed = harness.values(.drEvents, DRChanged.type)
        #expect(changed.count == 2 && changed.count { $0.hasSuffix(#""forced":["windows"]}"#) } == 1)
        #expect(harness.rows(OrdersAlone.self)["dr-2"]?.contains(#""forced":["windows"]"#) == true)
    }

    @Test func `a day has a bounded number of orders, forced ones included`() throws {
        let harness = harness()
        for n in 0..<(Reservations.limit + 1) {
            harness.send(.drCommands, key: "dr-\(n)", start("dr-\(n)", at: 9, more: #","force":true"#))
        }
        try harness.run()
        #expect(started(harness).count == Reservations.limit && harness.deadLetters.count == 1)
        #expect(harness.deadLetters[0].rejection.reason.contains("orders: 100 of them start on 2026-11-30, the most"))
    }

    @Test func `nothing is done with an order that is being counted`() throws {
        let harness = harness()
        for id in 0..<40 {
            harness.send(.drCommands, key: "dr-\(id)", start("dr-\(id)", at: 9))
            harness.send(.drCommands, key: "dr-\(id)", #"{"eventType":"CancelDr","id":"dr-\#(id)"}"#)
        }
        try harness.run()
        let reasons = Set(harness.deadLetters.map(\.rejection.kind))
        #expect(reasons.isSubset(of: [.conflict, .refused, .notFound]) && harness.rows(Applications.self).isEmpty)
        #expect(
            harness.deadLetters.contains {
                $0.rejection.reason.contains("is being counted among the orders of its kind")
            })
    }

    @Test(arguments: seeds) func `who asked for an order is named by it, or by its refusal, and by nothing else`(
        seed: UInt64
    )
        throws
    {
        let harness = harness(seed)
        for n in 0..<4 {
            let request = Request(actor: "kim", command: "dr-\(n)")
            harness.send(.drCommands, key: nil, start("dr-\(n)", at: 9 + Double(2 * n)), request: request)
        }
        harness.send(.drCommands, key: nil, start(nil, "t", at: 9), request: Request(actor: "lee", command: "dr-9"))
        try harness.run()
        let events = (harness.topics["dr.events"] ?? []).joined()
        #expect(events.count == 3 && events.allSatisfy { $0.provenance.request != nil })
        #expect(harness.deadLetters.count == 2)
        #expect(harness.deadLetters.allSatisfy { $0.provenance.request?.actor == "kim" })
    }

    @Test func `an unknown kind is refused with those that there are, where the market says no other`() throws {
        let harness = harness()
        let text = String(decoding: Market.koreaText, as: UTF8.self)
            .replacing(#""version": 1"#, with: #""version": 9"#).replacing(#""otherKinds": "reliable","#, with: "")
        harness.send(.drCommands, key: "market", #"{"eventType":"SetMarket","market":\#(text)}"#)
        try harness.run()
        harness.send(.drCommands, key: "dr-1", start("dr-1", "standrad", at: 10))
        try harness.run()
        let reason = harness.deadLetters.first?.rejection.reason
        #expect(
            reason
                == "order dr-1: there is no kind \"standrad\"; write one of reliable, standard, small, jeju, national as "
                + "\"type\"")
    }
}
