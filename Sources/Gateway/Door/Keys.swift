import Daemon
import Glibc
package import JWT
import Synchronization
package import Telemetry
import Threads

/// An issuer's keys, kept up to date on a thread of its own. Whoever asks gets those that there are, at once.
///
/// Keys stay until others have come: a source that fails, or that holds nonsense for a while, takes nobody's access
/// away.
package final class Keys: Sendable {
    /// What there is. Another version has other keys.
    package struct Current: Sendable {
        /// nil until they have been fetched for the first time.
        package var set: KeySet?
        package var version = 0
    }

    private struct State {
        var current = Current()
        var text: [UInt8] = []
        var schedule: KeySchedule
        /// Said last, and not again each time.
        var fault: String?
    }

    private let source: KeySource
    private let log: Logger
    private let attempts: MetricFamily<Counter>
    private let state: Mutex<State>
    private let stopping = StopSignal()
    private let ended = StopSignal()

    /// How often the thread looks whether something is due.
    private static let step: UInt32 = 100_000
    private static let stopLimit = Duration.seconds(2)

    private init(_ source: KeySource, _ schedule: KeySchedule?, log: Logger, metrics: MetricsRegistry) {
        self.source = source
        self.log = log.with(["source": "\(source)"])
        state = Mutex(State(schedule: schedule ?? source.schedule))
        attempts = metrics.counters(
            "negawatt_gateway_key_fetches_total", "Fetches of the issuer's keys, by outcome.", by: ["outcome"])
    }

    /// Keys of a URL may come later; a file has to be there and fit.
    package static func start(
        _ source: KeySource, schedule: KeySchedule? = nil, log: Logger, metrics: MetricsRegistry
    ) throws(KeyFault) -> Keys {
        let keys = Keys(source, schedule, log: log, metrics: metrics)
        metrics.gauge("negawatt_gateway_keys", "Keys of the issuer in use for verifying tokens.") { [weak keys] in
            Double(keys?.current.set?.count ?? 0)
        }
        if case .file = source, let fault = keys.fetch() { throw KeyFault("\(source): \(fault)") }
        keys.run()
        return keys
    }

    package var current: Current { state.withLock { $0.current } }

    /// A token names a key that is not among them.
    /// - Returns: whether keys are fetched for that. Only once in a while.
    func fetchesUnknown() -> Bool { state.withLock { $0.schedule.wantsUnknown(at: .now) } }

    /// To be called at the end. The thread has mostly ended then: OpenSSL cleans up when a process ends, and nobody
    /// should be using it. One that waits for a name server's answer is left behind.
    package func stop() {
        stopping.set()
        let limit = ContinuousClock.now + Self.stopLimit
        while !ended.isSet, .now < limit { usleep(5000) }
    }

    private func run() {
        _ = Thread("keys") { [weak self, stopping, ended] in
            while !stopping.isSet, self?.fetchWhatIsDue() != nil { usleep(Self.step) }
            ended.set()
        }
    }

    private func fetchWhatIsDue() {
        if state.withLock({ $0.schedule.isDue(at: .now) }) { _ = fetch() }
    }

    /// - Returns: what is wrong.
    private func fetch() -> String? {
        let fault: String?
        do throws(KeyFault) {
            try take(source.fetch { [stopping] in stopping.isSet })
            fault = nil
        } catch { fault = error.description }
        guard !stopping.isSet else { return fault }
        attempts.with(["outcome": fault == nil ? "ok" : "failed"]).increment()
        let (before, hasKeys) = state.withLock { state in
            state.schedule.ended(succeeded: fault == nil, at: .now)
            defer { state.fault = fault }
            return (state.fault, state.current.set != nil)
        }
        if let fault, fault != before {
            let note =
                hasKeys ? "the keys fetched before stay in use" : "until there are keys, tokens are refused"
            log.warning("no keys", ["reason": fault, "note": note])
        }
        if fault == nil, before != nil { log.info("keys are available again") }
        return fault
    }

    private func take(_ text: [UInt8]) throws(KeyFault) {
        guard state.withLock({ $0.text != text || $0.current.set == nil }) else { return }
        let set: KeySet
        do throws(KeySetError) { set = try KeySet(text.span) } catch { throw KeyFault("\(error)") }
        state.withLock { state in
            state.text = text
            state.current = Current(set: set, version: state.current.version + 1)
        }
        log.info("keys", ["keys": set.count, "skipped": set.skipped.joined(separator: "; ")])
    }
}
