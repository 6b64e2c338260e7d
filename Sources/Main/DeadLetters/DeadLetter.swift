import Contracts
import Daemon
import JSON
import Kafka

/// A record that a context has refused, copied out of Kafka.
struct DeadLetter {
    let partition: Int32
    let offset: Int64
    /// The record's own time; nil if it has none.
    let time: Timestamp?
    let key: [UInt8]?
    let value: [UInt8]?
    /// Its own, without those that explain it.
    let headers: [(name: String, value: [UInt8]?)]
    let kind: String
    let reason: String
    /// topic-partition-offset of the record that was refused.
    let source: String

    init(_ record: borrowing Record) {
        (partition, offset) = (record.partition, record.offset)
        time = record.timestamp.map(Timestamp.init(milliseconds:))
        key = Self.copy(record.key)
        value = Self.copy(record.value)
        var headers: [(name: String, value: [UInt8]?)] = []
        var explanation: [String: String] = [:]
        record.forEachHeader { name, value in
            let bytes = Self.copy(value)
            if DeadLetterHeader.all.contains(name) {
                explanation[name] = String(decoding: bytes ?? [], as: UTF8.self)
            } else {
                headers.append((name, bytes))
            }
        }
        self.headers = headers
        kind = explanation[DeadLetterHeader.kind] ?? ""
        reason = explanation[DeadLetterHeader.reason] ?? ""
        source = explanation[DeadLetterHeader.source] ?? ""
    }

    /// What message it is: as its value states, or its header; empty if neither does.
    var type: String {
        var type: String?
        var reader = JSONReader()
        let value = value ?? []
        try? reader.read(value.span) { fields throws in type = try? fields.identifier("eventType") }
        return type ?? headers.last { $0.name == "type" }.map { String(decoding: $0.value ?? [], as: UTF8.self) } ?? ""
    }

    var place: String { "\(partition):\(offset)" }
    var keyText: String { String(decoding: key ?? [], as: UTF8.self) }

    private static func copy(_ bytes: Span<UInt8>?) -> [UInt8]? {
        guard let bytes else { return nil }
        return unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
