package import JSON

/// Asks a context to handle one of its dead letters again. Every context takes it; the daemon reads the letter from its own topic,
/// which nobody else may write, so that a replay can say no more than the refused record did.
package struct Replay: Message {
    package static let type: MessageType = "Replay"
    /// Where the letter lies in the context's dead letters, and so which shard handles it.
    package var partition: Int32
    package var offset: Int64

    package init(partition: Int32, offset: Int64) { (self.partition, self.offset) = (partition, offset) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        partition = Int32(try fields.required("partition", in: 0...Int64(Int32.max)))
        offset = try fields.required("offset", in: Limits.offset)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("partition", Int64(partition))
        json.field("offset", offset)
    }
}
