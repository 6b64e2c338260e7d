import Kafka

/// Whether Kafka is there, while there is nothing to do that would show it.
extension Loop {
    /// After so long without a word from Kafka an idle daemon asks for one.
    private static let longestSilence = Duration.seconds(5)

    /// librdkafka says when connections end. Of a Kafka that keeps them and is silent it says nothing, as long as there is no
    /// work.
    func askForKafka() {
        guard sender != nil, status.isKafkaAway || surroundings.now - answeredAt > Self.longestSilence else { return }
        if consumer.reachesBroker(milliseconds: status.isKafkaAway ? 200 : 1000) {
            answeredAt = surroundings.now
            status.reached(log)
        } else {
            status.lost("no answer from any broker", log)
        }
    }
}
