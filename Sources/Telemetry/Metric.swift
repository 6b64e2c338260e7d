/// One of a family: a value that is written as one or more samples.
package protocol Metric: AnyObject, Sendable {
    static var kind: MetricKind { get }
    /// `labels` are as `MetricLabels.text` has them, without braces.
    func write(_ name: String, _ labels: String, to text: inout String)
}

package enum MetricKind: String, Sendable { case counter, gauge, histogram }

extension Metric {
    func sample(_ name: String, _ labels: String, _ value: String, to text: inout String) {
        text += name
        if !labels.isEmpty { text += "{\(labels)}" }
        text += " \(value)\n"
    }
}

extension Double {
    /// As Prometheus reads it.
    var metricText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        return Int(exactly: self).map { "\($0)" } ?? "\(self)"
    }
}
