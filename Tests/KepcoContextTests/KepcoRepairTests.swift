import Contracts
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// What waits for readings while its check's row has been taken out of the changelog.
@Suite struct KepcoRepairTests {
    private func waiting(_ scene: Scene) -> [String] { scene.waiting }

    private func takeOut(_ scene: Scene, _ orders: String...) {
        for order in orders { scene.harness.takeOut(.kepco, Checks.self, "kim/\(order)") }
    }

    @Test func `without its check nothing waits beyond the deadline, and there is room for others`() throws {
        let scene = Scene(partitions: 1)
        for number in 1...32 { scene.saved("kim", "dr-\(number)") }
        try scene.harness.run()
        takeOut(scene, "dr-1", "dr-2")
        try scene.harness.advance(by: .seconds(2 * 3600))
        #expect(waiting(scene) == [])
        #expect(try scene.checks().count == 30)
        #expect(scene.harness.timers(.kepco).isEmpty)
    }

    @Test func `without their checks several that have their readings do not wake for ever`() throws {
        let scene = Scene(partitions: 1)
        try scene.reference("kim")
        for number in 1...3 { scene.saved("kim", "dr-\(number)") }
        try scene.harness.run()
        takeOut(scene, "dr-1", "dr-2")
        try scene.readings("kim", "2026-11-20T10:00", [300, 290])
        try scene.harness.run()
        try scene.harness.advance(by: .milliseconds(10))
        // Else there is a firing for each millisecond of what comes.
        try #require(waiting(scene) == [])
        #expect(try scene.checks().map(\.response.description) == ["dr-3.kim"])
        // What is left are the deadlines of the two.
        #expect(scene.harness.timers(.kepco).count == 2)
        try scene.harness.advance(by: .seconds(2 * 3600))
        #expect(scene.harness.timers(.kepco).isEmpty && scene.harness.deadLetters.isEmpty)
    }

    @Test(arguments: UInt64(0)..<20)
    func `a check that is asked for again is done once, whatever has waited before`(_ seed: UInt64) throws {
        let scene = Scene(seed: seed, partitions: 1)
        try scene.reference("kim")
        try scene.reading("kim", "2026-11-20T10:00", 300)
        scene.saved("kim")
        scene.saved("kim", "dr-2")
        try scene.harness.run()
        takeOut(scene, "dr-1")
        // The reading that completes both, and the timer that it sets, come before or behind the new question.
        try scene.reading("kim", "2026-11-20T10:15", 290)
        scene.saved("kim")
        try scene.harness.run()
        try scene.harness.advance(by: .milliseconds(10))
        try #require(waiting(scene) == [])
        try scene.harness.advance(by: .seconds(2 * 3600))
        #expect(try scene.checks().map(\.response.description).sorted() == ["dr-1.kim", "dr-2.kim"])
    }
}
