import HTTP
import Telemetry

/// What requests came to, by route: never by what a client has sent.
final class AccessMetrics: Sendable {
    private let requests: MetricFamily<Counter>
    private let seconds: MetricFamily<Histogram>

    init(_ metrics: MetricsRegistry) {
        requests = metrics.counters(
            "negawatt_gateway_requests_total", "Requests that were answered.", by: ["method", "route", "status"])
        seconds = metrics.histograms(
            "negawatt_gateway_request_seconds", "From a request's head to the last byte of its answer.", by: ["route"])
    }

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    func count(_ access: HTTPAccess) {
        let route = access.route ?? "none"
        // Whatever else a client calls a method is one.
        let method = Self.methods.contains(access.method) ? access.method : "other"
        requests.with(["method": method, "route": route, "status": "\(access.status)"]).increment()
        // Streams last as long as they like.
        if route != "/live" {
            let (whole, attoseconds) = access.duration.components
            seconds.with(["route": route]).observe(Double(whole) + Double(attoseconds) * 1e-18)
        }
    }
}
