import Calls
import Testing

@Suite struct TokenBucketTests {
    private let limit = RateLimit(perSecond: 10, burst: 3)
    private let start = ContinuousClock.now

    @Test func `a burst is taken at once, and then one each tenth of a second`() {
        var bucket = TokenBucket()
        let taken = (0..<4).map { _ in bucket.take(limit, at: start).isWithin }
        #expect(taken == [true, true, true, false])
        #expect(bucket.wait(limit, at: start) == .milliseconds(100))
        #expect(bucket.take(limit, at: start).wait == .milliseconds(100))
        #expect(!bucket.take(limit, at: start + .milliseconds(99)).isWithin)
        #expect(bucket.take(limit, at: start + .milliseconds(100)).isWithin)
        #expect(!bucket.take(limit, at: start + .milliseconds(100)).isWithin)
    }

    @Test func `in the long run there are as many as the rate says`() {
        var bucket = TokenBucket()
        let taken = (0..<10_000).count { bucket.take(limit, at: start + .milliseconds(Int64($0))).isWithin }
        #expect(taken == 102)
    }

    @Test func `a pause fills it, and no more than that`() {
        var bucket = TokenBucket()
        for _ in 0..<3 { _ = bucket.take(limit, at: start) }
        let later = start + .seconds(60)
        #expect(bucket.wait(limit, at: later) == .zero)
        let verdict = bucket.take(limit, at: later)
        #expect(verdict.remaining == 2 && verdict.untilFull == .milliseconds(100))
    }
}
