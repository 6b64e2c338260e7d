import Testing

@testable import Daemon

/// Which files are saved when.
@Suite struct SavingTurnsTests {
    private let start = ContinuousClock.now
    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test(arguments: [1, 3, 8, 100]) func `each file has its turn once a second`(files: Int) {
        var turns = SavingTurns(from: start)
        // As often as transactions end.
        let taken = stride(from: 10, through: 10_000, by: 10).map { turns.take(at: at($0), of: files) }
        #expect((9 * files...10 * files).contains(taken.reduce(0, +)))
        #expect(taken.allSatisfy { $0 <= (files + 99) / 100 + 1 })
    }

    @Test func `who was away for long saves each file once`() {
        var turns = SavingTurns(from: start)
        #expect(turns.take(at: at(999), of: 4) == 3)
        #expect(turns.take(at: at(60_000), of: 4) == 4)
        #expect(turns.take(at: at(60_100), of: 4) == 0)
        #expect(turns.take(at: at(60_250), of: 4) == 1)
    }

    @Test func `without files there are no turns`() {
        var turns = SavingTurns(from: start)
        #expect(turns.take(at: at(500), of: 0) == 0)
        #expect(turns.take(at: at(5000), of: 0) == 0)
        #expect(turns.take(at: at(5500), of: 2) == 1)
    }
}
