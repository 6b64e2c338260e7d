import Contracts
import JSON
import Kafka
import Simulation

/// Reads what Kafka holds about a customer: of every topic the partition of his key, or all of them, from the oldest
/// record to where it ends now.
struct HeldSearch {
    struct Trouble: Error, CustomStringConvertible { let description: String }

    /// How long nothing may come: longer than Kafka lets a transaction stay open that someone has left.
    private static let timeout = Duration.seconds(30)

    let user: String
    let readsAll: Bool
    let properties: [String: String]

    struct Result {
        var summary = HeldSummary()
        var read = 0
        var partitions: Int32 = 0
        /// That there are, but for those that were read.
        var missing: [String] = []

        /// What was read, in words.
        var extent = ""
    }

    /// - Parameter each: gets a line of JSON for each record about him.
    func run(_ each: (String) -> Void) throws -> Result {
        let admin = try Admin(properties, log: LogOptions.forTools)
        let found = try admin.describeTopics(Topic.all.map(\.name))
        var result = Result()
        result.missing = Topic.all.map(\.name).filter { found[$0] == nil }
        var (starts, ends): ([TopicPartition], [Int64]) = ([], [])
        for topic in Topic.all {
            guard let partitions = found[topic.name]?.partitions else { continue }
            result.partitions = partitions
            let his = Partitioner.partition(of: user, among: partitions)
            for partition in readsAll ? 0..<partitions : his..<(his + 1) {
                let (low, high) = try admin.watermarks(topic.name, partition)
                guard low < high else { continue }
                starts.append(TopicPartition(topic.name, partition, offset: low))
                ends.append(high)
            }
        }
        try read(starts, ends, &result, each)
        let his = Partitioner.partition(of: user, among: max(1, result.partitions))
        let partitions = readsAll ? "all partitions" : "partition \(his) of 0 to \(result.partitions - 1)"
        result.extent = "\(result.read) records in \(partitions)"
        return result
    }

    private func read(
        _ starts: [TopicPartition], _ ends: [Int64], _ result: inout Result, _ each: (String) -> Void
    ) throws {
        guard !starts.isEmpty else { return }
        let topics = Dictionary(uniqueKeysWithValues: Topic.all.map { ($0.name, $0) })
        let progress = ProgressLine()
        // About: offsets of transactions' markers are none.
        let count = zip(starts, ends).reduce(0) { $0 + $1.1 - $1.0.offset }
        var records = CustomerRecords(of: user)
        let reader = try Reader(properties, log: LogOptions.forTools, isolation: .readCommitted)
        let done = try reader.readToEnds(of: starts, at: ends, quiet: Self.timeout) { record in
            result.read += 1
            if result.read.isMultiple(of: 1000) { progress.show("read: \(result.read) records of \(count)") }
            guard let topic = topics[record.topic], let what = records.what(record, in: topic) else { return }
            if topic.cleanup == .compact, let key = String(copying: record.key) {
                let isThere = record.value != nil
                result.summary.add(row: key, isThere: isThere, what, in: topic, at: record.timestamp)
            } else {
                result.summary.add(what, in: topic, at: record.timestamp)
            }
            each(Self.line(record, what))
        }
        progress.clear()
        guard done != nil else {
            throw Trouble(
                description: "the topics cannot be read to their ends: is Kafka running, and has a transaction been "
                    + "left open?")
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
