package import Calls
package import HTTPClient
package import Meters

/// How a utility is asked.
package struct MeterClientSettings: Sendable {
    package var adapter: any MeterAdapter
    package var key: MeterKey
    /// Timeouts, sizes and certificates.
    package var client: HTTPClient
    /// Pace, calls at a time, and when the circuit opens.
    package var gate: CallGate.Settings

    /// - Parameters:
    ///   - pace: calls a second.
    ///   - inFlight: calls at a time.
    package init(
        _ adapter: any MeterAdapter, _ key: MeterKey, caFile: String? = nil, pace: Int = pace, inFlight: Int = inFlight
    ) {
        (self.adapter, self.key) = (adapter, key)
        client = HTTPClient(
            connectLimit: .seconds(5), firstByteLimit: .seconds(15), wholeLimit: .seconds(30),
            sizeLimit: adapter.answerLimit + 1, caFile: caFile)
        gate = CallGate.Settings()
        gate.rate = RateLimit(perSecond: pace, burst: pace)
        gate.inFlight = inFlight
        // Slow answers are answers: only what is as good as none opens it.
        gate.breaker.failures = 10
        gate.breaker.slow = .seconds(30)
        gate.breaker.pause = .seconds(15)
        gate.breaker.probes = 2
    }

    /// The default: a million customers' days in 5.6 h.
    package static let pace = 50
    /// The default: that pace as long as an answer takes 0.64 s.
    package static let inFlight = 32
}
