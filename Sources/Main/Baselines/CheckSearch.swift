import Contracts
import JSON
import Kafka
import Telemetry

/// Finds a customer's check among the events of kepco: reads the partition of the customer's key from its beginning to
/// where it ends now, and keeps one record, the last version, and what the others came to.
struct CheckSearch {
    struct Trouble: Error, CustomStringConvertible { let description: String }

    /// A check, and the event as it stands.
    struct Found {
        let check: ReductionCheck
        let event: [UInt8]
        /// In one line each, the newest last.
        var earlier: [String] = []
    }

    private static let topic = Context.kepco.events

    let order: String
    let user: String
    let properties: [String: String]

    /// - Returns: nil when there is none.
    func run() throws -> Found? {
        let admin = try Admin(properties, log: LogOptions.forTools)
        guard let topic = try admin.describeTopics([Self.topic])[Self.topic] else {
            throw Trouble(description: "there is no topic \(Self.topic), or this user may not see it")
        }
        let partition = Partitioner.partition(of: user, among: topic.partitions)
        guard let whole = try admin.whole(Self.topic, partition) else { return nil }
        var found: Found?
        var json = JSONReader()
        let reader = try Reader(properties, log: LogOptions.forTools, isolation: .readCommitted)
        try reader.read([whole]) { if let next = try check($0, &json) { found = Self.last(found, next) } }
        return found
    }

    /// Of two versions the higher one, which knows of the other; of a repeated one the last.
    static func last(_ found: Found?, _ next: Found) -> Found {
        guard let found else { return next }
        guard next.check.version >= found.check.version else { return found }
        var last = next
        last.earlier = found.earlier
        if next.check.version > found.check.version { last.earlier.append(CheckReport.summary(of: found.check)) }
        return last
    }

    /// nil when the record is something else.
    func check(_ record: borrowing Record, _ reader: inout JSONReader) throws -> Found? {
        guard let key = record.key, key.count == user.utf8.count, let value = record.value else { return nil }
        let user = user.utf8.span
        for position in key.indices where key[position] != user[position] { return nil }
        return try check(value, &reader)
    }

    func check(_ value: Span<UInt8>, _ reader: inout JSONReader) throws -> Found? {
        var check: ReductionCheck?
        try reader.read(value) { fields in
            guard fields.has("eventType"), try fields.text("eventType") == "\(ReductionCheck.type)",
                try fields.text("drId") == order
            else { return }
            check = try ReductionCheck(fields)
        }
        guard let check else { return nil }
        return Found(check: check, event: unsafe value.withUnsafeBufferPointer { unsafe Array($0) })
    }
}
