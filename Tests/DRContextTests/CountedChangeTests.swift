import Contracts
import Market
import Testing
import Workers
import WorkersTesting

@testable import DRContext

/// Later ends of orders whose hours are counted: five in the period. The clock stands at 2026-11-30, a Monday, 07:00 in
/// Korea.
@Suite struct CountedChangeTests {
    private static let seven = Timestamp(milliseconds: 1_795_989_600_000)
    private static let seeds: ClosedRange<UInt64> = 1...30

    private static func time(_ hour: Double) -> Timestamp { seven + .seconds(Int64((hour - 7) * 3600)) }

    /// dr-1 from 14 to 16 and dr-2 from 10 to 12.
    private func scene(_ seed: UInt64 = 1, contiguous: Bool = true) throws -> Harness {
        let harness = Harness([DRWorker()], partitions: 4, seed: seed, clock: Self.seven, check: keepsItsContract)
        let text = String(decoding: Market.koreaText, as: UTF8.self)
            .replacing(#""version": 1"#, with: #""version": 2"#)
            .replacing(#""hoursAPeriod": 60"#, with: #""hoursAPeriod": 5"#)
            .replacing(#""contiguous": true"#, with: #""contiguous": \#(contiguous)"#)
            .replacing(#""windows": ["09:00-12:00", "13:00-20:00"],"#, with: "")
        harness.send(.drCommands, key: "market", #"{"eventType":"SetMarket","market":\#(text)}"#)
        try harness.run()
        for (id, hour) in [("dr-1", 14.0), ("dr-2", 10.0)] {
            harness.send(
                .drCommands, key: id,
                #"{"eventType":"StartDr","id":"\#(id)","name":"n","type":"standard","startsAt":"\#(Self.time(hour))","#
                    + #""endsAt":"\#(Self.time(hour + 2))"}"#)
        }
        try harness.run()
        #expect(harness.deadLetters.isEmpty && harness.rows(OrdersAlone.self).count == 2)
        return harness
    }

    private func change(
        _ harness: Harness, _ id: String, to hour: Double, _ more: String = "", type: String = "ChangeDr",
        at time: Timestamp? = nil
    ) {
        harness.send(
            .drCommands, key: id, #"{"eventType":"\#(type)","id":"\#(id)","endsAt":"\#(Self.time(hour))"\#(more)}"#,
            at: time, request: Request(actor: "kim"))
    }

    private func reserved(_ harness: Harness) -> [String] {
        harness.rows(Reservations.self).values.flatMap { row in
            row.matches(of: /"drId":"([^"]*)","startsAt":"[^"]*","endsAt":"([^"]*)"/).map { "\($0.1) \($0.2)" }
        }.sorted()
    }

    @Test(arguments: seeds) func `of two later ends that ask for the last hour at once one gets it`(seed: UInt64) throws
    {
        let harness = try scene(seed)
        change(harness, "dr-1", to: 17)
        change(harness, "dr-2", to: 13)
        try harness.run()
        let changed = harness.values(.drEvents, DRChanged.type)
        try #require(changed.count == 1 && harness.deadLetters.count == 1)
        let letter = harness.deadLetters[0]
        #expect(letter.rejection.kind == .refused && letter.provenance.request?.actor == "kim")
        let reason = letter.rejection.reason
        #expect(
            reason.contains("cannot change by the rules of kind standard")
                && reason.contains(
                    "hoursAPeriod: 5 h are allowed from 2026-06-01 until 2026-12-01, and 180 min are taken")
        )
        #expect(harness.rows(Applications.self).isEmpty && harness.timers(.dr).count >= 2)
        let first = changed[0].contains("dr-1")
        #expect(
            reserved(harness) == [
                "dr-1 \(Self.time(first ? 17 : 16))", "dr-2 \(Self.time(first ? 12 : 13))",
            ])
        // Who asked is named by what came of it.
        let events = (harness.topics["dr.events"] ?? []).joined().filter { $0.type == "DrChanged" }
        #expect(events.allSatisfy { $0.provenance.request?.actor == "kim" })
        // Each ends at the end that it has.
        try harness.advance(by: .seconds(24 * 3600))
        #expect(harness.values(.drEvents, DREnded.type).count == 2)
        #expect(harness.deadLetters.count == 1)
    }

    @Test func `by force it passes, which is said, and it may go on to`() throws {
        let harness = try scene()
        change(harness, "dr-1", to: 17.5, #","force":true"#)
        try harness.run()
        let changed = try #require(harness.values(.drEvents, DRChanged.type).first)
        #expect(changed.contains(#""forced":["hoursAPeriod"]"#))
        change(harness, "dr-1", to: 18)
        try harness.run()
        #expect(harness.values(.drEvents, DRChanged.type).count == 2 && harness.deadLetters.isEmpty)
        #expect(reserved(harness).first == "dr-1 \(Self.time(18))")
        // What is free again, another one may take.
        change(harness, "dr-1", to: 16)
        try harness.run()
        change(harness, "dr-2", to: 13)
        try harness.run()
        #expect(harness.values(.drEvents, DRChanged.type).count == 4 && harness.deadLetters.isEmpty)
    }

    @Test func `an order does not reach up to another one`() throws {
        let harness = try scene(contiguous: false)
        change(harness, "dr-2", to: 13)
        try harness.run()
        change(harness, "dr-2", to: 14)
        try harness.run()
        #expect(harness.values(.drEvents, DRChanged.type).count == 1)
        let reason = try #require(harness.deadLetters.first).rejection.reason
        #expect(reason.contains("contiguous: it follows order dr-1"), "\(reason)")
    }

    @Test func `an end in the future is one by EndDr, too`() throws {
        let harness = try scene()
        change(harness, "dr-1", to: 17, type: "EndDr")
        change(harness, "dr-2", to: 13, type: "EndDr")
        try harness.run()
        #expect(harness.values(.drEvents, DRChanged.type).count == 1)
        #expect(harness.deadLetters.map(\.rejection.kind) == [.refused])
        #expect(harness.deadLetters[0].value?.contains("EndDr") == true)
    }

    @Test(arguments: seeds) func `an order whose later end is being counted ends by none, and takes no other command`(
        seed: UInt64
    ) throws {
        let harness = try scene(seed)
        for (id, hour) in [("dr-1", 17.0), ("dr-2", 13.0)] {
            change(harness, id, to: hour, at: Self.time(9))
            harness.send(.drCommands, key: id, #"{"eventType":"CancelDr","id":"\#(id)"}"#, at: Self.time(9.5))
        }
        // Behind the old ends and the new ones.
        try harness.advance(by: .seconds(24 * 3600))
        let values = harness.values(.drEvents)
        for id in ["dr-1", "dr-2"] {
            let own = values.filter { $0.contains(#""id":"\#(id)""#) }
            // However it comes, there is one end or cancellation, and nothing behind it.
            let ends = own.filter { $0.contains("DrEnded") || $0.contains("DrCancelled") }
            #expect(ends.count == 1 && own.last == ends.first, "\(own)")
            if own.contains(where: { $0.contains("DrChanged") }), ends[0].contains("DrEnded") {
                #expect(ends[0].contains(#""endsAt":"\#(Self.time(id == "dr-1" ? 17 : 13))""#))
            }
        }
        #expect(harness.rows(Applications.self).isEmpty)
        #expect(harness.timers(.dr).allSatisfy { Timer(key: $0)?.kind != "end" })
    }
}
