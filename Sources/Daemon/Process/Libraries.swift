import HTTP
import HTTPClient
import JWT
import Kafka
import SQLite
package import Telemetry
import XML

/// The C libraries that this process runs with. The system has them and updates them: what the program was built with
/// says nothing.
package struct Libraries: CustomStringConvertible {
    private let librdkafka = LibraryVersion.current.description
    /// What librdkafka was compiled with: without ssl there is no TLS.
    private let features = LibraryVersion.features
    private let sqlite = Database.libraryVersion
    private let libmicrohttpd = HTTPServer.libraryVersion
    private let openssl = OpenSSL.libraryVersion
    private let libcurl = HTTPClient.libraryVersion
    private let expat = XMLStream.libraryVersion

    /// Asks the libraries that this process has loaded.
    package init() {}

    /// A line each.
    package var description: String {
        "librdkafka \(librdkafka) (\(features))\nSQLite \(sqlite)\nlibmicrohttpd \(libmicrohttpd)\nOpenSSL \(openssl)\n"
            + "libcurl \(libcurl)\nExpat \(expat)"
    }

    /// For the log line of a start.
    package var fields: LogFields {
        [
            "librdkafka": librdkafka, "librdkafka.features": features, "sqlite": sqlite,
            "libmicrohttpd": libmicrohttpd, "openssl": openssl, "libcurl": libcurl, "expat": expat,
        ]
    }

    /// Has the metrics say what runs: the context, or what it is else.
    package func register(in metrics: MetricsRegistry, context: String) {
        metrics.gauge(
            "negawatt_build_info", "Always 1; the labels name the versions.",
            labels: [
                "context": context, "version": Version.text, "librdkafka": librdkafka, "librdkafka_features": features,
                "sqlite": sqlite, "libmicrohttpd": libmicrohttpd, "openssl": openssl, "libcurl": libcurl,
                "expat": expat,
            ]
        ).set(1)
    }
}
