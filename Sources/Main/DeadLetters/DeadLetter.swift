import Contracts
import Daemon
import JSON
import Kafka

/// A record that a context has rejected, copied out of Kafka.
struct DeadLetter {
    let partition: Int32
    let offset: Int64
    /// When Kafka got the record, which is what its message counts from; nil if that is not known.
    let time: Timestamp?
    let key: [UInt8]?
    let value: [UInt8]?
    /// Its header of that name, which says what message it is where its value does not.
    private let typeHeader: String?
    let kind: String
    let reason: String
    /// topic-partition-offset of the record that was refused.
    let source: String
    /// Whether it can be handled in the record's place.
    let isWhole: Bool

    /// Why a context cannot handle a dead letter again.
    enum Obstacle: CaseIterable {
        case cut, replay, row

        /// Of so many dead letters.
        var words: String {
            switch self {
            case .cut: "too large to be kept whole; the original records are where SOURCE says"
            case .replay: "replays that were refused themselves; replay the dead letters that they name"
            case .row: "rows removed from the changelog, which did not come from an input"
            }
        }
    }

    func obstacle(in context: Context) -> Obstacle? {
        if !isWhole { return .cut }
        if source.hasPrefix("\(context.changelog)-") { return .row }
        return type == Replay.type.description ? .replay : nil
    }

    init(_ record: borrowing Record) {
        (partition, offset) = (record.partition, record.offset)
        key = Self.copy(record.key)
        value = Self.copy(record.value)
        var explanation: [String: String] = [:]
        var typeHeader: String?
        record.forEachHeader { name, value in
            guard name == "type" || DeadLetterHeader.all.contains(name) else { return }
            let text = String(decoding: Self.copy(value) ?? [], as: UTF8.self)
            if name == "type" { typeHeader = text } else { explanation[name] = text }
        }
        self.typeHeader = typeHeader
        // The dead letter has the time at which it was buried, and the record's own in words.
        let ownTime = explanation[DeadLetterHeader.time].flatMap { Int64($0) } ?? record.timestamp
        time = ownTime.map(Timestamp.init(milliseconds:))
        isWhole = DeadLetterHeader.isWhole(cut: explanation[DeadLetterHeader.cut])
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
        return type ?? typeHeader ?? ""
    }

    var place: String { "\(partition):\(offset)" }
    var keyText: String { String(decoding: key ?? [], as: UTF8.self) }

    private static func copy(_ bytes: Span<UInt8>?) -> [UInt8]? {
        guard let bytes else { return nil }
        return unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
