import Testing

@testable import Daemon

@Suite struct PaceTests {
    private let start = ContinuousClock.now
    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    /// Over a time in which a record comes every ms and each commit takes so long: when transactions began, and how
    /// many records they had.
    private func commits(
        over milliseconds: Range<Int>, of pace: inout Pace, each took: Int, records: Int = 1
    ) -> [(at: Int, records: Int)] {
        var commits: [(at: Int, records: Int)] = []
        var (now, began, open) = (milliseconds.lowerBound, milliseconds.lowerBound, 0)
        while now < milliseconds.upperBound {
            if open == 0 { began = now }
            open += records
            if pace.due(began: at(began), records: open, isDrained: true) <= at(now) {
                commits.append((began, open))
                now += took
                pace.committed(at: at(now), took: .milliseconds(took), records: open)
                open = 0
            }
            now += 1
        }
        return commits
    }

    @Test func `a transaction ends at once on an idle system`() {
        let pace = Pace(interval: .milliseconds(100), now: start)
        #expect(pace.due(began: start, records: 1, isDrained: true) <= start)
        #expect(pace.due(began: start, records: 1, isDrained: false) == at(100))
    }

    /// One record right behind the other: commits take their share of the time, and no record waits for an interval.
    @Test func `under light load commits take their share of the time`() {
        var pace = Pace(interval: .milliseconds(100), now: start)
        let all = commits(over: 0..<10_000, of: &pace, each: 4)
        // What was saved up is used first.
        #expect(all.prefix(20).map(\.records) == Array(repeating: 1, count: 20))
        let later = all.filter { $0.at > 2000 }
        #expect(later.allSatisfy { (3...5).contains($0.records) }, "\(later.prefix(10))")
        #expect(later.count * 8 <= 8000)
    }

    /// Many records a transaction are worth more than a few ms.
    @Test func `under load a transaction lasts an interval`() {
        var pace = Pace(interval: .milliseconds(100), now: start)
        let all = commits(over: 0..<10_000, of: &pace, each: 8, records: 50)
        #expect(all.allSatisfy { $0.records == 101 * 50 })
    }

    /// Where a commit takes long, as across data centres or on a busy machine, it waits and costs nothing: whoever has
    /// waited for one is not kept for as long again.
    @Test func `slow commits follow one upon the other`() {
        for took in [20, 150] {
            var pace = Pace(interval: .milliseconds(100), now: start)
            let all = commits(over: 0..<20_000, of: &pace, each: took)
            #expect(all.allSatisfy { $0.records == 1 }, "\(took): \(all.prefix(10))")
        }
    }

    /// Each takes 3 ms more than has gone by since the last one.
    @Test func `no more than a few intervals are saved over a long pause`() {
        var pace = Pace(interval: .milliseconds(100), now: start)
        let all = commits(over: 60_000..<61_500, of: &pace, each: 4)
        #expect((125...140).contains(all.prefix { $0.records == 1 }.count), "\(all.count)")
    }

    /// Kafka is not done with a transaction when it says so, and refuses what comes of the next one meanwhile.
    @Test func `behind a small transaction Kafka gets a moment, and behind a large one none`() {
        var pace = Pace(interval: .milliseconds(100), now: start)
        #expect(pace.restUntil <= start)
        for (took, records, rest) in [(4, 1, 4), (4, 32, 4), (4, 33, 0), (150, 1, 10)] {
            pace.committed(at: start, took: .milliseconds(took), records: records)
            #expect(pace.restUntil == at(rest), "\(took) ms, \(records)")
        }
    }

    /// The steps of a list would else be committed by themselves, one in a few ms, and Kafka be given a moment behind
    /// each: half of the time nothing would be done.
    @Test func `steps of long work are a load, and records beside them wait for half an interval`() {
        var pace = Pace(interval: .milliseconds(100), now: start)
        for (records, effects, due) in [(0, 33, 100), (1, 33, 50), (50, 400, 50), (50, 0, 100)] {
            #expect(
                pace.due(began: start, records: records, timerEffects: effects, isDrained: true) == at(due),
                "\(records), \(effects)")
        }
        for (took, end) in [(5, 50), (35, 70), (90, 100)] {
            pace.committed(at: start, took: .milliseconds(took), records: 1, timerEffects: 400)
            #expect(
                pace.due(began: start, records: 1, timerEffects: 400, isDrained: true) == at(end), "\(took) ms")
        }
        pace = Pace(interval: .milliseconds(100), now: start)
        // As before where timers do little, and where records themselves are a load.
        #expect(pace.due(began: start, records: 0, timerEffects: 32, isDrained: true) <= start)
        #expect(pace.due(began: start, records: 1, timerEffects: 400, isDrained: false) == at(100))
        for (effects, rest) in [(32, 4), (33, 0)] {
            pace.committed(at: start, took: .milliseconds(4), records: 1, timerEffects: effects)
            #expect(pace.restUntil == at(rest), "\(effects)")
        }
    }

    @Test func `a transaction never lasts longer than an interval`() {
        var pace = Pace(interval: .milliseconds(100), now: start)
        for _ in 0..<50 { pace.committed(at: start, took: .milliseconds(90), records: 1) }
        #expect(pace.due(began: at(-30), records: 1, isDrained: true) == at(70))
        // However much they have taken: who comes when all is quiet again does not pay for it.
        #expect(pace.due(began: at(90), records: 1, isDrained: true) == at(100))
    }
}
