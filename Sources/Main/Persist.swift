import Glibc
import Kafka

/// Asks Kafka again while it is not ready to answer: right after topics were made or a broker has come, leaders and coordinators take
/// a moment to know what they are.
func persist<Result>(
    for patience: Duration = .seconds(30), _ ask: () throws(KafkaError) -> Result
) throws(KafkaError) -> Result {
    let deadline = ContinuousClock.now + patience
    while true {
        do throws(KafkaError) { return try ask() } catch {
            guard error.severity == .retriable, .now < deadline else { throw error }
            usleep(100_000)
        }
    }
}
