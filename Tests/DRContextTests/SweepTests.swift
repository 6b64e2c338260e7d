import Contracts
import Testing
import Workers
import WorkersTesting

@testable import DRContext

/// Orders go when they have been over for thirty days here, and for as long as the ledger may know of them. The clock
/// stands at Monday, 2026-11-30, 07:00 in Korea.
@Suite struct SweepTests {
    private static let seven = Timestamp(milliseconds: 1_795_989_600_000)
    private static let seeds: ClosedRange<UInt64> = 1...24
    /// Years take seconds each: one for each number of rows a step.
    private static let fewSeeds: ClosedRange<UInt64> = 1...3

    private func harness(_ seed: UInt64) -> Harness {
        Harness(
            [DRWorker(retention: Retention(days: 30, stepRows: Int(seed % 3) + 1))], partitions: 3, seed: seed,
            clock: Self.seven, check: keepsItsContract)
    }

    private func start(
        _ harness: Harness, _ id: String, _ kind: String = "reliable", in hours: Int64 = 0, for length: Int64? = 1
    ) {
        let start = harness.clock + .seconds(hours * 3600)
        let end = length.map { #","endsAt":"\#(start + .seconds($0 * 3600))""# } ?? ""
        harness.send(
            .drCommands, key: id,
            #"{"eventType":"StartDr","id":"\#(id)","name":"kt","type":"\#(kind)","startsAt":"\#(start)"\#(end)}"#)
    }

    private func command(_ harness: Harness, _ type: String, _ id: String, at time: Timestamp? = nil) {
        harness.send(.drCommands, key: id, #"{"eventType":"\#(type)","id":"\#(id)"}"#, at: time)
    }

    private func orders(_ harness: Harness) -> [String] { harness.rows(OrdersAlone.self).keys.sorted() }

    @Test(arguments: seeds) func `an order goes when it has been over for long enough`(seed: UInt64) throws {
        let harness = harness(seed)
        start(harness, "a")
        start(harness, "b", for: nil)
        start(harness, "c", in: 48)
        start(harness, "d", for: nil)
        try harness.run()
        try harness.advance(by: .seconds(7200))
        command(harness, "CancelDr", "c")
        command(harness, "EndDr", "d")
        try harness.run()
        // A day at a time, as daemons that are there: each has a sweep.
        for _ in 0..<440 { try harness.advance(by: .seconds(86_400)) }
        #expect(orders(harness) == ["a", "b", "c", "d"])
        start(harness, "a")
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict], "it could be paid by what the first one was")
        try harness.advance(by: .seconds(86_400))
        #expect(orders(harness) == ["b"], "one that runs stays")
        #expect(harness.deadLetters.count == 1)
        // There is no such order any more, but for one that is started now.
        command(harness, "EndDr", "a")
        command(harness, "CancelDr", "c")
        harness.send(
            .drCommands, key: "a", #"{"eventType":"StartDr","id":"a","name":"kt","type":"reliable"}"#, at: Self.seven)
        try harness.run()
        let further = harness.deadLetters.dropFirst().map(\.rejection.kind)
        #expect(Set(further) == [.notFound, .late] && further.count == 3)
        start(harness, "a")
        try harness.run()
        #expect(orders(harness) == ["a", "b"])
        #expect(harness.values(.drEvents, DRStarted.type).count == 5)
    }

    @Test(arguments: seeds) func `days on which orders were counted stay as long as a period may last`(seed: UInt64)
        throws
    {
        let harness = harness(seed)
        start(harness, "n", "national", in: 3)
        try harness.run()
        #expect(harness.rows(Reservations.self).count == 1)
        for _ in 0..<374 { try harness.advance(by: .seconds(86_400)) }
        #expect(harness.rows(Reservations.self).count == 1 && orders(harness) == ["n"])
        for _ in 0..<2 { try harness.advance(by: .seconds(86_400)) }
        #expect(harness.rows(Reservations.self).isEmpty)
    }

    @Test(arguments: fewSeeds) func `years of orders leave no more rows than those of the last days`(seed: UInt64)
        throws
    {
        let harness = harness(seed)
        harness.send(.drCommands, key: nil, #"{"eventType":"StartDr","name":"kt","type":"reliable"}"#)
        try harness.run()
        // What a version leaves that does not know what forgets it.
        for key in harness.timers(.dr) { harness.takeOut(.dr, Timers.self, key) }
        var most = 0
        for number in 0..<330 {
            start(harness, "dr-\(number)")
            try harness.advance(by: .seconds(2 * 86_400))
            if number < 240 { most = max(most, harness.rows(.dr, Orders.self).count) }
        }
        let rows = harness.rows(.dr, Orders.self)
        #expect(rows.count <= most && most < 226, "\(most), then \(rows.count)")
        #expect(harness.rows(NamedStarts.self).isEmpty && harness.deadLetters.isEmpty)
        #expect(harness.values(.drEvents, DREnded.type).count == 330)
    }
}
