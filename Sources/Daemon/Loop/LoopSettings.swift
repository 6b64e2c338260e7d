package import Contracts

/// How the loop talks to Kafka. `properties` are librdkafka's own and win over what is set here.
package struct LoopSettings: Sendable {
    /// `bootstrap.servers` of every client.
    package var bootstrapServers: String
    /// librdkafka's, as the user has given them: see `check`.
    package var properties: [String: String]
    /// The ordinal behind `transactional.id`: stable, and nobody else's.
    package var instance: Int
    /// Whether the ordinal is also the name of a static member, which keeps its partitions over a restart.
    package var isStatic: Bool
    /// How long a transaction may last under load.
    package var commitInterval: Duration
    /// How long a call is tried again before its outcome counts as unknown.
    package var callTimeout: Duration
    /// How version 0.1.0 is allowed for, which knows no topic for what a context sends to itself. Two neighbours of the
    /// list can run beside one another.
    package enum Mixed: String, CaseIterable, Sendable {
        case off
        /// The commands take what a context sends to itself, from anybody; it sends it to its own topic.
        case accept
        /// And it sends it to the commands, where 0.1.0 reads it.
        case write
    }

    /// How version 0.1.0 is allowed for: off, unless one is beside this.
    package var mixed = Mixed.off
    /// The consumer group, which has the context's name.
    package var group: String
    /// `transactional.id`: whoever has the same is fenced.
    package var transactionalID: String
    /// How much is taken from the inputs at a time.
    package var fetch = FetchBounds()

    /// The default.
    package static let commitInterval = Duration.milliseconds(100)

    /// Group and `transactional.id` follow from the context and the instance.
    package init(
        context: Context, bootstrapServers: String, instance: Int = 0, properties: [String: String] = [:],
        isStatic: Bool = true, commitInterval: Duration = commitInterval, callTimeout: Duration = .seconds(10)
    ) {
        self.bootstrapServers = bootstrapServers
        self.properties = properties
        self.instance = instance
        self.isStatic = isStatic
        self.commitInterval = commitInterval
        self.callTimeout = callTimeout
        group = context.name
        transactionalID = "\(context.name)-\(instance)"
    }

    /// - Throws: where the properties set what is fixed.
    func check() throws(StateError) {
        let fixed = [
            "isolation.level", "transactional.id", "group.id", "enable.auto.commit", "enable.auto.offset.store",
            "enable.idempotence", "partition.assignment.strategy", "auto.offset.reset", "group.protocol",
        ]
        for name in fixed where properties[name] != nil { throw .fixed(name) }
    }

    /// After which Kafka aborts a transaction that is still open.
    var transactionTimeout: Duration {
        .milliseconds(Int64(properties["transaction.timeout.ms"] ?? Self.transactionTimeoutMs) ?? 10_000)
    }

    private static let transactionTimeoutMs = "10000"

    /// After which a call into librdkafka has surely hung.
    var callLimit: Duration { callTimeout * 4 + .seconds(20) }

    /// What every client gets.
    var common: [String: String] { clients.merging(only { !Self.isProducers($0) && !Self.isConsumers($0) }) { $1 } }

    /// librdkafka, on all versions up to 2.15, asks for the leaders once when a broker goes, which is too early for the
    /// new ones to be elected; 2.0.2 does not ask again before something has timed out. From 2.5 on brokers that no
    /// longer lead say who does, but one that is gone says nothing. So all clients ask about once a second. Not at each
    /// full second: brokers share a new group out 3 s after its first member has come
    /// (`group.initial.rebalance.delay.ms`), and an answer that comes while the group's leader looks for what to share
    /// out makes it join once more, for which the embedded broker takes a whole session. 1.1 s asks at 2.2 and 3.3 s.
    private var clients: [String: String] {
        [
            "bootstrap.servers": bootstrapServers, "client.id": transactionalID,
            "topic.metadata.refresh.interval.ms": "1100", "reconnect.backoff.max.ms": "1000",
        ]
    }

    var producer: [String: String] {
        clients.merging([
            "transactional.id": transactionalID, "transaction.timeout.ms": Self.transactionTimeoutMs,
            "message.timeout.ms": "10000",
            "linger.ms": "5",
            "socket.nagle.disable": "true", "retry.backoff.ms": "10", "queue.buffering.max.messages": "100000",
            "queue.buffering.max.kbytes": "65536", "message.max.bytes": "\(RecordLimits.producerMessage)",
            "partitioner": "consistent",
        ]) { $1 }.merging(only { !Self.isConsumers($0) }) { $1 }
    }

    var consumer: [String: String] {
        var properties = [
            "group.id": group,
            "auto.offset.reset": "error", "isolation.level": "read_committed", "partition.assignment.strategy": "range",
            // A member hears of a rebalance by its heartbeat: partitions that move wait for it.
            "session.timeout.ms": "30000", "heartbeat.interval.ms": "500", "fetch.wait.max.ms": "50",
            "socket.nagle.disable": "true",
        ].merging(fetch.properties) { $1 }
        if isStatic { properties["group.instance.id"] = transactionalID }
        return clients.merging(properties) { $1 }.merging(only { !Self.isProducers($0) }) { $1 }
    }

    private func only(_ isMeant: (String) -> Bool) -> [String: String] { properties.filter { isMeant($0.key) } }

    /// A property of one kind of client is a warning in the other's log.
    private static func isProducers(_ name: String) -> Bool {
        [
            "linger.ms", "acks", "compression.codec", "compression.type", "batch.size", "batch.num.messages",
            "message.timeout.ms",
            "delivery.timeout.ms", "transaction.timeout.ms", "queue.buffering.max.messages",
            "queue.buffering.max.kbytes",
            "queue.buffering.max.ms", "partitioner", "message.max.bytes", "retries", "message.send.max.retries",
            "compression.level",
        ].contains(name)
    }

    private static func isConsumers(_ name: String) -> Bool {
        [
            "session.timeout.ms", "heartbeat.interval.ms", "max.poll.interval.ms", "group.instance.id",
            "auto.offset.reset",
            "partition.assignment.strategy", "queued.min.messages", "queued.max.messages.kbytes", "check.crcs",
        ].contains(name) || name.hasPrefix("fetch.")
    }
}
