import Testing

@testable import Daemon

@Suite struct PaceTests {
    private let start = ContinuousClock.now
    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test func endsATransactionAtOnceOnAnIdleSystem() {
        let pace = Pace(interval: .milliseconds(100), now: start)
        #expect(pace.due(began: start, isDrained: true) <= start)
        #expect(pace.due(began: start, isDrained: false) == at(100))
    }

    @Test func allowsAFewInARowAndThenOneAnInterval() {
        var pace = Pace(interval: .milliseconds(100), now: start)
        var commits: [Int] = []
        for millisecond in 0..<2000 where pace.due(began: at(millisecond), isDrained: true) <= at(millisecond) {
            pace.committed(at: at(millisecond))
            commits.append(millisecond)
        }
        #expect(commits.prefix(5) == [0, 1, 2, 3, 4])
        #expect(commits.count == 5 + 19)
    }

    @Test func savesNoMoreThanAFewOverALongPause() {
        var pace = Pace(interval: .milliseconds(100), now: start)
        var commits = 0
        for millisecond in 60_000..<60_050 where pace.due(began: at(millisecond), isDrained: true) <= at(millisecond) {
            pace.committed(at: at(millisecond))
            commits += 1
        }
        #expect(commits == 5)
    }

    @Test func neverLetsATransactionLastLongerThanAnInterval() {
        var pace = Pace(interval: .milliseconds(100), now: start)
        for _ in 0..<50 { pace.committed(at: start) }
        #expect(pace.due(began: at(10), isDrained: true) == at(110))
    }
}
