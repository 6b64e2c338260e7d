import Testing

@testable import OutsideClient

/// How long a utility that refuses everybody is left alone.
@Suite struct RefusalsTests {
    /// The longest waits that can be drawn.
    private struct Highest: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }

    @Test func `each refusal doubles the wait, up to an hour, and an answer ends it`() {
        var refusals = Refusals(Highest())
        var now = ContinuousClock.now
        var waits: [Duration] = []
        for _ in 0..<10 {
            guard let wait = refusals.refused(sentAt: now, at: now) else { continue }
            waits.append(wait)
            now += wait
        }
        #expect(waits.prefix(3) == [.seconds(15), .seconds(30), .seconds(60)])
        #expect(waits.count == 10 && waits.last == .seconds(3600) && refusals.isRefused)
        refusals.ended()
        let first = refusals.refused(sentAt: now, at: now)
        #expect(first == .seconds(15))
    }

    @Test func `calls that were under way together count once`() {
        var refusals = Refusals(Highest())
        let now = ContinuousClock.now
        let waits = (0..<30).map { refusals.refused(sentAt: now, at: now + .seconds($0 + 1)) }
        #expect(waits.count { $0 != nil } == 1 && waits[0] == .seconds(15))
    }

    @Test func `waits have full jitter`() {
        var waits: [Duration] = []
        for _ in 0..<200 {
            var refusals = Refusals()
            if let wait = refusals.refused(sentAt: .now, at: .now) { waits.append(wait) }
        }
        let (least, most) = (waits.min() ?? .zero, waits.max() ?? .zero)
        #expect(least < .seconds(2) && most > .seconds(13) && most <= .seconds(15))
    }
}
