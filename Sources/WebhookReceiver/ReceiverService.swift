import Chance
package import HTTP
package import Simulators
import Synchronization
import Time
package import Webhooks

/// What the simulated receiver answers: it takes each notice once by its key, and says so of repeats. Any thread.
package final class ReceiverService: SimulatorService {
    package static let path = "/notices"
    package static let routes = [(method: "POST", path: path)]

    package struct Settings: Sendable {
        package var faults = ReceiverFaults()
        package var seed: UInt64 = 1
        /// How late a slow answer is.
        package var slow = Duration.seconds(20)
        /// What `Retry-After` says.
        package var retrySeconds = 1
        /// By which calls have to be signed; nil takes any.
        package var key: WebhookKey?
        /// What was taken before, by the keys.
        package var taken: [String: WebhookNotice] = [:]
        /// Writes down a notice and what is said of it, one at a time, and says whether that is done: what is not
        /// written down is not answered.
        package var record: @Sendable (WebhookNotice, WebhookStatus) -> Bool = { _, _ in true }
        /// Gets the key of each notice that is taken, once; any thread. For receipts.
        package var receipt: @Sendable (String) -> Void = { _ in }

        package init() {}
    }

    /// What it has taken.
    package struct Counts: Hashable, Sendable {
        /// Calls, by what was answered: `answered`, `signature`, or a fault's name.
        package var calls: [String: Int] = [:]
        /// Notices that were taken, each once.
        package var notices = 0
        /// Those that had been taken before: they are told nobody.
        package var repeats = 0
        package var refused = 0

        package var text: String {
            let list = calls.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            return "\(notices) notices, \(repeats) repeats by their keys, \(refused) refused; calls: \(list)"
        }
    }

    private struct State {
        var taken: [String: WebhookNotice] = [:]
        var latest: [WebhookNotice] = []
        var counts = Counts()
        var calls: UInt64 = 0
    }

    private let settings: Settings
    private let state: Mutex<State>

    package init(_ settings: Settings = Settings()) {
        self.settings = settings
        state = Mutex(State(taken: settings.taken))
    }

    package var counts: Counts { state.withLock { $0.counts } }

    package var reports: [String: @Sendable () -> HTTPResponse] {
        [
            "/simulator/counts": { [self] in HTTPResponse(counts.text + "\n") },
            "/simulator/notices": { [self] in
                HTTPResponse(contentType: "application/json", body: WebhookNotice.body(latest))
            },
        ]
    }

    /// All notices that were taken, by their keys.
    package var taken: [String: WebhookNotice] { state.withLock { $0.taken } }

    /// The notices that were taken last, the newest first: what customers would read.
    package var latest: [WebhookNotice] { state.withLock { $0.latest.reversed() } }

    /// A call with notices.
    package func reply(to request: HTTPRequest) -> SimulatorReply {
        guard isSigned(request) else { return say("signature", 401, "the signature is wrong") }
        guard let notices = try? WebhookNotice.read(request.body), !notices.isEmpty else {
            return say("malformed", 400, "no notices")
        }
        let fault = state.withLock { state in
            state.calls += 1
            var random = SeededGenerator(settings.seed, state.calls)
            return settings.faults.kind(random.next())
        }
        switch fault {
        case .error500: return say("500", 500, "Internal Server Error")
        case .busy503:
            count("503")
            return .busy(seconds: settings.retrySeconds)
        case .slow, .cut, .lost, .partly, nil: return take(notices, fault)
        }
    }

    private func take(_ notices: [WebhookNotice], _ fault: ReceiverFault?) -> SimulatorReply {
        var results: [(key: String, status: WebhookStatus)] = []
        for notice in notices {
            guard let status = status(of: notice) else { return say("unwritten", 500, "Internal Server Error") }
            results.append((notice.key, status))
        }
        let body = String(decoding: WebhookResults.body(results), as: UTF8.self)
        switch fault {
        case .lost: return say("lost", 502, "Bad Gateway")
        case .cut: return say("cut", 200, body).cut
        case .partly:
            let half = results.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            return say("partly", 200, String(decoding: WebhookResults.body(half), as: UTF8.self))
        case .slow: return say("slow", 200, body).late(by: settings.slow)
        default: return say("answered", 200, body)
        }
    }

    /// nil where it cannot be written down: then nothing has come of it.
    private func status(of notice: WebhookNotice) -> WebhookStatus? {
        var random = SeededGenerator(settings.seed, notice.to.utf8.reduce(5381) { $0 &* 33 &+ UInt64($1) })
        let isRefused = settings.faults.has(.refused, random.next())
        let status: WebhookStatus? = state.withLock { state in
            let isKnown = state.taken[notice.key] != nil
            let status: WebhookStatus = isRefused ? .refused : isKnown ? .duplicate : .accepted
            guard settings.record(notice, status) else { return nil }
            switch status {
            case .refused: state.counts.refused += 1
            case .duplicate: state.counts.repeats += 1
            case .accepted:
                state.counts.notices += 1
                state.taken[notice.key] = notice
                state.latest = state.latest.suffix(WebhookNotice.limit - 1) + [notice]
            }
            return status
        }
        if status == .accepted { settings.receipt(notice.key) }
        return status
    }

    private func isSigned(_ request: HTTPRequest) -> Bool {
        guard let key = settings.key else { return true }
        let headers = request.headers
        guard let id = headers[WebhookSignature.idHeader], let text = headers[WebhookSignature.timeHeader],
            let time = Int64(text), let signatures = headers[WebhookSignature.signatureHeader]
        else { return false }
        let now = SystemClock.milliseconds / 1000
        guard (now - WebhookSignature.tolerance...now + WebhookSignature.tolerance).contains(time) else { return false }
        return WebhookSignature.isRight(signatures, request.body, id: id, time: time, key)
    }

    private func say(_ name: String, _ status: Int, _ body: String) -> SimulatorReply {
        count(name)
        return SimulatorReply(body, status: status)
    }

    private func count(_ name: String) { state.withLock { $0.counts.calls[name, default: 0] += 1 } }
}
