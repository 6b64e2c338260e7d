import Contracts
import Kafka
import Telemetry
import Workers

/// Reads the dead letters that are to be handled again.
struct Replays {
    /// nil before the first.
    private var reader: DeadLetterReader?
    private var unanswered = UnansweredReplays()

    /// - Returns: nil where there is none at this offset, or none that can be understood.
    /// - Throws: `Rejection`, where it cannot be read, and what keeps the transaction from continuing.
    mutating func deadLetter(
        _ partition: Int32, _ offset: Int64, place: String, _ plan: RestoreJob.Plan, log: Logger,
        in surroundings: any Surroundings
    ) throws -> DeadLetter? {
        var kept = reader
        defer { reader = kept }
        return try unanswered.ask(for: place) {
            let reader =
                try kept ?? DeadLetterReader(plan.context.deadLetters, plan.properties, log: log, in: surroundings)
            kept = reader
            return try reader.deadLetter(partition, offset)
        }
    }

    mutating func committed() { unanswered.committed() }

    mutating func dropClient() { reader = nil }
}
