import Chance
import Contracts
import JSON
import Time
import Workers

/// Makes records of a subject's examples. Ids come from small pools and times lie about the clock, so that records
/// meet: the same order, the same customer, readings of the order's own quarter hours.
struct RecordSource {
    let subject: Subject
    let partitions: Int32
    private let mutator = Mutator()
    private var records: Int64 = 0

    init(_ subject: Subject, partitions: Int32) { (self.subject, self.partitions) = (subject, partitions) }

    mutating func next(clock: Int64, _ random: inout SeededGenerator) -> FuzzedRecord {
        records += 1
        guard let example = subject.examples.randomElement(using: &random) else { preconditionFailure("no examples") }
        let ids = pick(&random)
        let shift = shift(to: clock, example.type, &random)
        // Most orders ask everybody: of those for resources most are refused.
        let isForAll = Int.random(in: 0..<3, using: &random) > 0
        var fields = example.fields.filter { !isForAll || !Self.targets.contains($0.name) }.map { field in
            Subject.Field(name: field.name, text: text(field, ids, shift, &random))
        }
        let key = Array((example.topic.hasPrefix("dr.") ? ids.order : ids.user).utf8)
        var record = FuzzedRecord(
            topic: example.topic, partition: home(of: key), time: clock, key: key,
            type: Bool.random(using: &random) ? Array(example.type.utf8) : nil)
        mutator.mutateHeaders(&record, &random)
        mutator.mutate(&record, &fields, ids: ids, clock: clock, subject, &random)
        if Int.random(in: 0..<12, using: &random) == 0 {
            record.partition = Int32.random(in: 0..<partitions, using: &random)
        }
        return record
    }

    /// The pools move on, since an order's id is used once.
    private func pick(_ random: inout SeededGenerator) -> Mutator.IDs {
        let epoch = records / 300
        let order = Int.random(in: 0..<4, using: &random)
        let prefix = ["u-", "u.", "\u{FC}", ""].randomElement(using: &random) ?? ""
        return Mutator.IDs(
            order: "dr-\(epoch)-\(order)", user: "\(prefix)\(Int.random(in: 1...3, using: &random))",
            withdrawal: "w-\(epoch)-\(Int.random(in: 0..<9, using: &random))")
    }

    /// By how much the example's times are moved, in ms: a whole number of quarter hours, so that readings lie on the
    /// grid.
    private func shift(to clock: Int64, _ type: String, _ random: inout SeededGenerator) -> Int64 {
        let quarters = (clock - Self.exampleClock) / 900_000
        // Now and then all lie at the end of the time that is taken.
        if Int.random(in: 0..<60, using: &random) == 0 {
            let end = (ISO8601.bounds.upperBound - Self.exampleClock) / 900_000
            return (end - Int64.random(in: 0...14, using: &random)) * 900_000
        }
        let day: Int64 = 96
        let some =
            type.hasPrefix("MeterReading")
            ? -day * Int64.random(in: 0...12, using: &random) + Int64.random(in: -20...8, using: &random)
            : [0, 0, 0, -4, -8, -12, 4, 8, -day, -2 * day, day].randomElement(using: &random) ?? 0
        return (quarters + some) * 900_000
    }

    /// By which orders ask some, and customers belong to what is asked.
    private static let targets = ["resources", "regions", "unassigned", "resource"]
    /// What the examples' clock shows.
    static let exampleClock: Int64 = 1_795_251_600_000

    private func text(
        _ field: Subject.Field, _ ids: Mutator.IDs, _ shift: Int64, _ random: inout SeededGenerator
    ) -> String {
        switch field.text {
        case "\"dr-20261121-1\"": return "\"\(ids.order)\""
        case "\"dr-20261121-1.u-1001\"": return "\"\(ids.order).\(ids.user)\""
        case "\"u-1001\"": return "\"\(ids.user)\""
        case "1001": return UInt64(ids.user) == nil ? "\"\(ids.user)\"" : ids.user
        case "\"w-77\"", "\"a-12\"": return "\"\(ids.withdrawal)\""
        default: break
        }
        if let number = Int64(field.text) {
            if ISO8601.bounds.contains(number) { return "\(number + shift)" }
            if field.name == "passedBy" { return "\(Int32.random(in: 0..<partitions, using: &random))" }
            return Bool.random(using: &random) ? field.text : "\(Int64.random(in: 0...2000, using: &random))"
        }
        if field.name == "wh" { return readings(&random) }
        if let time = Timestamp(String(field.text.dropFirst().dropLast())) {
            let moved = Timestamp(milliseconds: time.milliseconds + shift)
            return Bool.random(using: &random) ? "\"\(moved)\"" : "\(moved.milliseconds)"
        }
        return field.text
    }

    private func readings(_ random: inout SeededGenerator) -> String {
        let count = [1, 4, 12, 96, 96, 200].randomElement(using: &random) ?? 1
        let hole = Int.random(in: 0..<400, using: &random)
        return "[" + (0..<count).map { $0 == hole ? "null" : "\(400 + ($0 * 7 + hole) % 50)" }.joined(separator: ",")
            + "]"
    }

    private func home(of key: [UInt8]) -> Int32 {
        Partitioner.partition(of: String(decoding: key, as: UTF8.self), among: partitions)
    }
}
