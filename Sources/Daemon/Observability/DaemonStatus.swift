import Contracts
import Kafka
import Synchronization
import Telemetry
import Workers

/// What a daemon shows of itself: its state, its metrics, and whether Kafka can be reached. The loop tells, any thread
/// reads.
final class DaemonStatus: Sendable {
    enum State: String, Sendable, CaseIterable {
        case starting, waiting, warming, joining, restoring, running, stopping
    }

    let metrics: DaemonMetrics
    let registry: MetricsRegistry
    private let state = Mutex(State.starting)
    private let hasRun = Atomic(false)
    private let isAway = Atomic(false)
    /// Of the loop.
    private let pulse = Pulse()
    private let restoreBegan = Mutex<ContinuousClock.Instant?>(nil)
    private let job = Mutex<RestoreJob?>(nil)

    init(_ registry: MetricsRegistry, _ context: Context) {
        self.registry = registry
        metrics = DaemonMetrics(registry, context)
        registry.gauge("negawatt_last_poll_age_seconds", "Seconds since the loop last asked Kafka for records.") {
            [weak self] in
            self?.pollAge ?? 0
        }
        set(.starting)
    }

    /// Inputs that cannot be read, with the reason: not ready.
    private let faults = Mutex<[TopicPartition: String]>([:])

    var current: State { state.withLock { $0 } }
    var isReady: Bool { current == .running && !isAway.load(ordering: .relaxed) && fault == nil }
    var hasStarted: Bool { hasRun.load(ordering: .relaxed) }
    var pollAge: Double {
        Double(pulse.age.milliseconds) / 1000
    }

    /// Those of the worker's own.
    func counters(of worker: any Worker.Type) -> WorkerMetrics { WorkerMetrics(worker, in: registry) }

    /// The metrics as Prometheus reads them.
    func text() -> String {
        metrics.remaining.set(job.withLock { $0?.remaining.load(ordering: .relaxed) } ?? 0)
        return registry.text()
    }

    /// From `stopping` there is no way back.
    func set(_ new: State) {
        let isStopping = state.withLock { state in
            if state != .stopping { state = new }
            return state == .stopping && new != .stopping
        }
        if isStopping { return }
        if new == .running { hasRun.store(true, ordering: .relaxed) }
        for state in State.allCases { metrics.state.with(["state": state.rawValue]).set(state == new ? 1 : 0) }
    }

    func polled() { pulse.beat() }

    // MARK: Kafka's reachability

    /// Kafka cannot be reached or is not ready: logged once, until it is back.
    func unreachable(_ reason: String, _ log: Logger) {
        if isAway.exchange(true, ordering: .relaxed) {
            log.debug("still waiting for Kafka", ["reason": reason])
        } else {
            log.warning("Kafka cannot be reached: waiting, nothing is lost", ["reason": reason])
        }
    }

    var isKafkaAway: Bool { isAway.load(ordering: .relaxed) }

    func reachable(_ log: Logger) {
        if isAway.exchange(false, ordering: .relaxed) { log.info("Kafka is back") }
    }

    // MARK: Inputs that cannot be read

    /// One of them.
    var fault: String? { faults.withLock { $0.min { $0.key.description < $1.key.description }?.value } }

    /// - Parameter place: a partition; -1 for a topic as a whole.
    func fault(_ place: TopicPartition, _ reason: String) {
        faults.withLock { $0[place] = reason }
        metrics.faults.with(labels(place)).set(1)
    }

    func mended(_ place: TopicPartition) {
        faults.withLock { _ = $0.removeValue(forKey: place) }
        metrics.faults.remove(labels(place))
    }

    func mendAll() {
        for place in faults.withLock({ Array($0.keys) }) { mended(place) }
    }

    private func labels(_ place: TopicPartition) -> MetricLabels {
        ["topic": place.topic, "partition": String(place.partition)]
    }

    // MARK: What the loop reports

    func committed(_ duration: Duration) { metrics.transactions.observe(Double(duration.microseconds) / 1_000_000) }

    func failed(_ error: KafkaError) { metrics.failures.with(["class": error.name]).increment() }

    func deadLettered(_ rejection: Rejection) {
        metrics.deadLetters.with(["reason": rejection.kind.rawValue]).increment()
    }

    func joined(generation: Int32?) {
        metrics.group.rebalances.increment()
        if let generation { metrics.group.generation.set(Int(generation)) }
    }

    func restore(_ new: RestoreJob?) {
        job.withLock { $0 = new }
        restoreBegan.withLock { began in
            if let began, new == nil {
                metrics.restoreSeconds.set(Double((ContinuousClock.now - began).milliseconds) / 1000)
            }
            began = new == nil ? nil : .now
        }
    }
}

extension Duration {
    var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
