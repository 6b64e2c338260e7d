import Contracts
import Daemon
import JSON
import Kafka
import Meters

/// Sends readings to Kafka as they are read, and says which lines are refused.
final class ReadingSender: ReadingSink {
    /// Refusals of a file that are told; of others only how many there are.
    private static let told = 20
    private static let timeout: Int32 = 60_000

    private let topic: String
    /// nil where nothing is to be sent.
    private let producer: Producer?
    private var name = ""
    private(set) var refused = 0

    /// - Parameter properties: librdkafka's; nil sends nothing.
    init(_ topic: Topic, _ properties: [String: String]?) throws(KafkaError) {
        self.topic = topic.name
        // Readings shrink to less than a half.
        let usual = ["compression.codec": "lz4", "linger.ms": "20"]
        producer = try properties.map { properties throws(KafkaError) in
            try Producer(properties.merging(usual) { given, _ in given }, log: LogOptions.forTools)
        }
    }

    /// Another file begins.
    func begin(_ name: String) { (self.name, refused) = (name, 0) }

    func take(_ readings: MeterReadings) throws {
        guard let producer else { return }
        var json = JSONWriter()
        json.message(readings, at: .current)
        let headers = Headers(capacity: 1)
        headers.add("type", MeterReadings.type.bytes)
        try producer.send(topic, key: readings.user.text.utf8.span, value: json.bytes, headers: headers)
    }

    func refuse(_ fault: FileFault) {
        refused += 1
        if refused <= Self.told { writeError("\(name), \(fault)\n") }
    }

    /// The file has ended: what it had has arrived, or this throws.
    func finish() throws(KafkaError) {
        if refused > Self.told { writeError("\(name): \(refused - Self.told) more are refused\n") }
        try producer?.flush(milliseconds: Self.timeout)
    }
}
