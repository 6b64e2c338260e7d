import Baselines
import Contracts
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Days are kept for twenty days here, checks for sixty, and corrected for five. The clock stands at Saturday,
/// 2026-11-21, 18:00 in Korea, nine hours before a sweep.
@Suite struct SweepTests {
    private static let seeds: ClosedRange<UInt64> = 1...10
    /// Years take seconds each: one for each number of rows a step.
    private static let fewSeeds: ClosedRange<UInt64> = 1...3

    private func scene(_ seed: UInt64 = 1, corrected days: Int64 = 5) -> Scene {
        Scene(
            seed: seed, partitions: 2,
            KepcoSettings(
                daysKept: 20, correctionsDays: days,
                retention: Retention(days: 60, stepRows: Int(seed % 5) + 1)))
    }

    private func days(_ count: Int64) -> Duration { .seconds(count * 86_400) }

    private func pass(_ scene: Scene, _ count: Int64) throws {
        // A day at a time: as daemons that are there.
        for _ in 0..<count { try scene.harness.advance(by: days(1)) }
    }

    private func checks(_ scene: Scene) -> [String] { scene.harness.rows(.kepco, Checks.self).keys.sorted() }

    /// Readings of fourteen days for each.
    private func read(_ scene: Scene, _ users: String...) throws {
        for user in users {
            for day in 7...20 {
                try scene.readings(user, "2026-11-\(day < 10 ? "0" : "")\(day)T10:00", [400, 410])
            }
        }
        try scene.harness.run()
    }

    @Test(arguments: seeds) func `the days of customers whose meters are silent go, also of those whom nobody knows`(
        seed: UInt64
    ) throws {
        let scene = scene(seed)
        try read(scene, "kim", "lee", "nobody")
        #expect(scene.days().count == 3 * 14)
        try pass(scene, 10)
        #expect(scene.days().count == 3 * 10, "\(scene.days().keys.sorted())")
        try scene.reading("lee", "2026-12-01T10:00", 7)
        try pass(scene, 19)
        #expect(scene.days().keys.sorted() == ["lee/2026-12-01"])
        try pass(scene, 3)
        #expect(scene.days().isEmpty && scene.harness.deadLetters.isEmpty)
    }

    @Test(arguments: seeds) func `what a correction may look at stays until no reading can correct it`(seed: UInt64)
        throws
    {
        let scene = scene(seed)
        try read(scene, "kim", "lee")
        scene.saved("kim")
        try scene.harness.run()
        #expect(try scene.checks().count == 1)
        // Five days to correct it, and thirty for readings that lie unread.
        try pass(scene, 35)
        #expect(scene.days().keys.sorted().first == "kim/2026-11-07" && scene.days().count == 14)
        #expect(try scene.recent("kim") != nil)
        try pass(scene, 2)
        #expect(scene.days().isEmpty)
        #expect(try scene.recent("kim") == nil)
        #expect(checks(scene) == ["kim/dr-1"])
    }

    @Test(arguments: seeds) func `a check goes when it was done long enough ago, and is not done again`(seed: UInt64)
        throws
    {
        let scene = scene(seed)
        try read(scene, "kim")
        scene.saved("kim")
        scene.saved("lee", "dr-2")
        try scene.harness.run()
        #expect(checks(scene) == ["kim/dr-1", "lee/dr-2"] && scene.waiting == ["lee/dr-2"])
        try pass(scene, 60)
        #expect(checks(scene) == ["kim/dr-1", "lee/dr-2"] && scene.waiting.isEmpty)
        try pass(scene, 2)
        #expect(checks(scene).isEmpty)
        scene.saved("kim")
        try scene.harness.run()
        #expect(scene.harness.deadLetters.map(\.rejection.kind) == [.late])
        #expect(try scene.checks().count == 2 && checks(scene).isEmpty)
    }

    @Test func `a check is not deleted while it waits, however long ago its order was`() throws {
        let scene = Scene(
            partitions: 1,
            KepcoSettings(readingsDeadline: days(7), correctionsDays: 0, retention: Retention(days: 1)))
        scene.saved("kim", from: "2026-11-21T10:00", to: "2026-11-21T10:30")
        try scene.harness.run()
        try pass(scene, 6)
        #expect(checks(scene) == ["kim/dr-1"] && scene.waiting == ["kim/dr-1"])
        try pass(scene, 1)
        #expect(try scene.checks().count == 1)
        try pass(scene, 31)
        #expect(checks(scene).isEmpty)
    }

    @Test func `a customer's first day sets a sweep, and a further one nothing`() throws {
        let scene = scene()
        let timers = { scene.harness.rows(.kepco, Timers.self) }
        try scene.reading("kim", "2026-11-20T10:00", 7)
        try scene.harness.run()
        #expect(timers().count == 1)
        scene.takeOutTimers()
        try scene.reading("kim", "2026-11-20T10:15", 7)
        try scene.reading("kim", "2026-11-21T10:15", 7)
        try scene.harness.run()
        #expect(timers().isEmpty)
        // As on a state from before the program knew sweeps.
        scene.saved("kim", "dr-1")
        try scene.harness.run()
        #expect(timers().keys.contains { Timer(key: $0)?.kind == Sweep.timerKind })
    }

    @Test(arguments: fewSeeds) func `a year of readings and orders leaves no more rows than its last weeks`(
        seed: UInt64
    )
        throws
    {
        let scene = scene(seed, corrected: seed % 2 == 0 ? 5 : 0)
        var (most, last) = (0, 0)
        for day in 0..<200 {
            let now = scene.harness.clock
            let users = ["kim", "lee", "pak"] + (day % 10 == 0 ? ["new-\(day)"] : [])
            for user in users {
                let start = "\(now)".prefix(10) + "T10:00"
                try scene.readings(user, String(start), [400, day % 3 == 0 ? 100 : 410])
            }
            let date = "\(now)".prefix(10)
            if day % 3 == 0 { scene.saved("kim", "dr-\(day)", from: "\(date)T10:00", to: "\(date)T10:30") }
            try scene.harness.advance(by: days(1))
            last = scene.days().count + checks(scene).count
            if day < 130 { most = max(most, last) }
        }
        #expect(last <= most && most < 170, "\(most), then \(last)")
        #expect(try scene.checks().count >= 67)
        #expect(scene.harness.deadLetters.isEmpty)
    }
}
