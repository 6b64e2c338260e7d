import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import DRContext

@Suite struct DRWorkerTests {
    private static let noon = OrderTests.noon
    private static let seeds: ClosedRange<UInt64> = 1...30

    private func harness(_ seed: UInt64 = 1) -> Harness {
        Harness([DRWorker()], partitions: 4, seed: seed, clock: Self.noon, check: keepsItsContract)
    }

    private func start(_ id: String, ends minutes: Int64? = nil) -> String {
        let end = minutes.map { #","endsAt":"\#(Self.noon + .seconds(60 * $0))""# } ?? ""
        return #"{"eventType":"StartDr","id":"\#(id)","name":"kt","type":"reliable"\#(end)}"#
    }

    private func end(_ id: String) -> String { #"{"eventType":"EndDr","id":"\#(id)"}"# }

    @Test(arguments: seeds) func `an order with an end time is started once and ends by itself`(seed: UInt64) throws {
        let harness = harness(seed)
        harness.send(.drCommands, key: "dr-1", start("dr-1", ends: 60))
        try harness.run()
        #expect(
            harness.values(.drEvents) == [
                #"{"eventType":"DRstarted","timestamp":1795262400000,"id":"dr-1","name":"kt","type":"reliable","#
                    + #""status":"started","startsAt":"2026-11-21T12:00:00Z","endsAt":"2026-11-21T13:00:00Z","#
                    + #""market":1,"kind":"reliable"}"#
            ])
        try harness.advance(by: .seconds(59 * 60))
        #expect(harness.values(.drEvents, DREnded.type).isEmpty)
        try harness.advance(by: .seconds(600))
        #expect(
            harness.values(.drEvents, DREnded.type) == [
                #"{"eventType":"DrEnded","timestamp":1795266000000,"id":"dr-1","name":"kt","type":"reliable","#
                    + #""status":"ended","startsAt":"2026-11-21T12:00:00Z","endsAt":"2026-11-21T13:00:00Z","#
                    + #""reason":"its end time was reached"}"#
            ])
        #expect(harness.timers(.dr).isEmpty && harness.deadLetters.isEmpty)
        let row = try #require(harness.rows(OrdersAlone.self)["dr-1"])
        #expect(row.contains(#""status":"ended""#) && row.contains(#""reason":"its end time was reached""#))
    }

    @Test func `everybody is asked at once for an order that begins later`() throws {
        let harness = harness()
        let value =
            #"{"eventType":"StartDr","id":"dr-1","name":"kt","type":"t","startsAt":"2026-11-22T00:00:00+09:00"}"#
        harness.send(.drCommands, key: "dr-1", value)
        try harness.run()
        let started = harness.values(.drEvents, DRStarted.type)
        #expect(started.count == 1 && started[0].contains(#""startsAt":"2026-11-21T15:00:00Z""#))
        harness.send(.drCommands, key: "dr-1", end("dr-1"))
        try harness.run()
        let ended = harness.values(.drEvents, DREnded.type)
        #expect(
            ended.count == 1 && ended[0].contains(#""startsAt":"2026-11-21T15:00:00Z","endsAt":"2026-11-21T15:00:00Z""#)
        )
        try harness.advance(by: .seconds(3 * 3600))
        harness.send(.drCommands, key: "dr-1", end("dr-1"))
        try harness.run()
        #expect(harness.values(.drEvents, DREnded.type).count == 1)
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict] && harness.timers(.dr).isEmpty)
    }

    @Test func `an operator ends an order and its timer is gone`() throws {
        let harness = harness()
        harness.send(.drCommands, key: "dr-1", start("dr-1", ends: 60))
        try harness.run()
        #expect(harness.timers(.dr).count == 1)
        try harness.advance(by: .seconds(60))
        harness.send(.drCommands, key: "dr-1", #"{"eventType":"EndDr","id":"dr-1","reason":"KPX withdrew it"}"#)
        try harness.run()
        #expect(harness.timers(.dr).isEmpty)
        try harness.advance(by: .seconds(7200))
        let ended = harness.values(.drEvents, DREnded.type)
        #expect(ended.count == 1 && ended[0].contains(#""endsAt":"2026-11-21T12:01:00Z","reason":"KPX withdrew it""#))
    }

    @Test(arguments: seeds) func `it makes no difference whether a late end or the timer comes first`(seed: UInt64)
        throws
    {
        let harness = harness(seed)
        harness.send(.drCommands, key: "dr-1", start("dr-1", ends: 60))
        try harness.run()
        harness.send(.drCommands, key: "dr-1", end("dr-1"), at: Self.noon + .seconds(3601))
        try harness.advance(by: .seconds(3700))
        let ended = harness.values(.drEvents, DREnded.type)
        #expect(ended.count == 1 && ended[0].contains(#""endsAt":"2026-11-21T13:00:00Z","reason":"its end time"#))
        #expect(harness.timers(.dr).isEmpty)
        #expect(harness.deadLetters.allSatisfy { $0.rejection.kind == .conflict })
    }

    @Test(arguments: seeds) func `orders without an id get one from what they say and when, and start at home`(
        seed: UInt64
    ) throws {
        let harness = harness(seed)
        for minute in 0..<8 {
            let time = Self.noon - .seconds(60 * minute)
            harness.send(.drCommands, key: nil, #"{"eventType":"StartDr","name":"kt","type":"reliable"}"#, at: time)
        }
        try harness.run()
        let ids = ["1200"] + (1153...1159).map { "\($0)" }
        #expect(Set(harness.rows(OrdersAlone.self).keys) == Set(ids.map { "dr-20261121-\($0)-a3960dda" }))
        // Each began when it was asked for.
        #expect(Set(harness.values(.drEvents).compactMap { $0.split(separator: #""startsAt":"#).last }).count == 8)
        for (partition, records) in (harness.topics["dr.events"] ?? []).enumerated() {
            for record in records {
                let key = try #require(record.key)
                #expect(Partitioner.partition(of: key, among: 4) == Int32(partition))
            }
        }
        #expect(harness.deadLetters.isEmpty)
    }

    @Test func `what is wrong with an order without an id is said of its own record`() throws {
        let harness = harness()
        let value = #"{"eventType":"StartDr","name":"kt","type":"t","endsAt":"2026-11-21T11:00:00Z"}"#
        harness.send(.drCommands, key: nil, value, partition: 3)
        try harness.run()
        // A copy, in the partition where one that says the same would be met.
        let letter = try #require(harness.deadLetters.first)
        #expect(letter.value == value && letter.source.hasPrefix("dr.internal-"))
        #expect(
            letter.rejection.reason.hasPrefix("order dr-20261121-1200-87f6db3b cannot end at 2026-11-21T11:00:00Z"))
    }

    @Test(arguments: seeds) func `commands anywhere, with numbers as ids, are each done once`(seed: UInt64) throws {
        let harness = harness(seed)
        var random = Numbers(seed)
        for id in 1...20 {
            let value = #"{"eventType":"StartDr","id":\#(id),"name":"kt","type":"reliable"}"#
            for _ in 0..<3 { harness.send(.drCommands, key: nil, value) }
            harness.send(.drCommands, key: nil, value, partition: Int32(random.next() % 4))
        }
        try harness.run()
        #expect(harness.values(.drEvents, DRStarted.type).count == 20)
        #expect(harness.deadLetters.count == 60)
        #expect(harness.deadLetters.allSatisfy { $0.rejection.kind == .conflict })
        for id in 1...20 { harness.send(.drCommands, key: "other", #"{"eventType":"EndDr","id":\#(id)}"#) }
        try harness.run()
        #expect(harness.values(.drEvents, DREnded.type).count == 20 && harness.deadLetters.count == 60)
        #expect(harness.rows(OrdersAlone.self).keys.sorted() == (1...20).map { "\($0)" }.sorted())
    }

    @Test func `an end of an unknown order, and a second end, are refused with the id`() throws {
        let harness = harness()
        harness.send(.drCommands, key: "dr-9", end("dr-9"))
        harness.send(.drCommands, key: "dr-1", start("dr-1"))
        for _ in 0..<2 { harness.send(.drCommands, key: "dr-1", end("dr-1")) }
        harness.send(.drCommands, key: "dr-1", start("dr-1"))
        try harness.run()
        #expect(Set(harness.deadLetters.map(\.rejection.kind)) == [.notFound, .conflict])
        #expect(harness.deadLetters.count == 3)
        #expect(harness.deadLetters.contains { $0.rejection.reason == "there is no order dr-9 to end" })
        #expect(harness.values(.drEvents).count == 2)
    }

    @Test(arguments: [
        (#"{"eventType":"StartDr","id":"a.b","name":"kt","type":"t"}"#, "\"id\""),
        (#"{"eventType":"StartDr","id":"a","type":"t"}"#, "\"name\""),
        (#"{"eventType":"StartDr","id":"a","name":"kt"}"#, "\"type\""),
        (#"{"eventType":"StartDr","id":"a","name":"kt","type":"t","endsAt":"2026-02-30T00:00:00Z"}"#, "\"endsAt\""),
        (#"{"eventType":"StartDr","id":"a","name":"kt","type":"t","startsAt":-1}"#, "\"startsAt\""),
        (#"{"eventType":"EndDr"}"#, "\"id\""),
        (#"{"eventType":"EndDR","id":"a"}"#, "StartDr, ChangeDr, EndDr, CancelDr"),
    ])
    func `a wrong field is named`(value: String, name: String) throws {
        let harness = harness()
        harness.send(.drCommands, key: "a", value)
        try harness.run()
        let reason = try #require(harness.deadLetters.first).rejection.reason
        #expect(reason.contains(name) && harness.values(.drEvents).isEmpty, "\(reason)")
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max])
    func `a command at an absurd time is refused`(milliseconds: Int64) throws {
        let harness = harness()
        harness.send(.drCommands, key: "dr-1", start("dr-1"), at: Timestamp(milliseconds: milliseconds))
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.malformed] && harness.values(.drEvents).isEmpty)
        #expect(harness.deadLetters.first?.rejection.reason.contains("\(milliseconds)") == true)
    }
}

/// The same numbers for the same seed.
struct Numbers {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
}
