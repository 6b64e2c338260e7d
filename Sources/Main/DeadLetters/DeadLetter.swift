import Contracts
import Daemon
import JSON
import Kafka

/// A record that a context has refused, copied out of Kafka.
struct DeadLetter {
    let partition: Int32
    let offset: Int64
    /// When Kafka got the record, which is what its message counts from; nil if that is not known.
    let time: Timestamp?
    let key: [UInt8]?
    let value: [UInt8]?
    /// Its own, without those that explain it.
    let headers: [(name: String, value: [UInt8]?)]
    let kind: String
    let reason: String
    /// topic-partition-offset of the record that was refused.
    let source: String
    /// Whether it is whole, and small enough for the commands. One that is not lies at its source still.
    let canBeSent: Bool

    /// Of key, value and headers, in bytes: what any topic takes, its batch around it included.
    private static let limit = 1_000_000

    init(_ record: borrowing Record) {
        (partition, offset) = (record.partition, record.offset)
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
        // The letter has the time at which it was buried, and the record's own in words.
        let ownTime = explanation[DeadLetterHeader.time].flatMap { Int64($0) } ?? record.timestamp
        time = ownTime.map(Timestamp.init(milliseconds:))
        let size = headers.reduce((key?.count ?? 0) + (value?.count ?? 0)) {
            $0 + $1.name.utf8.count + ($1.value?.count ?? 0)
        }
        canBeSent = explanation[DeadLetterHeader.cut] == nil && size <= Self.limit
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
