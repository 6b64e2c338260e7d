import Synchronization

/// All metrics of a process, as Prometheus reads them. Metrics are made at the start and their handles are held by
/// those who count; asking for one a second time gives the same one. Any thread may use it.
///
///     let records = metrics.counters("negawatt_records_total", "Records handled.", by: ["topic"])
///     let commands = records.with(["topic": "dr.commands"])
///     commands.increment()
///
/// Names are checked as `promtool check metrics` does: snake case, `_total` behind counters and nothing else.
package final class MetricsRegistry: Sendable {
    private let families = Mutex<[any Family]>([])

    package init() {}

    // MARK: One metric

    package func counter(_ name: String, _ help: String, labels: MetricLabels = [:]) -> Counter {
        counters(name, help, by: labels.names).with(labels)
    }

    /// A counter that is kept elsewhere: `read` is called whenever the metrics are asked for, on that thread.
    package func counter(
        _ name: String, _ help: String, labels: MetricLabels = [:], read: @escaping @Sendable () -> Double
    ) {
        counters(name, help, by: labels.names).put(Counter(read: read), labels)
    }

    package func gauge(_ name: String, _ help: String, labels: MetricLabels = [:]) -> Gauge {
        gauges(name, help, by: labels.names).with(labels)
    }

    /// A gauge that is kept elsewhere: `read` is called whenever the metrics are asked for, on that thread.
    package func gauge(
        _ name: String, _ help: String, labels: MetricLabels = [:], read: @escaping @Sendable () -> Double
    ) {
        gauges(name, help, by: labels.names).put(Gauge(read: read), labels)
    }

    package func histogram(
        _ name: String, _ help: String, labels: MetricLabels = [:], buckets: [Double] = Histogram.seconds
    ) -> Histogram {
        histograms(name, help, by: labels.names, buckets: buckets).with(labels)
    }

    // MARK: Families

    package func counters(_ name: String, _ help: String, by labels: [String]) -> MetricFamily<Counter> {
        family(MetricFamily(name, help, labels) { Counter() })
    }

    package func gauges(_ name: String, _ help: String, by labels: [String]) -> MetricFamily<Gauge> {
        family(MetricFamily(name, help, labels) { Gauge() })
    }

    package func histograms(
        _ name: String, _ help: String, by labels: [String], buckets: [Double] = Histogram.seconds
    ) -> MetricFamily<Histogram> {
        family(MetricFamily(name, help, labels) { Histogram(buckets: buckets) })
    }

    // MARK: Text

    /// What goes with `text` as its media type.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics in Prometheus' text format 0.0.4, in the order in which they were made.
    package func text() -> String {
        let families = families.withLock { $0 }
        var text = ""
        text.reserveCapacity(4096)
        for family in families { family.write(to: &text) }
        return text
    }

    /// The family, or the one of that name that is there already.
    private func family<Child: Metric>(_ new: MetricFamily<Child>) -> MetricFamily<Child> {
        Self.check(new)
        return families.withLock { families in
            guard let old = families.first(where: { $0.name == new.name }) else {
                families.append(new)
                return new
            }
            guard let same = old as? MetricFamily<Child>, same.help == new.help,
                same.labelNames.sorted() == new.labelNames.sorted()
            else { preconditionFailure("\(new.name) is made twice, in different ways") }
            return same
        }
    }

    private static func check(_ family: any Family) {
        let name = family.name
        precondition(isName(name), "\(name) is no name for a metric")
        precondition(
            name.hasSuffix("_total") == (family.kind == .counter), "\(name): counters end in _total, nothing else does")
        precondition(
            !["_count", "_sum", "_bucket"].contains { name.hasSuffix($0) }, "\(name) ends as a histogram's samples do")
        precondition(!family.help.isEmpty, "\(name) has no help")
        for label in family.labelNames {
            precondition(
                isName(label) && !label.hasPrefix("__") && label != "le", "\(label) is no name for a label of \(name)")
        }
        precondition(Set(family.labelNames).count == family.labelNames.count, "\(name) has a label twice")
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }
}
