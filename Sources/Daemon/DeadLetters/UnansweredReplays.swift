import Kafka
import Workers

/// Dead letters that a transaction has asked for without an answer: each time it is aborted, and its records are
/// handled again. So each is asked for once, or two of them would take turns for ever in aborting it.
struct UnansweredReplays {
    private var reasons: [String: String] = [:]

    /// - Parameter place: the dead letter's, as people read it.
    /// - Throws: `Rejection`, where it cannot be read: nobody's command may keep the others from being handled; a
    ///   `KafkaError` when Kafka has not answered in time. It is away, perhaps, and then nothing continues anyhow.
    mutating func ask(for place: String, _ read: () throws -> DeadLetter?) throws -> DeadLetter? {
        if let reason = reasons[place] {
            throw Rejection.refused("the dead letter \(place) cannot be read: \(reason); send the Replay again")
        }
        do { return try read() } catch let error as KafkaError {
            if ErrorPolicy.decide(error, while: .readingDeadLetter) == .reject {
                let words = error.isUnreadable ? "cannot" : "may not"
                throw Rejection.refused("the dead letter \(place) \(words) be read: \(error.reason)")
            }
            if error.isTimeout { reasons[place] = error.reason }
            throw error
        }
    }

    /// They are refused, and the transaction that does so is committed: whoever asks again is asked for again.
    mutating func committed() { reasons.removeAll() }
}
