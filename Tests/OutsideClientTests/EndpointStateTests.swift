import Calls
import Telemetry
import TelemetryTesting
import Testing

@testable import OutsideClient

/// What one endpoint's answers mean for the calls behind them.
@Suite struct EndpointStateTests {
    private var now: ContinuousClock.Instant { .now }

    private func state(_ registry: MetricsRegistry, _ log: MemoryLog) -> EndpointState {
        var settings = CallGate.Settings()
        settings.breaker.failures = 3
        let circuit = registry.gauges("circuit", "the circuit", by: ["state"])
        let paused = registry.gauges("paused", "the pause", by: ["reason"])
        let gauges = EndpointState.Gauges(
            circuit: { circuit.with(["state": $0.rawValue]) }, paused: { paused.with(["reason": $0.rawValue]) })
        return EndpointState(
            settings, gauges, EndpointState.Words(refused: "refused", asked: "asked", open: "open", closed: "closed"),
            log: Logger(level: .debug, sink: log))
    }

    private func end(_ state: inout EndpointState, _ outcome: EndpointState.Outcome) {
        let now = now
        _ = state.admit(underWay: 0, at: now)
        state.ended(EndpointState.End(outcome, reason: "why", sentAt: now), at: now)
    }

    @Test func `failures in a row open the circuit, and those that do not count do not`() {
        let (registry, log) = (MetricsRegistry(), MemoryLog())
        var state = state(registry, log)
        for _ in 0..<10 { end(&state, .failed(counts: false, after: nil)) }
        #expect(state.isSound)
        for _ in 0..<3 { end(&state, .failed(counts: true, after: nil)) }
        #expect(!state.isSound && registry.text().contains(#"circuit{state="open"} 1"#))
        #expect(log.lines.map { "\($0.message)" } == ["open"])
    }

    @Test func `who refuses everybody is tried by one call, and is sound when he answers`() {
        let (registry, log) = (MetricsRegistry(), MemoryLog())
        var state = state(registry, log)
        end(&state, .refusesAll)
        #expect(!state.isSound && state.isRefused && log.lines.map { "\($0.message)" } == ["refused"])
        let verdict = state.admit(underWay: 1, at: now)
        #expect(verdict == .full)
        let later = now + .seconds(3601)
        _ = state.admit(underWay: 0, at: later)
        state.ended(EndpointState.End(.answered, reason: "", sentAt: later), at: later)
        state.show(at: later)
        #expect(state.isSound && registry.text().contains(#"paused{reason="refused"} 0"#))
    }

    @Test func `a pause that is asked for is kept to, up to an hour`() {
        let (registry, log) = (MetricsRegistry(), MemoryLog())
        var state = state(registry, log)
        end(&state, .failed(counts: true, after: .seconds(1_000_000)))
        guard case .wait(let wait, .asked) = state.admit(underWay: 0, at: now) else {
            Issue.record("it may be called")
            return
        }
        #expect(wait > .seconds(3590) && wait <= .seconds(3600) && log.lines.map { "\($0.message)" } == ["asked"])
    }
}
