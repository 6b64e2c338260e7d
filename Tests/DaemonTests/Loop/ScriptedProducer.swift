import Contracts
import Kafka
import Telemetry

@testable import Daemon

/// A producer that notes its calls and fails where it is asked to.
final class ScriptedProducer: TransactionWriter {
    private(set) var calls: [String] = []
    var failures: [String: KafkaError] = [:]

    private func call(_ name: String) throws(KafkaError) {
        calls.append(name)
        if let error = failures[name] { throw error }
    }

    func topic(_ name: String) -> TransactionalProducer.Topic { TransactionalProducer.Topic(id: 1, partitions: 4) }
    func begin() throws(KafkaError) { try call("begin") }
    func produce(
        _ topic: TransactionalProducer.Topic, _ partition: Int32, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: consuming Headers?, timestamp: Int64, tracked: Bool
    ) throws(KafkaError) { try call("produce \(partition)") }
    func deliveredPosition(_ partition: Int32) -> Int64? { 10 }
    func serve() {}
    func sendOffsets(_ next: [TopicPartition], _ group: consuming GroupMetadata) throws(KafkaError) {
        try call("offsets \(next.map { "\($0.topic)-\($0.partition)@\($0.offset)" }.joined(separator: " "))")
    }
    /// What happens behind a commit that has succeeded.
    var whenCommitted: () -> Void = {}
    func commit() throws(KafkaError) {
        try call("commit")
        whenCommitted()
    }
    func abort() throws(KafkaError) { try call("abort") }
}
