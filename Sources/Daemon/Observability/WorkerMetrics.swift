import Telemetry
import Workers

/// The counters of a worker's own, made once. As the daemon's own they count what is handled: what a transaction that
/// is aborted has counted is counted again with it.
struct WorkerMetrics: Sendable {
    private let counters: [Counter]

    init(_ worker: any Worker.Type, in registry: MetricsRegistry) {
        counters = worker.counters.map {
            registry.counter("negawatt_\($0.name)_total", $0.help)
        }
    }

    /// What a record or a timer has counted.
    func add(_ effects: borrowing Effects) {
        for (counter, amount) in effects.counts { counters[counter].increment(by: amount) }
    }
}
