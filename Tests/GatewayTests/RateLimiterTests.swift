import Calls
import Testing

@testable import Gateway

@Suite struct RateLimiterTests {
    private let start = ContinuousClock.now

    @Test func `a burst is let through, and then as many as the rate has`() {
        let limiter = RateLimiter(RateLimit(perSecond: 10, burst: 5))
        for left in (0..<5).reversed() {
            let verdict = limiter.take("kim", at: start)
            #expect(verdict.isWithin && verdict.remaining == left)
        }
        #expect(!limiter.take("kim", at: start).isWithin)
        #expect(!limiter.take("kim", at: start + .milliseconds(99)).isWithin)
        #expect(limiter.take("kim", at: start + .milliseconds(100)).isWithin)
        #expect(!limiter.take("kim", at: start + .milliseconds(150)).isWithin)
        var taken = 0
        for millisecond in 200..<10_200 where limiter.take("kim", at: start + .milliseconds(millisecond)).isWithin {
            taken += 1
        }
        #expect(taken == 100)
    }

    @Test func `after a pause the bucket is full, and not more than that`() {
        let limiter = RateLimiter(RateLimit(perSecond: 10, burst: 5))
        for _ in 0..<5 { _ = limiter.take("kim", at: start) }
        for _ in 0..<5 { #expect(limiter.take("kim", at: start + .seconds(3600)).isWithin) }
        #expect(!limiter.take("kim", at: start + .seconds(3600)).isWithin)
    }

    @Test func `nobody pays for another`() {
        let limiter = RateLimiter(RateLimit(perSecond: 1, burst: 1))
        #expect(limiter.take("kim", at: start).isWithin)
        #expect(!limiter.take("kim", at: start).isWithin)
        #expect(limiter.take("lee", at: start).isWithin)
    }

    @Test func `the headers say what is left and when to come again`() {
        let limiter = RateLimiter(RateLimit(perSecond: 2, burst: 5))
        let first = limiter.take("kim", at: start).headers
        #expect(first.map(\.name) == ["RateLimit-Policy", "RateLimit"])
        #expect(first.map(\.value) == ["\"default\";q=5;w=3", "\"default\";r=4;t=1"])
        for _ in 0..<4 { _ = limiter.take("kim", at: start) }
        let refused = limiter.take("kim", at: start)
        #expect(refused.headers.map(\.name) == ["RateLimit-Policy", "RateLimit", "Retry-After"])
        #expect(refused.headers.map(\.value) == ["\"default\";q=5;w=3", "\"default\";r=0;t=3", "1"])
        let slow = RateLimiter(RateLimit(perSecond: 1, burst: 1))
        _ = slow.take("kim", at: start)
        #expect(slow.take("kim", at: start + .milliseconds(1)).retrySeconds == 1)
    }

    @Test func `the number of principals is bounded, and who asks all the time is not forgotten`() {
        let limiter = RateLimiter(RateLimit(perSecond: 1, burst: 1), principals: 100)
        #expect(limiter.take("kim", at: start).isWithin)
        for number in 0..<10_000 {
            _ = limiter.take("u\(number)", at: start)
            #expect(!limiter.take("kim", at: start).isWithin)
        }
    }

    @Test func `what was used last stays, within the limit`() {
        var values = RecentlyUsed<Int, String>(limit: 10)
        for number in 0..<1000 {
            values[number] = "\(number)"
            #expect(values.count <= 10)
            let (first, last) = (values[0], values[number])
            #expect(first == "0" && last == "\(number)")
        }
        values[0] = nil
        values[999] = "x"
        let (second, removed, changed) = (values[1], values[0], values[999])
        #expect(second == nil && removed == nil && changed == "x")
        values.removeAll()
        let last = values[999]
        #expect(values.count == 0 && last == nil)
    }
}
