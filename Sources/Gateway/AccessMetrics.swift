import HTTP
import Synchronization
import Telemetry

/// What requests came to, by route: never by what a client has sent.
final class AccessMetrics: Sendable {
    /// What tells counters apart. There are as many as routes, methods and statuses.
    private struct Kind: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private struct Metrics {
        let requests: Counter
        /// nil for streams, which last as long as they like.
        let seconds: Histogram?
    }

    private let requests: MetricFamily<Counter>
    private let seconds: MetricFamily<Histogram>
    /// Looked up once: texts of labels cost more than all else that is counted here.
    private let known = Mutex<[Kind: Metrics]>([:])

    init(_ metrics: MetricsRegistry) {
        requests = metrics.counters(
            "negawatt_gateway_requests_total", "Requests answered.", by: ["method", "route", "status"])
        seconds = metrics.histograms(
            "negawatt_gateway_request_seconds", "Time from a request's head to the last byte of its answer.",
            by: ["route"])
    }

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    func count(_ access: HTTPAccess) {
        // Whatever else a client calls a method is one.
        let kind = Kind(
            method: Self.methods.contains(access.method) ? access.method : "other", route: access.route ?? "none",
            status: access.status)
        let metrics = known.withLock { known in
            if let metrics = known[kind] { return metrics }
            let metrics = make(kind)
            known[kind] = metrics
            return metrics
        }
        metrics.requests.increment()
        if let seconds = metrics.seconds {
            let (whole, attoseconds) = access.duration.components
            seconds.observe(Double(whole) + Double(attoseconds) * 1e-18)
        }
    }

    private func make(_ kind: Kind) -> Metrics {
        Metrics(
            requests: requests.with(["method": kind.method, "route": kind.route, "status": "\(kind.status)"]),
            seconds: kind.route == API.livePattern ? nil : seconds.with(["route": kind.route]))
    }
}
