import Kafka
import Workers

/// Letters that a transaction has asked for in vain: with each of them it is undone, and comes again. So each is asked for once, or two
/// of them would take turns for ever in undoing it.
struct OverdueLetters {
    private var reasons: [String: String] = [:]

    /// - Parameter place: the letter's, as it is said to people.
    /// - Throws: `Rejection`, where it cannot be read: nobody's command may keep the others from being handled; a `KafkaError` when Kafka
    ///   has not answered in time. It is away, perhaps, and then nothing goes on anyhow.
    mutating func ask(for place: String, _ read: () throws -> Letter?) throws -> Letter? {
        if let reason = reasons[place] {
            throw Rejection.refused("the dead letter \(place) cannot be read: \(reason); send the Replay again")
        }
        do { return try read() } catch let error as KafkaError {
            if error.isMissingRight || error.isUnknownTopic {
                throw Rejection.refused("the dead letter \(place) may not be read: \(error.reason)")
            }
            if error.isUnreadable {
                throw Rejection.refused("the dead letter \(place) cannot be read: \(error.reason)")
            }
            if error.isTimeout { reasons[place] = error.reason }
            throw error
        }
    }

    /// They are refused, and the transaction that says so is committed: whoever asks again is asked for again.
    mutating func committed() { reasons.removeAll() }
}
