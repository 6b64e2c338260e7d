package import Contracts
import JSON

/// Records that wait: they are put aside as rows, and handled later or never.
extension Transaction {
    /// The record that is being handled, to be put aside as a row.
    package func keep() -> KeptRecord {
        var kept = unsafe KeptRecord(
            topic: origin.topic, partition: origin.partition, offset: origin.offset, time: time,
            key: recordKey.baseAddress == nil ? nil : String(validating: recordKey, as: UTF8.self),
            type: recordType?.description, provenance: source.provenance, value: String(decoding: record, as: UTF8.self)
        )
        kept.cut = cut
        return kept
    }

    /// The record that is being handled, to be put aside as a row: as it came if it is small, else as this message,
    /// which says what was understood of it.
    package func keep(orElse message: some Message, key: String) -> KeptRecord {
        let (keySize, valueSize) = unsafe (recordKey.count, record.count)
        guard keySize > KeptRecord.keyLimit || isLarge else { return keep() }
        var json = JSONWriter()
        json.message(message, at: time)
        var kept = KeptRecord(
            topic: origin.topic, partition: origin.partition, offset: origin.offset, time: time, key: key,
            provenance: source.provenance, value: json.bytes.text)
        kept.cut = cut ?? "\(KeptRecord.restatedPrefix); it was a key of \(keySize) bytes, value of \(valueSize) bytes"
        return kept
    }

    /// Whether the record's value takes more than a row may have of it, with its escapes.
    private var isLarge: Bool {
        guard unsafe record.count <= KeptRecord.valueLimit else { return true }
        let escaped = unsafe record.count { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        return unsafe record.count + escaped > KeptRecord.valueLimit
    }

    /// Makes a dead letter of a kept record, which can never be decided.
    package func deadLetter(_ record: KeptRecord, _ rejection: Rejection) { effects.deadLetter(record, rejection) }
}
