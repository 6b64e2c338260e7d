import Calls
import Chance
import HTTPClient
import Testing

@Suite struct RetriesTests {
    @Test func `waits are anything up to a bound that doubles up to the longest`() {
        var retries = Retries()
        retries.attempts = 12
        var random = SeededGenerator(1)
        for (attempt, bound) in [(1, 500), (2, 1000), (3, 2000), (7, 32_000), (8, 60_000), (11, 60_000)]
            as [(Int, Int64)]
        {
            let waits = (0..<400).compactMap { _ in retries.wait(behind: attempt, &random) }
            #expect(waits.count == 400 && waits.allSatisfy { $0 >= .zero && $0 <= .milliseconds(bound) })
            // All of it: from nearly nothing to nearly the bound.
            #expect(
                waits.contains { $0 < .milliseconds(bound / 20) }
                    && waits.contains { $0 > .milliseconds(bound * 19 / 20) })
        }
        #expect(retries.wait(behind: 12, &random) == nil && retries.wait(behind: 1000, &random) == nil)
    }

    @Test func `the same seed waits as long`() {
        func waits(_ seed: UInt64) -> [Duration?] {
            var random = SeededGenerator(seed)
            return (1...4).map { Retries().wait(behind: $0, &random) }
        }
        #expect(waits(7) == waits(7) && waits(7) != waits(8))
    }

    @Test func `what an endpoint asks for is waited for, within a bound`() {
        var random = SeededGenerator(1)
        for (asked, least) in [(5, 5), (3600, 3600), (1_000_000, 3600), (-5, 0)] as [(Int64, Int64)] {
            let wait = Retries().wait(behind: 1, retryAfter: .seconds(asked), &random) ?? .zero
            #expect(wait >= .seconds(least) && wait <= .seconds(least) + .milliseconds(500))
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("120", 120_000), ("999999999", 999_999_999_000), ("Sat, 21 Nov 2026 09:00:30 GMT", 30_000),
            ("Sat, 21 Nov 2026 08:59:59 GMT", 0), ("Tue, 21 Nov 1995 08:59:59 GMT", 0),
            ("", nil), ("-1", nil), ("1.5", nil), ("1000000000", nil), ("soon", nil),
            ("Sat, 21 Nov 2026 09:00:30", nil),
            ("Sat, 21 Foo 2026 09:00:30 GMT", nil), ("Sat, 21 Nov 2026 25:00:30 GMT", nil),
            ("Sat, 99 Nov 2026 09:00:30 GMT", nil),
        ] as [(String, Int64?)]) func `Retry-After is seconds or a date`(_ text: String, _ milliseconds: Int64?)
    {
        #expect(RetryAfter.wait(text, now: 1_795_251_600_000) == milliseconds.map { .milliseconds($0) })
    }

    /// Whether a call may be made again: if twice is no more than once, and otherwise; and whether the endpoint failed.
    @Test(
        arguments: [
            (.unsent, true, true, true), (.unknown, true, false, true), (.certain, false, false, false),
            (.status(400), false, false, false), (.status(401), false, false, false),
            (.status(404), false, false, false),
            (.status(408), true, true, true), (.status(409), false, false, false), (.status(425), true, true, true),
            (.status(429), true, true, true), (.status(500), true, false, true), (.status(501), false, false, true),
            (.status(502), true, false, true), (.status(503), true, true, true), (.status(504), true, false, true),
            (.status(302), false, false, false),
        ] as [(CallFailure, Bool, Bool, Bool)]) func `only what does no harm is done again`(
            _ failure: CallFailure, _ idempotent: Bool, _ other: Bool, _ isEndpoints: Bool
        )
    {
        #expect(failure.mayRetry(isIdempotent: true) == idempotent)
        #expect(failure.mayRetry(isIdempotent: false) == other)
        #expect(failure.isEndpoints == isEndpoints)
    }
}
