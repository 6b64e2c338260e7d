import Calls
import Contracts
import Daemon
import FeedContext
import HTTPClient
import Kafka
import Meters
import Telemetry
import Time

/// What the client's thread has in hand. One thread.
final class MeterWork {
    /// How long it waits where nothing is due.
    private static let idle = Duration.seconds(1)

    let calls: HTTPCalls
    private let settings: MeterClientSettings
    private let properties: [String: String]
    private let metrics: FeedMetrics
    private let log: Logger
    private var writer: AnswerWriter
    private var desk = CallDesk()
    private var gate: CallGate
    private var openSince: ContinuousClock.Instant?
    /// Everybody is refused: said once.
    private var isRefused = false

    init(
        _ settings: MeterClientSettings, _ properties: [String: String], _ metrics: FeedMetrics, log: Logger
    ) throws {
        (self.settings, self.properties, self.metrics, self.log) = (settings, properties, metrics, log)
        gate = CallGate(settings.gate, at: .now)
        calls = try HTTPCalls(settings.client, connections: settings.gate.inFlight)
        writer = try AnswerWriter(properties, metrics, log: log)
    }

    /// Takes calls over, makes those whose turn it is, and waits for what ends.
    func turn(_ asked: [MeterCall]) throws {
        if let error = writer.fatalError {
            log.warning("the producer of answers has failed for good: a new one is made", ["reason": error.reason])
            writer.close()
            writer = try AnswerWriter(properties, metrics, log: log)
        }
        for call in asked where !desk.take(call) { metrics.notTaken() }
        let wait = makeCalls()
        metrics.show(desk)
        for ended in calls.ended(within: min(wait, Self.idle)) { end(ended.token, ended.result) }
    }

    /// Makes calls as long as one may be made.
    /// - Returns: when the next one may, at the latest where an end changes that.
    private func makeCalls() -> Duration {
        while desk.waitingCount > 0 {
            let now = ContinuousClock.now
            switch gate.admit(at: now) {
            case .full: return Self.idle
            case .wait(let wait, _): return wait
            case .pass:
                // The probe's: the circuit may be half open now.
                metrics.show(gate.breaker.state)
                guard let call = desk.next() else { return Self.idle }
                let request = settings.adapter.request(for: call.question)
                let token = desk.begin(call, at: now)
                do throws(HTTPClientError) {
                    try calls.start(HTTPCall(request.url, form: request.form(settings.key)), token: token)
                } catch { end(token, .failure(error)) }
            }
        }
        return Self.idle
    }

    private func end(_ token: UInt64, _ result: Result<HTTPClient.Answer, HTTPClientError>) {
        guard let (call, sentAt) = desk.end(token).map({ ($0.call, $0.sentAt) }) else { return }
        let outcome = outcome(result, call)
        let answer = call.answer(outcome, hiding: settings.key)
        let now = ContinuousClock.now
        metrics.answered(answer.outcome, after: now - sentAt)
        if case .refuse(_, of: .all) = outcome {
            if !isRefused {
                log.error(
                    "the utility refuses us: no readings come until somebody has acted; see the key and the address",
                    ["reason": answer.reason ?? ""])
            }
            isRefused = true
        } else if !outcome.isFailure {
            isRefused = false
        }
        tellGate(outcome, answer.reason, sentAt, now)
        writer.write(answer, to: call.partition, at: .current)
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

    private func tellGate(
        _ outcome: MeterOutcome, _ reason: String?, _ sentAt: ContinuousClock.Instant, _ now: ContinuousClock.Instant
    ) {
        var asked: Duration?
        // Whatever it says does not stop us for ever.
        if case .retry(_, let after?) = outcome { asked = min(after, Retries().longestAsked) }
        guard gate.ended(sentAt: sentAt, hasFailed: outcome.isFailure, retryAfter: asked, at: now) else { return }
        metrics.show(gate.breaker.state)
        switch gate.breaker.state {
        case .open:
            // Opened by probes it has been open before.
            openSince = openSince ?? now
            log.warning(
                "the utility does not answer as it should: its circuit is open, and few calls try it",
                ["reason": reason ?? "slow", "retry.ms": Int(settings.gate.breaker.pause / .milliseconds(1))])
        case .closed:
            log.info(
                "the utility answers again: its circuit is closed",
                ["after.s": Int((now - (openSince ?? now)) / .seconds(1))])
            openSince = nil
        case .halfOpen: break
        }
    }

    /// Gives all calls up: the partitions that have asked are others' now.
    func drop() {
        calls.drop()
        for _ in 0..<desk.removeAll() { gate.dropped() }
        metrics.show(desk)
    }

    func close() {
        drop()
        writer.close()
    }
}
