import Baselines
import Contracts
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// How many checks of a customer may wait, and what a reading does at the most.
@Suite struct KepcoBoundsTests {
    /// A transaction that sees the readings of a scene.
    private func stored(_ scene: Scene) throws -> Transaction {
        final class Rows: Store {
            let rows: [String: String]
            init(_ rows: [String: String]) { self.rows = rows }
            func read(table: Int, key: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws {
                let key = key.indices.map { key[$0] }
                if let row = rows[String(decoding: key, as: UTF8.self)] { try body(row.utf8.span) }
            }
            func scan(table: Int, from start: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool) throws {}
        }
        let processor = Processor(KepcoWorker(), partitions: 1)
        let store = Rows(scene.harness.rows(.kepco, Days.self))
        let fired = try processor.fire(
            Timer(kind: "none", id: "", due: Timestamp(milliseconds: 0)), partition: 0, now: Timestamp(milliseconds: 0),
            store)
        return fired.done.transaction
    }

    private func waiting(_ scene: Scene) -> Int { scene.waiting.count }

    @Test func `some checks of a customer wait, and a further one is refused`() throws {
        let scene = Scene()
        for number in 1...33 { scene.saved("kim", "dr-\(number)", partition: 0) }
        scene.saved("lee")
        try scene.harness.run()
        #expect(waiting(scene) == 33)
        let refusal = try #require(scene.harness.deadLetters.first).rejection
        #expect(refusal.kind == .refused && scene.harness.deadLetters.count == 1)
        #expect(
            refusal.reason.hasSuffix("32 checks of customer kim wait for readings already, which is the most that may"))
        // One that need not wait is done.
        try scene.readings("kim", "2026-11-19T10:00", [400, 410])
        try scene.harness.run()
        scene.saved("kim", "dr-40", from: "2026-11-19T10:00", to: "2026-11-19T10:30")
        try scene.harness.run()
        #expect(try scene.checks().map(\.response.description) == ["dr-40.kim"])
        // When one is done there is room for another.
        try scene.harness.advance(by: .seconds(2 * 3600))
        #expect(waiting(scene) == 0)
        scene.saved("kim", "dr-41")
        try scene.harness.run()
        #expect(waiting(scene) == 1 && scene.harness.deadLetters.count == 1)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `checks that a reading completes together are done one by one`(seed: UInt64) throws {
        let scene = Scene(seed: seed, partitions: 1)
        try scene.reference("kim")
        for number in 1...20 { scene.saved("kim", "dr-\(number)") }
        scene.saved("kim", "other", from: "2026-11-20T12:00", to: "2026-11-20T12:15")
        try scene.harness.run()
        try scene.reading("kim", "2026-11-20T10:00", 300)
        try scene.harness.run()
        #expect(try scene.checks().isEmpty)
        try scene.reading("kim", "2026-11-20T10:15", 290)
        try scene.harness.run()
        #expect(try scene.checks().count == 1)
        // One a timer, and each timer is a millisecond behind the one before.
        try scene.harness.advance(by: .milliseconds(5))
        #expect(try scene.checks().count == 6)
        try scene.harness.advance(by: .milliseconds(15))
        #expect(try scene.checks().count == 20)
        #expect(try scene.checks().filter(\.isReal).map { "\($0.response.order) \($0.reducedWh)" } == ["dr-1 230"])
        let ids = try #require(scene.harness.topics["kepco.events"]).joined().compactMap(\.id)
        #expect(Set(ids).count == 20)
        #expect(scene.waiting == ["kim/other"])
        #expect(scene.harness.timers(.kepco).count == 1)
    }

    @Test func `an order that ended before it started is refused`() throws {
        let scene = Scene()
        scene.saved("kim", from: "2026-11-20T10:00", to: "2026-11-20T09:59")
        try scene.harness.run()
        #expect(
            scene.harness.deadLetters.map(\.rejection) == [
                .refused(
                    "response dr-1.kim: the order cannot have started at 2026-11-20T01:00:00Z and ended at "
                        + "2026-11-20T00:59:00Z")
            ])
    }

    /// What a message says of itself is its sender's word, whatever the topic has.
    @Test(arguments: [false, true]) func `nothing is counted in the future`(hasBrokersTime: Bool) throws {
        let scene = Scene()
        scene.harness.hasBrokersTime = hasBrokersTime
        try scene.reference("kim")
        scene.saved("kim")
        try scene.harness.run()
        scene.harness.send(
            .kepcoReadings, key: "kim",
            #"{"eventType":"MeterReadings","timestamp":4000000000000,"userId":"kim","startsAt":"2026-11-20T10:00+09:00","wh":[3,2]}"#
        )
        try scene.harness.run()
        #expect(scene.harness.values(.kepcoEvents).first?.contains(#""timestamp":1795251600000,"#) == true)
    }

    @Test func `a week of new days deletes eight old ones`() throws {
        let scene = Scene(partitions: 1, KepcoSettings(daysKept: 20))
        for day in 1...20 { try scene.reading("kim", "2026-11-\(day < 10 ? "0" : "")\(day)T00:00", 5) }
        try scene.harness.run()
        scene.takeOutTimers()
        try scene.harness.advance(by: .seconds(40 * 86_400))
        try scene.readings("kim", "2026-12-20T12:00", Array(repeating: 7, count: 672))
        try scene.harness.run()
        #expect(scene.harness.rows(.kepco, Days.self).count == 20 + 8 - 8)
    }

    @Test(arguments: ["2026-11-17T23:45", "2026-11-18T00:00", "2026-11-18T00:15"])
    func `days and quarter hours give the same`(start: String) throws {
        let scene = Scene(partitions: 1)
        var wh: [Int64?] = (0..<250).map { Int64($0) }
        wh[130] = nil
        try scene.readings("kim", start, wh)
        try scene.harness.run()
        let first = Quarter(at: try korea(start))
        for (from, count) in [(0, 130), (0, 131), (130, 1), (131, 119), (131, 120), (-1, 3), (5, 0)] {
            let range = (first + Int64(from))..<(first + Int64(from + count))
            let expected = (from..<(from + count)).map { wh.indices.contains($0) ? wh[$0].map { $0 * 10 } : nil }
            let history = StoredHistory(UserID(text: "kim"), .korea, try stored(scene))
            #expect(try history.some(range) == expected)
            #expect(try history.hasAll(range) == !expected.contains(nil))
            #expect(try history.all(range) == (expected.contains(nil) ? nil : expected.compactMap(\.self)))
        }
    }
}
