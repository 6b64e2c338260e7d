import Contracts
import HTTP
import Telemetry

/// What a daemon says over HTTP: probes for Kubernetes, metrics for Prometheus.
enum Health {
    static func answer(_ request: HTTPRequest, _ status: DaemonStatus, livenessLimit: Duration) -> HTTPResponse {
        guard request.isRead else { return .methodNotAllowed }
        switch request.path {
        case "/livez":
            let age = status.pollAge
            let isAlive = age * 1000 < Double(livenessLimit.milliseconds)
            return verdict(isAlive, isAlive ? "alive" : "the loop has not polled for \(Int(age)) s")
        // Kafka may be away for long at the start: that is no reason to start the process again.
        case "/startupz":
            return verdict(status.hasStarted || status.current == .waiting, status.current.rawValue)
        case "/readyz":
            return verdict(status.isReady, status.isReady ? "ready" : "not ready: \(reason(status))")
        case "/metrics":
            return HTTPResponse(contentType: MetricsRegistry.contentType, body: Array(status.text().utf8))
        default: return .notFound
        }
    }

    private static func reason(_ status: DaemonStatus) -> String {
        if let fault = status.fault { return "an input cannot be read: \(fault)" }
        return status.current == .running ? "Kafka cannot be reached" : status.current.rawValue
    }

    private static func verdict(_ isGood: Bool, _ text: String) -> HTTPResponse {
        HTTPResponse(status: isGood ? 200 : 503, "\(text)\n")
    }
}
