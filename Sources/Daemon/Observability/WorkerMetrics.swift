import Contracts
import Telemetry
import Workers

/// The counters and gauges of a worker's own, made once. As the daemon's own they count what is handled: what a
/// transaction that is aborted has counted is counted again with it.
struct WorkerMetrics: Sendable {
    private let counters: [Counter]
    private let gauges: [MetricFamily<Gauge>]

    init(_ worker: any Worker.Type, in registry: MetricsRegistry) {
        counters = worker.counters.map {
            registry.counter("negawatt_\($0.name)_total", $0.help)
        }
        gauges = worker.gauges.map { registry.gauges("negawatt_\($0.name)", $0.help, by: ["partition"]) }
    }

    var hasGauges: Bool { !gauges.isEmpty }

    /// What a record or a timer has counted.
    func add(_ effects: borrowing Effects) {
        for (counter, amount) in effects.counts { counters[counter].increment(by: amount) }
    }

    /// - Parameter values: in the order of the gauges; nil of a partition that is others'.
    func show(_ values: [Int64]?, of partition: Int32) {
        let labels: MetricLabels = ["partition": String(partition)]
        guard let values else {
            for gauge in gauges { gauge.remove(labels) }
            return
        }
        for (gauge, value) in zip(gauges, values) { gauge.with(labels).set(Int(value)) }
    }
}
