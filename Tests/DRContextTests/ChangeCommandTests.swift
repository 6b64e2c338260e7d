import Contracts
import Testing
import Workers
import WorkersTesting

@testable import DRContext

/// ChangeDr and CancelDr as records.
@Suite struct ChangeCommandTests {
    private static let noon = OrderTests.noon
    private static let seeds: ClosedRange<UInt64> = 1...20

    private func started(_ seed: UInt64 = 1, ends hours: Int64? = 2) throws -> Harness {
        let harness = Harness([DRWorker()], partitions: 4, seed: seed, clock: Self.noon, check: keepsItsContract)
        let end = hours.map { #","endsAt":"\#(Self.time($0))""# } ?? ""
        send(harness, #""StartDr","id":"dr-1","name":"kt","type":"reliable"\#(end)"#)
        try harness.run()
        return harness
    }

    private static func time(_ hours: Int64) -> Timestamp { noon + .seconds(3600 * hours) }

    private func send(_ harness: Harness, _ rest: String, at time: Timestamp? = nil) {
        harness.send(.drCommands, key: nil, #"{"eventType":\#(rest)}"#, at: time)
    }

    private func change(_ harness: Harness, to hours: Int64) {
        send(harness, #""ChangeDr","id":"dr-1","endsAt":"\#(Self.time(hours))""#)
    }

    @Test(arguments: seeds) func `an order ends at its new end and at no other`(seed: UInt64) throws {
        let harness = try started(seed)
        change(harness, to: 4)
        try harness.run()
        #expect(
            harness.values(.drEvents, DRChanged.type) == [
                #"{"eventType":"DrChanged","timestamp":1795262400000,"id":"dr-1","name":"kt","type":"reliable","#
                    + #""status":"started","version":1,"startsAt":"2026-11-21T12:00:00Z","#
                    + #""endsAt":"2026-11-21T16:00:00Z"}"#
            ])
        #expect(harness.timers(.dr).count == 1)
        try harness.advance(by: .seconds(3 * 3600))
        #expect(harness.values(.drEvents, DREnded.type).isEmpty)
        change(harness, to: 5)
        try harness.run()
        try harness.advance(by: .seconds(3 * 3600))
        let ended = harness.values(.drEvents, DREnded.type)
        #expect(ended.count == 1 && ended[0].contains(#""endsAt":"2026-11-21T17:00:00Z","reason":"its end time"#))
        #expect(harness.timers(.dr).isEmpty && harness.deadLetters.isEmpty)
    }

    @Test func `an order without an end gets one`() throws {
        let harness = try started(ends: nil)
        change(harness, to: 1)
        try harness.advance(by: .seconds(3600))
        #expect(harness.values(.drEvents, DREnded.type).count == 1)
    }

    @Test func `an end in the future is a change, and one in the past is refused`() throws {
        let harness = try started()
        send(harness, #""EndDr","id":"dr-1","endsAt":"2026-11-21T13:00:00Z","reason":"r""#)
        try harness.run()
        #expect(harness.values(.drEvents, DRChanged.type).count == 1)
        #expect(harness.values(.drEvents, DREnded.type).isEmpty)
        send(harness, #""EndDr","id":"dr-1","endsAt":"2026-11-21T12:00:00Z""#)
        try harness.run()
        // An end that has come by then is now.
        #expect(harness.values(.drEvents, DREnded.type).count == 1)
        #expect(harness.values(.drEvents).count == 3 && harness.deadLetters.isEmpty)
    }

    @Test(arguments: seeds) func `a cancelled order never ends, and is not cancelled again`(seed: UInt64) throws {
        let harness = try started(seed)
        try harness.advance(by: .seconds(60))
        send(harness, #""CancelDr","id":"dr-1","reason":"KPX withdrew it""#)
        try harness.run()
        #expect(
            harness.values(.drEvents, DRCancelled.type) == [
                #"{"eventType":"DrCancelled","timestamp":1795262460000,"id":"dr-1","name":"kt","type":"reliable","#
                    + #""status":"cancelled","startsAt":"2026-11-21T12:00:00Z","endsAt":"2026-11-21T14:00:00Z","#
                    + #""cancelledAt":"2026-11-21T12:01:00Z","reason":"KPX withdrew it"}"#
            ])
        #expect(harness.timers(.dr).isEmpty)
        send(harness, #""CancelDr","id":"dr-1""#)
        send(harness, #""EndDr","id":"dr-1""#)
        change(harness, to: 9)
        send(harness, #""StartDr","id":"dr-1","name":"kt","type":"reliable""#)
        try harness.advance(by: .seconds(9 * 3600))
        #expect(harness.values(.drEvents).count == 2)
        #expect(harness.deadLetters.count == 4)
        for letter in harness.deadLetters {
            #expect(letter.rejection.kind == .conflict)
            #expect(
                letter.rejection.reason.hasPrefix("order dr-1 was cancelled at 2026-11-21T12:01:00Z, KPX withdrew it"))
        }
    }

    @Test(arguments: ["ChangeDr", "CancelDr"]) func `an order that is not there is named`(type: String) throws {
        let harness = try started()
        let end = type == "ChangeDr" ? #","endsAt":"2026-11-21T13:00:00Z""# : ""
        send(harness, #""\#(type)","id":"dr-9"\#(end)"#)
        try harness.run()
        let verb = type == "ChangeDr" ? "change" : "cancel"
        #expect(harness.deadLetters.map(\.rejection) == [.notFound("there is no order dr-9 to \(verb)")])
    }

    @Test(arguments: seeds)
    func `it makes no difference whether what comes after the end or the timer is first`(seed: UInt64) throws {
        let harness = try started(seed)
        send(harness, #""CancelDr","id":"dr-1""#, at: Self.time(2))
        send(harness, #""ChangeDr","id":"dr-1","endsAt":"2026-11-21T20:00:00Z""#, at: Self.time(3))
        try harness.advance(by: .seconds(12 * 3600))
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict, .conflict])
        #expect(harness.values(.drEvents, DREnded.type).count == 1 && harness.values(.drEvents).count == 2)
    }

    @Test(arguments: [
        (#""StartDr","id":"a","name":"n","type":"t","startAt":1795262400000"#, "write \"startsAt\""),
        (#""StartDr","id":"a","name":"n","type":"t","date":"2026-11-21""#, "write \"startsAt\""),
        (#""StartDr","id":"a","name":"n","type":"t","endAt":1795262400000"#, "write \"endsAt\""),
        (#""EndDr","id":"dr-1","endAt":1795262400000"#, "write \"endsAt\""),
        (#""ChangeDr","id":"dr-1","endsAt":1795266000000,"startsAt":1795262400000"#, "start cannot be changed"),
        (#""CancelDr","id":"dr-1","endsAt":1795266000000"#, "ChangeDr moves its end"),
        (#""CancelDr","id":"dr-1","cancelledAt":1795266000000"#, "ChangeDr moves its end"),
        (#""EndDr","id":"dr-1","endedAt":1795262400000"#, "write \"endsAt\""),
    ])
    func `a look-alike of a field is refused with what was meant`(rest: String, advice: String) throws {
        let harness = try started()
        send(harness, rest)
        try harness.run()
        let rejection = try #require(harness.deadLetters.first).rejection
        #expect(rejection.kind == .malformed && rejection.reason.hasSuffix(advice), "\(rejection)")
        #expect(harness.values(.drEvents).count == 1)
    }
}
