import Synchronization

/// A number that only grows. Made once by the registry and kept; any thread may increment it, at the price of one
/// atomic addition.
package final class Counter: Metric {
    package static var kind: MetricKind { .counter }

    private let count = Atomic(0)
    private let read: (@Sendable () -> Double)?

    /// With `read`, the number is kept elsewhere and asked for whenever the metrics are.
    package init(read: (@Sendable () -> Double)? = nil) { self.read = read }

    package func increment(by amount: Int = 1) { count.wrappingAdd(amount, ordering: .relaxed) }

    package var value: Int { count.load(ordering: .relaxed) }

    package func write(_ name: String, _ labels: String, to text: inout String) {
        sample(name, labels, read?().metricText ?? "\(value)", to: &text)
    }
}
