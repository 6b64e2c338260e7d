import Contracts
import Workers

/// A record as it is given to a worker, whatever is wrong with it.
struct FuzzedRecord {
    var topic: String
    var partition: Int32
    var offset: Int64 = 0
    /// Kafka's, in ms since 1970.
    var time: Int64
    var key: [UInt8]?
    /// The header `type`.
    var type: [UInt8]?
    var value: [UInt8]?
    /// The headers that say where it comes from, whatever stands in them.
    var headers: [(name: String, value: [UInt8])] = []
    var isMutated = false
    /// It has been sent on to its home: it may not be sent on once more.
    var isForwarded = false

    var source: Transaction.Source {
        var found = ProvenanceHeaders()
        for header in headers.reversed() { found.see(header.name.utf8.span, header.value.span) }
        return Transaction.Source(topic: topic, partition: partition, offset: offset, provenance: found.provenance)
    }

    /// On one line, so that it can be typed in again: what is not plain ASCII stands as `\xNN`.
    var description: String {
        "topic=\(topic) partition=\(partition) offset=\(offset) time=\(time) key=\(Self.plain(key)) type=\(Self.plain(type))"
            + " value=\(Self.plain(value))" + headers.map { " \($0.name)=\($0.value.plain)" }.joined()
    }

    private static func plain(_ bytes: [UInt8]?) -> String { bytes?.plain ?? "(none)" }
}
