/// How often values fell into which bucket. Made once by the registry and kept; any thread may observe, at the price of
/// two atomic additions.
package final class Histogram: Metric {
    package static var kind: MetricKind { .histogram }

    /// Upper bounds, in seconds, that suit a transaction as well as a long wait.
    package static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    private let bounds: [Double]
    /// One a bound and one for what is above them all.
    private let counts: [Counter]
    private let total = AtomicDouble(0)

    /// Buckets by their upper bounds, which ascend and are finite.
    package init(buckets bounds: [Double]) {
        precondition(!bounds.isEmpty && bounds.allSatisfy { $0.isFinite }, "a histogram needs finite buckets")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "a histogram's buckets ascend")
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in Counter() }
    }

    package func observe(_ value: Double) {
        var index = 0
        while index < bounds.count && value > bounds[index] { index += 1 }
        counts[index].increment()
        total.add(value)
    }

    package var count: Int { counts.reduce(0) { $0 + $1.value } }
    package var sum: Double { total.load() }

    package func write(_ name: String, _ labels: String, to text: inout String) {
        let prefix = labels.isEmpty ? "" : "\(labels),"
        var cumulated = 0
        for (index, count) in counts.enumerated() {
            cumulated += count.value
            let bound = index < bounds.count ? bounds[index].metricText : "+Inf"
            sample("\(name)_bucket", "\(prefix)le=\"\(bound)\"", "\(cumulated)", to: &text)
        }
        sample("\(name)_sum", labels, sum.metricText, to: &text)
        // Not counted again: it has to be what the last bucket says, even if someone observes right now.
        sample("\(name)_count", labels, "\(cumulated)", to: &text)
    }
}
