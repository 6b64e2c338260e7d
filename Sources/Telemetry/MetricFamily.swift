import Synchronization

/// The metrics of one name, distinguished by the values of their labels. `with` takes a lock and searches: call it
/// once, when a partition comes, and keep the handle.
package final class MetricFamily<Child: Metric>: Family {
    let name: String
    let help: String
    let labelNames: [String]
    private let make: @Sendable () -> Child
    private let children = Mutex<[(labels: String, metric: Child)]>([])

    var kind: MetricKind { Child.kind }

    init(_ name: String, _ help: String, _ labelNames: [String], _ make: @escaping @Sendable () -> Child) {
        self.name = name
        self.help = help
        self.labelNames = labelNames
        self.make = make
    }

    /// The metric with these values for the family's labels; made if there is none.
    package func with(_ labels: MetricLabels) -> Child {
        let text = labels.text(labelNames)
        return children.withLock { children in
            if let child = children.first(where: { $0.labels == text }) { return child.metric }
            let metric = make()
            children.append((text, metric))
            return metric
        }
    }

    /// Puts a metric of one's own in, in place of one with the same labels.
    package func put(_ metric: Child, _ labels: MetricLabels) {
        let text = labels.text(labelNames)
        children.withLock { children in
            children.removeAll { $0.labels == text }
            children.append((text, metric))
        }
    }

    /// Shows the metric no more, when what it measured is gone. A handle that is still held does no harm.
    package func remove(_ labels: MetricLabels) {
        let text = labels.text(labelNames)
        children.withLock { children in children.removeAll { $0.labels == text } }
    }

    func write(to text: inout String) {
        // What reads a gauge may take its time and locks of its own.
        let children = children.withLock { $0 }.sorted { $0.labels < $1.labels }
        guard !children.isEmpty else { return }
        text += "# HELP \(name) \(Self.escaped(help))\n# TYPE \(name) \(kind.rawValue)\n"
        for child in children { child.metric.write(name, child.labels, to: &text) }
    }

    private static func escaped(_ help: String) -> String {
        var text = ""
        for scalar in help.unicodeScalars {
            switch scalar {
            case "\\": text += #"\\"#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// A family of whatever kind.
protocol Family: AnyObject, Sendable {
    var name: String { get }
    var help: String { get }
    var kind: MetricKind { get }
    var labelNames: [String] { get }
    func write(to text: inout String)
}
