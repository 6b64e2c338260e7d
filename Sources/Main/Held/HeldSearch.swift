import Contracts
import JSON
import Kafka
import Simulation

/// Reads what Kafka holds about a customer: of every topic the partition of his key, or all of them, from the oldest
/// record to where it ends now.
struct HeldSearch {
    let user: String
    let readsAll: Bool
    let properties: [String: String]

    struct Result {
        var summary = HeldSummary()
        var read = 0
        var partitions: Int32 = 0
        /// Topics of the contract that there are not, or that this user may not see.
        var missing: [String] = []

        /// What was read, in words.
        var extent = ""
    }

    /// - Parameter each: gets a line of JSON for each record about him; nil where only the summary is of use.
    func run(_ each: ((String) -> Void)?) throws -> Result {
        let admin = try Admin(properties, log: LogOptions.forTools)
        let found = try admin.describeTopics(Topic.all.map(\.name))
        var result = Result()
        result.missing = Topic.all.map(\.name).filter { found[$0] == nil }
        var wholes: [WholePartition] = []
        for topic in Topic.all {
            guard let partitions = found[topic.name]?.partitions else { continue }
            result.partitions = partitions
            let his = Partitioner.partition(of: user, among: partitions)
            for partition in readsAll ? 0..<partitions : his..<(his + 1) {
                if let whole = try admin.whole(topic.name, partition) { wholes.append(whole) }
            }
        }
        try read(wholes, &result, each)
        let his = Partitioner.partition(of: user, among: max(1, result.partitions))
        let partitions = readsAll ? "all partitions" : "partition \(his) of 0 to \(result.partitions - 1)"
        result.extent = "\(result.read) records in \(partitions)"
        return result
    }

    private func read(_ wholes: [WholePartition], _ result: inout Result, _ each: ((String) -> Void)?) throws {
        let topics = Dictionary(uniqueKeysWithValues: Topic.all.map { ($0.name, $0) })
        let progress = ProgressLine()
        defer { progress.clear() }
        let count = wholes.reduce(0) { $0 + $1.count }
        var records = CustomerRecords(of: user)
        let reader = try Reader(properties, log: LogOptions.forTools, isolation: .readCommitted)
        try reader.read(wholes) { record in
            result.read += 1
            // Not among the records on a terminal.
            if each == nil, result.read.isMultiple(of: 1000) {
                progress.show("read: \(result.read) records of about \(count)")
            }
            guard let topic = topics[record.topic], let what = records.what(record, in: topic) else { return }
            if topic.cleanup == .compact, let key = String(copying: record.key) {
                let isThere = record.value != nil
                result.summary.add(row: key, isThere: isThere, what, in: topic, at: record.timestamp)
            } else {
                result.summary.add(what, in: topic, at: record.timestamp)
            }
            if let each { each(Self.line(record, what)) }
        }
    }

    /// A value that is no JSON object stands as text.
    private static func line(_ record: borrowing Record, _ what: String) -> String {
        let key = String(copying: record.key)
        let value = String(copying: record.value)
        let (topic, partition, offset) = (record.topic, Int64(record.partition), record.offset)
        let time = record.timestamp.map(Timestamp.init(milliseconds:))
        return JSONLine.text { json in
            json.field("topic", topic)
            json.field("partition", partition)
            json.field("offset", offset)
            json.field("time", ifThere: time)
            json.field("key", ifThere: key)
            json.field("what", what)
            guard let value else { return json.null("value") }
            var reader = JSONReader()
            if (try? reader.read(value.utf8.span) { _ in }) != nil {
                // Between the tokens of JSON a line's end is as good as a blank, and in them there is none.
                let bytes = value.utf8.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
                json.field("value", json: bytes.span)
            } else {
                json.field("value", value)
            }
        }
    }
}
