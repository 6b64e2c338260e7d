import CRdKafka
import Telemetry

/// The clients by which an `Admin` asks for the offsets of groups: librdkafka has one for each group. They are kept,
/// since each that is rebuilt connects to the brokers again, and some ask every few seconds for as long as they live.
/// Any one thread at a time.
final class GroupClients {
    private var clients: [String: Handle] = [:]

    func client(of group: String, _ properties: [String: String], _ log: Logger) throws(KafkaError) -> Handle {
        if let client = clients[group], client.fatalError == nil { return client }
        // Only a read-committed handle asks for stable offsets; another would be told of older ones.
        let settings = try Settings(
            properties,
            fixed: ["group.id": group, "isolation.level": "read_committed", "enable.auto.commit": "false"])
        let client = try Handle(RD_KAFKA_CONSUMER, settings, log: log)
        clients[group] = client
        return client
    }
}
