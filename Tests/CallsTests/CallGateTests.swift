import Calls
import Testing

@Suite struct CallGateTests {
    private let start = ContinuousClock.now

    private func gate(inFlight: Int = 2, perSecond: Int = 10, burst: Int = 5, failures: Int = 2) -> CallGate {
        var settings = CallGate.Settings()
        settings.inFlight = inFlight
        settings.rate = RateLimit(perSecond: perSecond, burst: burst)
        settings.breaker.failures = failures
        return CallGate(settings, at: start)
    }

    @Test func `no more calls are in flight than may be`() {
        var gate = gate()
        let verdicts = (0..<3).map { _ in gate.admit(at: start) }
        #expect(verdicts == [.pass, .pass, .full])
        #expect(gate.inFlight == 2)
        _ = gate.ended(sentAt: start, hasFailed: false, at: start)
        #expect(gate.admit(at: start) == .pass)
        gate.dropped(sentAt: start)
        #expect(gate.inFlight == 1)
    }

    @Test func `the rate is kept, and what does not pass uses nothing up`() {
        var gate = gate(inFlight: 100)
        for _ in 0..<5 { #expect(gate.admit(at: start) == .pass) }
        for _ in 0..<10 { #expect(gate.admit(at: start) == .wait(.milliseconds(100), .rate)) }
        #expect(gate.admit(at: start + .milliseconds(100)) == .pass)
    }

    @Test func `an open circuit lets nothing pass, and then one probe`() {
        var gate = gate(inFlight: 10, burst: 10)
        for _ in 0..<2 { #expect(gate.admit(at: start) == .pass) }
        let changes = (0..<2).map { _ in gate.ended(sentAt: start, hasFailed: true, at: start) }
        #expect(changes == [false, true] && gate.breaker.state == .open)
        #expect(gate.admit(at: start) == .wait(.seconds(1), .circuit))
        let later = start + .seconds(1)
        #expect(gate.admit(at: later) == .pass)
        #expect(gate.breaker.state == .halfOpen)
        #expect(gate.admit(at: later) == .wait(.seconds(1), .circuit))
        let isChanged = gate.ended(sentAt: later, hasFailed: false, at: later)
        #expect(isChanged && gate.breaker.state == .closed)
        #expect(gate.admit(at: later) == .pass)
    }

    @Test func `a probe that was not made gives its place to another`() {
        var gate = gate(inFlight: 10, burst: 10)
        for _ in 0..<2 { #expect(gate.admit(at: start) == .pass) }
        for _ in 0..<2 { _ = gate.ended(sentAt: start, hasFailed: true, at: start) }
        let later = start + .seconds(1)
        for _ in 0..<3 {
            #expect(gate.admit(at: later) == .pass)
            gate.dropped(sentAt: later)
            #expect(gate.breaker.state == .halfOpen && gate.inFlight == 0)
        }
        #expect((0..<2).map { _ in gate.admit(at: later) } == [.pass, .wait(.seconds(1), .circuit)])
        // One from before the probe has none.
        gate.dropped(sentAt: start)
        #expect(gate.admit(at: later) == .wait(.seconds(1), .circuit))
    }

    @Test func `a probe that says nothing is followed by another behind a pause`() {
        var gate = gate(inFlight: 10, burst: 10)
        for _ in 0..<2 { #expect(gate.admit(at: start) == .pass) }
        for _ in 0..<2 { _ = gate.ended(sentAt: start, hasFailed: true, at: start) }
        let later = start + .seconds(1)
        #expect(gate.admit(at: later) == .pass)
        let isChanged = gate.ended(sentAt: later, hasFailed: nil, at: later)
        #expect(!isChanged && gate.breaker.state == .halfOpen)
        #expect(gate.admit(at: later) == .wait(.seconds(1), .circuit))
        #expect(gate.admit(at: later + .seconds(3)) == .pass)
    }

    @Test func `what says nothing of the endpoint does not count`() {
        var gate = gate(failures: 2)
        for hasFailed in [true, nil, nil] as [Bool?] {
            #expect(gate.admit(at: start) == .pass)
            _ = gate.ended(sentAt: start, hasFailed: hasFailed, at: start)
        }
        #expect(gate.breaker.state == .closed)
        #expect(gate.admit(at: start) == .pass)
        let isChanged = gate.ended(sentAt: start, hasFailed: true, at: start)
        #expect(isChanged, "nor as an answer between failures")
    }

    @Test func `who asks to be left alone is, by all calls`() {
        var gate = gate(inFlight: 10)
        for _ in 0..<2 { #expect(gate.admit(at: start) == .pass) }
        _ = gate.ended(sentAt: start, hasFailed: true, retryAfter: .seconds(30), at: start)
        _ = gate.ended(sentAt: start, hasFailed: false, retryAfter: .seconds(5), at: start)
        #expect(gate.admit(at: start + .seconds(10)) == .wait(.seconds(20), .asked))
        #expect(gate.admit(at: start + .seconds(30)) == .pass)
    }
}
