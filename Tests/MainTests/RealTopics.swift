import Kafka
import RealKafka
import Telemetry
import TelemetryTesting

/// Topics as someone else would have made them.
enum RealTopics {
    static func make(_ name: String, _ partitions: Int32, _ config: [String: String], _ servers: String) throws {
        try Admin(["bootstrap.servers": servers], log: Logger(sink: MemoryLog()))
            .createTopics([NewTopic(name, partitions: partitions, config: config)])
    }

    /// With another number of partitions.
    static func remake(_ name: String, _ partitions: Int32, _ servers: String) throws {
        let admin = try Admin(["bootstrap.servers": servers], log: Logger(sink: MemoryLog()))
        try admin.deleteTopics([name])
        try eventually("\(name) to go") { try admin.describeTopics([name]).isEmpty }
        try admin.createTopics([NewTopic(name, partitions: partitions)])
    }
}
