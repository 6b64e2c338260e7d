import Contracts
import JSON
import Workers

/// What has come of a replay that was asked for through a gateway. Someone who comes twice with one Idempotency-Key, at
/// whatever gateway and whatever has been started again in between, has his dead letter handled once and is told twice.
///
/// It lies among the timers, as one that never fires: see `InputPositions`.
struct AnsweredReplay: Row {
    private static let kind = "replayed"
    /// So many a shard are kept; then the older half of them goes.
    static let limit = 1000
    /// No such row has a lesser key.
    static let firstKey = Timer(kind: kind, id: "", due: .last).key

    let result: Replayed
    let at: Timestamp

    init(_ result: Replayed, at time: Timestamp) { (self.result, at) = (result, time) }

    /// One idempotency key for two dead letters is one command: each dead letter has what came of it.
    static func key(_ command: String, _ offset: Int64) -> String {
        Timer(kind: kind, id: "\(command)/\(offset)", due: .last).key
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        at = try fields.required("at")
        result = try Replayed(fields)
    }

    func write(_ json: inout JSONWriter) {
        json.field("due", Timestamp.last)
        json.field("at", at)
        result.write(&json)
    }
}

extension Shard {
    /// What has come of the replay of the dead letter at `offset` that this command asked for; nil where none is known.
    func answer(to command: String, _ offset: Int64) throws -> Replayed? {
        var found: AnsweredReplay?
        try read(table: Timers.tableIndex, key: AnsweredReplay.key(command, offset).utf8.span) { bytes in
            var reader = JSONReader()
            found = try? AnsweredReplay(reader.fields(of: bytes))
        }
        return found?.result
    }

    /// The keys of all that are kept, oldest first. One that cannot be read is the oldest.
    func answeredReplays() throws -> [String] {
        var found: [(at: Int64, key: String)] = []
        var reader = JSONReader()
        let first = AnsweredReplay.firstKey
        try scan(table: Timers.tableIndex, from: first.utf8.span) { key, value in
            let text = String(copying: key)
            guard text.hasPrefix(first) else { return false }
            let row = try? AnsweredReplay(reader.fields(of: value))
            found.append((row?.at.milliseconds ?? 0, text))
            return true
        }
        return found.sorted { $0 < $1 }.map(\.key)
    }
}
