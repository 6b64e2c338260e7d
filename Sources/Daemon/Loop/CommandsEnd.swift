import Contracts
import Kafka
import Telemetry

/// Asks Kafka where a partition's commands end, with a client that it keeps.
struct CommandsEnd {
    /// nil before the first time.
    private var admin: (any OffsetSource)?

    mutating func offset(
        _ partition: Int32, _ plan: RestoreJob.Plan, log: Logger, in surroundings: any Surroundings
    ) throws(KafkaError) -> Int64 {
        if let admin { return try admin.watermarks(plan.context.commands, partition).high }
        let new = try surroundings.admin(plan.properties, log: log)
        admin = new
        return try new.watermarks(plan.context.commands, partition).high
    }

    mutating func dropClient() { admin = nil }
}
