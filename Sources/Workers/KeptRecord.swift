package import Contracts
package import JSON

/// A record that a worker puts aside, as a row, until it can be decided. If it never can, `Transaction.deadLetter`
/// makes a dead letter of it, as it came but for headers of other names. A key that is not UTF-8 is not kept, and of a
/// large record only what was understood.
package struct KeptRecord: Row, Hashable {
    /// Where the record lies.
    package var topic: String
    /// Of `topic`.
    package var partition: Int32
    /// In `partition`.
    package var offset: Int64
    /// When Kafka got it.
    package var time: Timestamp
    /// nil where it had none.
    package var key: String?
    /// Its header `type`, where the value does not say what it is: without it nobody could read the record again.
    package var type: String?
    /// Who has sent it, as its headers say.
    package var provenance: Provenance
    /// Its JSON, as it came unless `cut` says what it was.
    package var value: String
    /// What the record was, where it was too large to wait as it came: key and value are not its own then, but say all
    /// that was understood of it, and can be handled in its place.
    package var cut: String?

    /// Where it lies, or lay.
    package var source: Transaction.Source {
        Transaction.Source(topic: topic, partition: partition, offset: offset, provenance: provenance)
    }

    /// A record whose value, as a row has it with its escapes, and key are no larger waits as it came: rows that wait
    /// are read again and again.
    package static let valueLimit = 1024
    /// Bytes of a key that are kept.
    package static let keyLimit = 256
    /// What `cut` begins with.
    package static let restatedPrefix = "said anew by what was understood"

    package init(
        topic: String, partition: Int32, offset: Int64, time: Timestamp, key: String?, type: String? = nil,
        provenance: Provenance = Provenance(), value: String
    ) {
        (self.topic, self.partition, self.offset) = (topic, partition, offset)
        (self.time, self.key, self.type, self.provenance, self.value) = (time, key, type, provenance, value)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        topic = try fields.required("topic")
        partition = Int32(try fields.required("partition", in: 0...Int64(Int32.max)))
        offset = try fields.required("offset", in: 0...Int64.max)
        time = try fields.required("time")
        key = try fields.optional("key")
        type = try fields.optional("type")
        provenance = Provenance(trace: try fields.trace(), request: try fields.request())
        value = try fields.required("value")
        cut = try fields.optional("cut")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("topic", topic)
        json.field("partition", Int64(partition))
        json.field("offset", offset)
        json.field("time", time)
        json.field("key", ifThere: key)
        json.field("type", ifThere: type)
        json.field(ifThere: provenance.trace)
        json.field(ifThere: provenance.request)
        json.field("value", value)
        json.field("cut", ifThere: cut)
    }
}
