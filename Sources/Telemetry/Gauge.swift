/// A number that goes up and down. Made once by the registry and kept; any thread may set it.
package final class Gauge: Metric {
    package static var kind: MetricKind { .gauge }

    private let number = AtomicDouble(0)
    private let read: (@Sendable () -> Double)?

    /// With `read`, the number is kept elsewhere and asked for whenever the metrics are.
    package init(read: (@Sendable () -> Double)? = nil) { self.read = read }

    package func set(_ value: Double) { number.store(value) }
    package func set(_ value: Int) { number.store(Double(value)) }
    package func add(_ amount: Double) { number.add(amount) }
    package func add(_ amount: Int) { number.add(Double(amount)) }

    package var value: Double { read?() ?? number.load() }

    package func write(_ name: String, _ labels: String, to text: inout String) {
        sample(name, labels, value.metricText, to: &text)
    }
}
