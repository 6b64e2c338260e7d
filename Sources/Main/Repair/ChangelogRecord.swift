import Contracts
import JSON
import Kafka

/// A record of a changelog, copied out of Kafka: the last one of its key.
struct ChangelogRecord {
    let partition: Int32
    let offset: Int64
    let time: Timestamp?
    /// `table/key`, if it is a row's.
    let key: [UInt8]
    /// nil for a deletion.
    let value: [UInt8]?

    init(_ record: borrowing Record, key: Span<UInt8>) {
        (partition, offset) = (record.partition, record.offset)
        time = record.timestamp.map(Timestamp.init(milliseconds:))
        self.key = unsafe key.withUnsafeBufferPointer { unsafe Array($0) }
        if let value = record.value {
            self.value = unsafe value.withUnsafeBufferPointer { unsafe Array($0) }
        } else {
            value = nil
        }
    }

    /// As logs and errors show it.
    var keyText: String { String(decoding: key, as: UTF8.self) }

    /// Whether someone means this key who has it from a log, where what is not text or not printable is shown
    /// otherwise.
    func isShown(as text: String) -> Bool { keyText == text || keyText.printable == text }
}
