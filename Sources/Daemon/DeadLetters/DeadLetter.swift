import Contracts
import Kafka
import Workers

/// A dead letter of the context's own, read back.
struct DeadLetter {
    let key: [UInt8]?
    let value: [UInt8]?
    /// Its own, without those that explain it.
    let headers: [(name: String, value: [UInt8]?)]
    /// Of the record that was refused: where it lay, and when Kafka got it.
    let topic: String
    let partition: Int32
    let offset: Int64
    let time: Timestamp
    /// What the record was, where this is not it.
    let cut: String?
    /// Why the record was refused.
    let kind: String?

    /// nil where the headers do not say where the record lay: nobody can tell then what it may do.
    init?(_ record: borrowing Record) {
        var own: [(name: String, value: [UInt8]?)] = []
        var explanation: [String: String] = [:]
        record.forEachHeader { name, value in
            let copy = value.copy
            if DeadLetterHeader.all.contains(name) {
                explanation[name] = String(decoding: copy ?? [], as: UTF8.self)
            } else {
                own.append((name, copy))
            }
        }
        let source = (explanation[DeadLetterHeader.source] ?? "").split(separator: "-")
        guard source.count >= 3, let offset = Int64(source[source.count - 1]),
            let partition = Int32(source[source.count - 2])
        else { return nil }
        topic = source.dropLast(2).joined(separator: "-")
        (self.partition, self.offset) = (partition, offset)
        headers = own
        kind = explanation[DeadLetterHeader.kind]
        let time = explanation[DeadLetterHeader.time].flatMap { Int64($0) } ?? record.timestamp ?? 0
        self.time = Timestamp(milliseconds: time)
        cut = explanation[DeadLetterHeader.cut]
        key = record.key.copy
        value = record.value.copy
    }

    /// Where its record lay.
    var source: Transaction.Source {
        Transaction.Source(topic: topic, partition: partition, offset: offset, provenance: provenance)
    }

    var isWhole: Bool { DeadLetterHeader.isWhole(cut: cut) }

    /// Bytes of key and value.
    var size: Int { (key?.count ?? 0) + (value?.count ?? 0) }

    var type: [UInt8]? { headers.last { $0.name == "type" }?.value }

    var provenance: Provenance {
        var found = ProvenanceHeaders()
        for (name, value) in headers.reversed() {
            if let value { found.see(name.utf8.span, value.span) } else { found.see(name.utf8.span, nil) }
        }
        return found.provenance
    }

    /// Lends key and value.
    func lend<Result, Failure: Error>(
        _ body: (Span<UInt8>?, Span<UInt8>?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch (key, value) {
        case (let key?, let value?): try body(key.span, value.span)
        case (let key?, nil): try body(key.span, nil)
        case (nil, let value?): try body(nil, value.span)
        case (nil, nil): try body(nil, nil)
        }
    }

    func forEachHeader(_ body: (String, Span<UInt8>?) -> Void) {
        for header in headers {
            if let value = header.value { body(header.name, value.span) } else { body(header.name, nil) }
        }
    }
}

extension Span<UInt8>? {
    /// The bytes, for what outlives the loan.
    var copy: [UInt8]? {
        guard let self else { return nil }
        return self.indices.map { self[$0] }
    }
}
