import Calls
import Contracts
import HTTPClient
import Meters
import Telemetry
import TelemetryTesting
import Testing

@testable import Feed

/// What an answer to one customer says of the utility.
@Suite struct UtilityStateTests {
    private let log = MemoryLog()

    private func state(failures: Int = 3) -> UtilityState {
        var settings = CallGate.Settings()
        (settings.breaker.failures, settings.breaker.pause) = (failures, .seconds(15))
        return UtilityState(settings, FeedMetrics(MetricsRegistry()), log: Logger(level: .info, sink: log))
    }

    private static func end(
        _ user: Int, _ outcome: MeterOutcome, _ status: Int?, sentAt: ContinuousClock.Instant = .now
    ) -> UtilityState.End {
        UtilityState.End(user: UserID(text: "u\(user)"), outcome: outcome, status: status, reason: "r", sentAt: sentAt)
    }

    /// How many calls pass at once.
    private func passing(_ state: inout UtilityState) -> Int {
        (0..<10).count { _ in state.admit(underWay: 0, at: .now) == .pass }
    }

    @Test func `answers that cannot be read are no sign that it works, however often they come`() throws {
        var state = state()
        var (now, calls) = (ContinuousClock.now, 0)
        for turn in 0..<200 {
            if state.admit(underWay: 0, at: now) == .pass {
                state.ended(Self.end(turn % 5, .retry("HTML", after: nil), 200, sentAt: now), at: now)
                calls += 1
            }
            now += .seconds(4)
        }
        #expect(log.lines.count { "\($0.message)".contains("answers again") } == 0)
        #expect(log.lines.count { "\($0.message)".contains("its circuit is open") } >= 1)
        #expect(calls > 10 && calls < 100, "it is tried, and seldom")
    }

    @Test func `a status that one customer's number gets stops nobody else`() {
        var state = state()
        for _ in 0..<20 {
            _ = state.admit(underWay: 0, at: .now)
            state.ended(Self.end(1, .refuse("HTTP 403", of: .all), 403), at: .now)
        }
        #expect(passing(&state) == 10 && log.lines.isEmpty)
    }

    @Test(arguments: [403, 404, 302])
    func `one that two get in a row concerns all`(status: Int) {
        var state = state(failures: 100)
        for user in 1...2 {
            _ = state.admit(underWay: 0, at: .now)
            state.ended(Self.end(user, .refuse("HTTP \(status)", of: .all), status), at: .now)
        }
        #expect(log.lines.count { "\($0.message)".contains("refuses us") } == 1)
        #expect(passing(&state) == 0)
    }

    @Test func `between them somebody had an answer: then it is each one's own`() {
        var state = state(failures: 100)
        for user in 1...6 {
            _ = state.admit(underWay: 0, at: .now)
            state.ended(
                user.isMultiple(of: 2)
                    ? Self.end(user, .noDataYet("none"), 200) : Self.end(user, .refuse("HTTP 404", of: .all), 404),
                at: .now)
        }
        #expect(passing(&state) == 10 && log.lines.isEmpty)
    }

    @Test func `what the utility says itself of its key concerns all at once`() {
        var state = state()
        _ = state.admit(underWay: 0, at: .now)
        state.ended(Self.end(1, .refuse("30", of: .all), 200), at: .now)
        #expect(passing(&state) == 0)
    }
}
