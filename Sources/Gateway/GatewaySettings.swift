package import AnswerLinks

/// How a gateway runs.
package struct GatewaySettings: Sendable {
    /// librdkafka's: where Kafka is, and how it is spoken to.
    package var properties: [String: String]
    /// Its files lie in a directory `gateway` below this one. They hold nothing that is not in Kafka.
    package var stateDirectory: String
    package var httpAddress: String
    /// Of the API and the pages; 0 takes a free one.
    package var httpPort: UInt16
    /// Of probes and metrics.
    package var healthPort: UInt16
    package var door: DoorSettings
    /// The topics that each context reads beside its own, for its lag.
    package var inputs: [String: [String]]
    /// Where a context's daemon says how it is (/readyz, /metrics), as http://127.0.0.1:9464; nil: Kafka is asked.
    package var contextAddress: @Sendable (String) -> String? = { _ in nil }
    /// How many clients may be connected at once, listeners included.
    package var connections = connections
    package var cacheMiB = cacheMiB
    /// How long one of its threads may hang before a probe is told, as for daemons.
    package var livenessLimit = Duration.seconds(120)
    /// PEM files of the certificate and its key; nil is plain HTTP.
    package var tls: (certificate: String, key: String)?
    var commands = Commander.Settings()
    var api = API.Settings()

    package static let connections = 10_000
    package static let cacheMiB = 64

    package init(
        properties: [String: String], stateDirectory: String, httpAddress: String, httpPort: UInt16, healthPort: UInt16,
        door: DoorSettings, inputs: [String: [String]]
    ) {
        self.properties = Self.clients.merging(properties) { $1 }
        self.stateDirectory = stateDirectory
        (self.httpAddress, self.httpPort, self.healthPort) = (httpAddress, httpPort, healthPort)
        (self.door, self.inputs) = (door, inputs)
    }

    /// What each client of librdkafka gets here, unless the properties say otherwise. By itself it waits up to 10 s
    /// before it tries a broker again that was away, which is how long commands would be refused by a Kafka that is
    /// back.
    static let clients = ["reconnect.backoff.max.ms": "500"]

    /// Whether a proxy in front says who the client is and how it calls us.
    package mutating func trustProxy(_ isTrusted: Bool) { api.trustsProxy = isTrusted }

    /// By which links to answer by are signed; nil takes none.
    package mutating func takeAnswers(signedBy keys: AnswerLinkKeys?) { api.answerKeys = keys }
}
