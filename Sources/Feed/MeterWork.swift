import Calls
import Contracts
import Daemon
import FeedContext
package import HTTPClient
import Meters
import OutsideClient
import Telemetry
import Time
package import Workers

/// What the client's thread has in hand. One thread.
package final class MeterWork: OutsideWork {
    /// How long it waits where nothing is due.
    private static let idle = Duration.seconds(1)

    package let calls: HTTPCalls
    private let settings: MeterClientSettings
    private let metrics: FeedMetrics
    private let writer: AnswerWriter
    private var desk = CallDesk()
    private var state: UtilityState

    init(
        _ settings: MeterClientSettings, _ properties: [String: String], _ metrics: FeedMetrics, log: Logger
    ) throws {
        (self.settings, self.metrics) = (settings, metrics)
        state = UtilityState(settings.gate, metrics, log: log)
        calls = try HTTPCalls(settings.client, connections: settings.gate.inFlight)
        writer = try AnswerWriter(
            properties, to: Context.feed.internal, unwritten: metrics.unwritten, log: log)
    }

    /// Takes calls over, makes those whose turn it is, and waits for what ends.
    package func turn(_ asked: [any OutsideCall]) throws {
        try writer.mend()
        for asked in asked {
            switch asked {
            case let call as MeterCall: if !desk.take(call) { metrics.notTaken() }
            case let end as MeterCallEnd: desk.remove(end.user, of: end.partition)
            default: break
            }
        }
        let wait = makeCalls()
        metrics.show(desk)
        for ended in calls.ended(within: min(wait, Self.idle)) { end(ended.token, ended.result) }
    }

    /// Makes calls as long as one may be made.
    /// - Returns: when the next one may, at the latest where an end changes that.
    private func makeCalls() -> Duration {
        while true {
            let now = ContinuousClock.now
            state.show(at: now)
            guard desk.waitingCount > 0 else { return Self.idle }
            switch state.admit(underWay: desk.underWayCount, at: now) {
            case .full: return Self.idle
            case .wait(let wait, _): return wait
            case .pass:
                guard let call = desk.next() else { return Self.idle }
                let request = settings.adapter.request(for: call.question)
                let token = desk.begin(call, at: now)
                do throws(HTTPClientError) {
                    try calls.start(HTTPCall(request.url, form: request.form(settings.key)), token: token)
                } catch { end(token, .failure(error)) }
            }
        }
    }

    private func end(_ token: UInt64, _ result: Result<HTTPClient.Answer, HTTPClientError>) {
        guard let (call, sentAt) = desk.end(token).map({ ($0.call, $0.sentAt) }) else { return }
        let outcome = outcome(result, call)
        let answer = call.answer(outcome, hiding: settings.key)
        let now = ContinuousClock.now
        metrics.answered(answer.outcome, after: now - sentAt)
        var status: Int?
        if case .success(let answer) = result { status = answer.status }
        state.ended(
            UtilityState.End(
                user: call.user, outcome: outcome, status: status, reason: answer.reason ?? "", sentAt: sentAt),
            at: now)
        writer.write(answer, key: call.user.text, to: call.partition, at: .current)
    }

    private func outcome(
        _ result: Result<HTTPClient.Answer, HTTPClientError>, _ call: MeterCall
    ) -> MeterOutcome {
        switch result {
        case .success(let answer):
            let wait = answer.retryAfter.flatMap { RetryAfter.wait($0, now: SystemClock.milliseconds) }
            return settings.adapter.outcome(
                of: MeterAnswer(status: answer.status, retryAfter: wait, body: answer.body), to: call.question)
        case .failure(let error):
            return switch error.kind {
            case .tls, .url: .refuse(error.reason, of: .all)
            // Another customer's may be smaller.
            case .tooLarge: .refuse(error.reason, of: .customer)
            default: .retry(error.reason, after: nil)
            }
        }
    }

    /// Gives all calls up: the partitions that have asked are others' now.
    package func drop() {
        calls.drop()
        for sentAt in desk.removeAll() { state.dropped(sentAt: sentAt) }
        metrics.show(desk)
    }

    package func lost(_ count: Int) { metrics.notTaken(by: count) }

    package func close() {
        drop()
        writer.close()
    }
}
