import Testing

@testable import Gateway
@testable import HTTP

/// For how long a gateway that is asked to stop continues.
@Suite struct DrainTests {
    private let began = ContinuousClock.now

    private func isOver(_ milliseconds: Int, connections: Int, lastRequest: Int) -> Bool {
        let load = HTTPLoad(
            connections: connections, requests: 0, lastRequestAt: began + .milliseconds(lastRequest), isClosed: false)
        return Drain(began: began).isOver(load, at: began + .milliseconds(milliseconds))
    }

    @Test func `it continues until nothing has come for a while and nobody is connected, and never for long`() {
        #expect(!isOver(0, connections: 0, lastRequest: -10_000))
        #expect(!isOver(499, connections: 0, lastRequest: -10_000))
        #expect(isOver(500, connections: 0, lastRequest: -10_000))
        // Someone sends here still.
        #expect(!isOver(1000, connections: 0, lastRequest: 600))
        #expect(isOver(1100, connections: 0, lastRequest: 600))
        // Someone may.
        #expect(!isOver(2499, connections: 1, lastRequest: 0))
        #expect(isOver(2500, connections: 1, lastRequest: 2499))
    }

    @Test func `all of it is within the time that a supervisor was promised`() {
        // Beside the last acknowledgements, which are waited for for a second.
        #expect(Drain.limit + Drain.rest * 2 + .seconds(1) <= .milliseconds(4500))
    }
}
