import Calls
import Contracts
import Daemon
import HTTPClient
import NotifyContext
import OutsideClient
import Signing
import Telemetry
import Time
import Webhooks

/// One channel of the client's thread: its notices, and what its receiver is like. One thread.
final class ChannelWork {
    /// What a call has come to for a notice.
    typealias Answer = (call: NoticeCall, outcome: NoticeAnswered.Outcome)

    private static let words = EndpointState.Words(
        refused: "a channel's receiver refuses us: nobody is told over it until somebody has acted",
        asked: "a channel's receiver asks to be left alone: it is not called for as long",
        open: "a channel's receiver does not answer as it should: its circuit is open, and few calls try it",
        closed: "a channel's receiver answers again: its circuit is closed")

    private let channel: NotifyChannel
    private let templates: Templates
    private let metrics: NotifyMetrics.Channel
    private var state: EndpointState
    private var desk: NoticeDesk
    /// Which notices may be what has failed since somebody was answered: those that were in each of the calls. None
    /// where no single one can be; nil where nothing has.
    private var suspects: Set<String>?

    init(
        _ channel: NotifyChannel, _ desk: NoticeDesk, _ templates: Templates, _ metrics: NotifyMetrics.Channel,
        log: Logger
    ) {
        (self.channel, self.desk, self.templates, self.metrics) = (channel, desk, templates, metrics)
        state = EndpointState(
            channel.gate, metrics.endpoint, Self.words, log: log.with(["channel": channel.name]))
    }

    /// - Returns: whether there was room.
    func take(_ call: NoticeCall) -> Bool { desk.take(call) }

    func remove(_ end: NoticeCallEnd) { desk.remove(end.key, of: end.partition) }

    /// Makes calls as long as one may be made.
    /// - Parameters:
    ///   - start: begins a call; throws where it cannot be made.
    ///   - answer: gets what has come of notices for which no call was made.
    /// - Returns: when the next one may, at the latest where an end changes that; nil where nothing waits for time.
    func makeCalls(
        _ start: (HTTPCall) throws(HTTPClientError) -> UInt64, _ answer: (Answer) -> Void
    ) -> Duration? {
        defer { metrics.show(desk) }
        while true {
            let now = ContinuousClock.now
            state.show(at: now)
            guard desk.waitingCount > 0 else { return nil }
            switch state.admit(underWay: desk.underWayCount, at: now) {
            case .full: return nil
            case .wait(let wait, _): return wait
            case .pass:
                // Few have to try how it is: what comes to nothing counts for each.
                let (calls, over) = desk.next(atMost: state.isSound ? WebhookNotice.limit : 1, at: .current)
                // The worker sees to the rest.
                for call in over { answer((call, .unavailable)) }
                guard !calls.isEmpty else {
                    state.dropped(sentAt: now)
                    continue
                }
                do throws(HTTPClientError) {
                    desk.begin(try start(request(calls)), calls, at: now)
                } catch { fail(calls, error, sentAt: now, answer) }
            }
        }
    }

    private func request(_ calls: [NoticeCall]) -> HTTPCall {
        let notices = calls.map { call in
            let words = templates.words(call)
            return WebhookNotice(
                key: call.key.description, channel: channel.name, to: call.address,
                language: call.language.rawValue, kind: call.kind.rawValue, title: words.title, text: words.text,
                link: templates.link(call), expiresAt: call.end.description)
        }
        let body = WebhookNotice.body(notices)
        // The same notices are the same call, however often it is made.
        let keys = notices.map(\.key).joined(separator: "\n")
        let id = SHA256Digest(keys.utf8.span).hex
        let time = SystemClock.milliseconds / 1000
        return HTTPCall(
            channel.url, json: body,
            headers: [
                ("Idempotency-Key", id), (WebhookSignature.idHeader, id), (WebhookSignature.timeHeader, "\(time)"),
                (
                    WebhookSignature.signatureHeader,
                    WebhookSignature.sign(body, id: id, time: time, channel.key)
                ),
            ])
    }

    private func fail(
        _ calls: [NoticeCall], _ error: HTTPClientError, sentAt: ContinuousClock.Instant, _ answer: (Answer) -> Void
    ) {
        // What has to be mended is everybody's; anything else is as if nobody had answered.
        let outcome: EndpointState.Outcome =
            switch error.kind {
            case .tls, .url, .notPublic: .refusesAll
            default: .failed(counts: true, after: nil)
            }
        end(outcome, error.reason, sentAt: sentAt)
        for call in calls { give(call, .unavailable, answer) }
    }

    private func end(_ outcome: EndpointState.Outcome, _ reason: String, sentAt: ContinuousClock.Instant) {
        if case .answered = outcome { suspects = nil }
        state.ended(EndpointState.End(outcome, reason: reason, sentAt: sentAt), at: .now)
    }

    private func give(_ call: NoticeCall, _ outcome: NoticeAnswered.Outcome, _ answer: (Answer) -> Void) {
        metrics.answered(outcome)
        answer((call, outcome))
    }

    /// A call has ended.
    func end(
        _ token: UInt64, _ result: Result<HTTPClient.Answer, HTTPClientError>, _ answer: (Answer) -> Void
    ) {
        guard let (calls, sentAt) = desk.end(token) else { return }
        metrics.ended(after: .now - sentAt)
        switch result {
        case .failure(let error): fail(calls, error, sentAt: sentAt, answer)
        case .success(let reply): take(reply, calls, sentAt, answer)
        }
        metrics.show(desk)
    }

    private func take(
        _ reply: HTTPClient.Answer, _ calls: [NoticeCall], _ sentAt: ContinuousClock.Instant,
        _ answer: (Answer) -> Void
    ) {
        let reason = "HTTP \(reply.status)"
        switch reply.status {
        case 200..<300:
            guard let found = try? WebhookResults.read(reply.body, keys: calls.map(\.key.description)) else {
                end(.failed(counts: true, after: nil), "an answer that cannot be read", sentAt: sentAt)
                for call in calls { give(call, .unavailable, answer) }
                return
            }
            end(.answered, "", sentAt: sentAt)
            for call in calls { give(call, Self.outcome(found[call.key.description]), answer) }
        // One of them cannot be taken: which one is seen when each goes by itself.
        case 400, 413, 422:
            end(.answered, "", sentAt: sentAt)
            guard calls.count == 1 else {
                desk.takeAlone(calls)
                return
            }
            for call in calls { give(call, .refused, answer) }
        case 500: doubt(calls, .failed(counts: true, after: nil), reason, sentAt: sentAt, answer)
        case 408, 425, 429, 501...:
            let wait = reply.retryAfter.flatMap { RetryAfter.wait($0, now: SystemClock.milliseconds) }
            end(.failed(counts: true, after: wait), reason, sentAt: sentAt)
            for call in calls { give(call, .unavailable, answer) }
        // A key that is unknown, an address that is another one by now: somebody has to mend it. Redirects, too.
        default: doubt(calls, .refusesAll, reason, sentAt: sentAt, answer)
        }
    }

    /// It cannot bear one of them, or somebody in between cannot, or all is wrong: that is so where another one fares
    /// no better. Until then each goes by itself, and one that fails by itself counts once: it neither opens the
    /// circuit nor stops the channel for others.
    /// - Parameter everybodys: what it is where all is wrong.
    private func doubt(
        _ calls: [NoticeCall], _ everybodys: EndpointState.Outcome, _ reason: String,
        sentAt: ContinuousClock.Instant, _ answer: (Answer) -> Void
    ) {
        // What has been called off meanwhile says nothing of those that are left.
        guard !calls.isEmpty else { return end(.failed(counts: false, after: nil), reason, sentAt: sentAt) }
        let keys = Set(calls.map(\.key.description))
        let isFirst = suspects == nil
        let left = suspects?.intersection(keys) ?? keys
        suspects = left
        guard state.isSound, !left.isEmpty else {
            end(everybodys, reason, sentAt: sentAt)
            for call in calls { give(call, .unavailable, answer) }
            return
        }
        end(.failed(counts: isFirst, after: nil), reason, sentAt: sentAt)
        if calls.count > 1 { desk.takeAlone(calls) } else { for call in calls { give(call, .unavailable, answer) } }
    }

    private static func outcome(_ status: WebhookStatus?) -> NoticeAnswered.Outcome {
        switch status {
        case .accepted: .accepted
        case .duplicate: .duplicate
        case .refused: .refused
        case nil: .unavailable
        }
    }

    /// Gives all of them up.
    func drop() {
        for sentAt in desk.removeAll() { state.dropped(sentAt: sentAt) }
        metrics.show(desk)
    }
}
