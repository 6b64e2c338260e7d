import Contracts
import JSON
import Workers

/// What tools that write a changelog have to know of it.
package enum Changelog {
    /// The row of the input positions, which is the last record of each transaction: a timer that never fires.
    package static let positionsKey = "\(Timers.name)/\(InputPositions.rowKey)"
}

/// How far a shard has come in each of its inputs. A row of the shard, and the last changelog record of each of its
/// transactions: a group whose offsets have expired goes on where it was, and a topic that was made anew is told from
/// the one that was read.
///
/// It lies among the timers, as one that never fires: version 0.1.0 does not begin where the changelog has a table that
/// it does not know, and a canary or a rollback has to read what this version writes.
struct InputPositions: Row, Hashable {
    /// Of what this version writes; 0.1.0 wrote no such row. A version reads what the next one writes, and none beyond.
    static let format: Int64 = 2
    static let timer = Timer(kind: "inputs", id: "", due: .last)
    static let rowKey = timer.key

    /// In the order in which the daemon has them.
    let topics: [String]
    /// Where reading goes on.
    var offsets: [Int64]
    /// The offset and the time of the last record that was handled: what another topic of the name does not have. -1
    /// and 0 for none.
    var lastOffsets: [Int64]
    var lastTimes: [Int64]
    /// Which topic it is that was read, where the library tells. A version that does not know of them leaves them out,
    /// and the next that does begins with those that it finds.
    var topicIDs: [String?]
    /// Below this offset the commands are from before they took exactly what the contract lists; nil while an earlier
    /// version may be at work on other partitions.
    var mark: Int64?
    /// Behind the last changelog record that no table took and that was made a dead letter.
    var straysReported: Int64 = 0

    init(topics: [String], offsets: [Int64]) {
        (self.topics, self.offsets) = (topics, offsets)
        lastOffsets = Array(repeating: -1, count: topics.count)
        lastTimes = Array(repeating: 0, count: topics.count)
        topicIDs = Array(repeating: nil, count: topics.count)
    }

    /// A record of this input is handled. `time` is Kafka's, in ms.
    mutating func advance(_ input: Int, past offset: Int64, time: Int64) {
        offsets[input] = offset + 1
        lastOffsets[input] = offset
        lastTimes[input] = time
    }

    /// How far an input has come: `rewind` takes it back there.
    func progress(of input: Int) -> (next: Int64, last: Int64, time: Int64) {
        (offsets[input], lastOffsets[input], lastTimes[input])
    }

    /// By what the topic that was read is known again; nil where nothing is, or nothing has been passed over if it is
    /// another one.
    func identity(of input: Int, _ partition: Int32) -> TopicIdentity.Known? {
        guard lastOffsets[input] >= 0 || topicIDs[input] != nil && offsets[input] > 0 else { return nil }
        return TopicIdentity.Known(
            topic: topics[input], partition: partition, offset: lastOffsets[input], time: lastTimes[input],
            id: topicIDs[input])
    }

    /// As if nothing had been handled since.
    mutating func rewind(_ input: Int, to before: (next: Int64, last: Int64, time: Int64)) {
        (offsets[input], lastOffsets[input], lastTimes[input]) = before
    }

    /// Takes over what is known of its inputs; others stay as they are.
    mutating func adopt(_ known: InputPositions) {
        for (index, topic) in topics.enumerated() {
            guard let place = known.topics.firstIndex(of: topic) else { continue }
            (lastOffsets[index], lastTimes[index]) = (known.lastOffsets[place], known.lastTimes[place])
            topicIDs[index] = known.topicIDs[place]
        }
        (mark, straysReported) = (known.mark, known.straysReported)
    }

    subscript(topic: String) -> Int64? { topics.firstIndex(of: topic).map { offsets[$0] } }

    private static let limit = 100

    init(_ fields: borrowing Fields) throws(JSONError) {
        topics = try fields.strings("topics", atMost: Self.limit)
        offsets = try Self.numbers("next", fields, topics.count)
        lastOffsets = try Self.numbers("last", fields, topics.count)
        lastTimes = try Self.numbers("times", fields, topics.count)
        let ids = fields.has("ids") ? try fields.strings("ids", atMost: Self.limit) : topics.map { _ in "" }
        guard ids.count == topics.count else { throw JSONError(field: "ids", .outOfRange) }
        topicIDs = ids.map { $0.isEmpty ? nil : $0 }
        mark = try fields.optional("mark", in: 0...Int64.max)
        straysReported = try fields.optional("strays", in: 0...Int64.max) ?? 0
    }

    private static func numbers(
        _ name: StaticString, _ fields: borrowing Fields, _ count: Int
    ) throws(JSONError) -> [Int64] {
        let numbers = try fields.numbers(name, in: Int64.min + 1...Int64.max, atMost: limit)
        // One that is null is no number to be left out: those behind it would be other topics'.
        guard numbers.count == count, !numbers.contains(nil) else {
            throw JSONError(field: name.description, .outOfRange)
        }
        return numbers.compactMap { $0 }
    }

    func write(_ json: inout JSONWriter) {
        json.field("due", Self.timer.due)
        json.field("format", Self.format)
        json.field("topics", topics)
        json.field("next", offsets)
        json.field("last", lastOffsets)
        json.field("times", lastTimes)
        if topicIDs.contains(where: { $0 != nil }) { json.field("ids", topicIDs.map { $0 ?? "" }) }
        if let mark { json.field("mark", mark) }
        if straysReported > 0 { json.field("strays", straysReported) }
    }

    /// Refuses what a version has written that is further than the next one: its format is all that may be read of such
    /// a row.
    /// - Throws: `StateError.newerChangelog`.
    static func checkFormat(_ row: Span<UInt8>) throws(StateError) {
        var reader = JSONReader()
        // One that cannot be read is for whoever needs it to say.
        guard let found = try? format(of: reader.fields(of: row)) else { return }
        guard found <= format + 1 else { throw .newerChangelog(found) }
    }

    static func format(of fields: borrowing Fields) throws(JSONError) -> Int64 {
        try fields.required("format", in: 1...Int64.max)
    }
}
