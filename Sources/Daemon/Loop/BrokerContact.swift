import Telemetry

/// Whether Kafka is there, while there is nothing to do that would show it: librdkafka tells when connections end, but
/// nothing of a Kafka that keeps them and is silent.
struct BrokerContact {
    /// After so long without an answer from Kafka an idle daemon asks for one.
    private static let longestSilence = Duration.seconds(5)

    private var answeredAt: ContinuousClock.Instant

    init(now: ContinuousClock.Instant) { answeredAt = now }

    mutating func answered(at now: ContinuousClock.Instant) { answeredAt = now }

    mutating func check(
        _ consumer: any GroupConsumer, _ status: DaemonStatus, _ log: Logger, in surroundings: any Surroundings
    ) {
        guard status.isKafkaAway || surroundings.now - answeredAt > Self.longestSilence else { return }
        if consumer.reachesBroker(milliseconds: status.isKafkaAway ? 200 : 1000) {
            answeredAt = surroundings.now
            status.reachable(log)
        } else {
            status.unreachable("no answer from any broker", log)
        }
    }
}
