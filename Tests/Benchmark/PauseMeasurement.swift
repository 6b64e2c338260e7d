import Contracts
import Daemon
import Glibc
import Kafka

/// How long no record of a partition is committed while a member joins its group: each partition gets a record every
/// few milliseconds, and what is asked is the longest time between two commits of one partition.
struct PauseMeasurement {
    private static let topic = Topic.kepcoEvents
    private static let limit = Duration.seconds(600)
    /// How long the group has to have its new member: the partitions have moved by then.
    private static let settling = Duration.seconds(15)

    private let client: Client
    private let load: Load
    private let group: String

    init(_ client: Client, group: String) { (self.client, self.group, load) = (client, group, Load(client)) }

    /// Sends on and on until the group has had so many members for a while.
    func run(_ members: Int) throws {
        let partitions = try client.ends(Self.topic.name)
        let start = ContinuousClock.now
        var gaps = Gaps(count: partitions.count)
        var (joined, looked): (ContinuousClock.Instant?, ContinuousClock.Instant) = (nil, start)
        while joined.map({ .now - $0 < Self.settling }) ?? true {
            guard .now - start < Self.limit else {
                throw MeasurementError(description: "\(group) has not \(members) members after \(Self.limit)")
            }
            try load.checkInEach(of: partitions.map(\.partition))
            usleep(5000)
            try gaps.note(committed(partitions), at: .now)
            guard joined == nil, .now - looked > .seconds(1) else { continue }
            looked = .now
            if try client.admin.memberCount(of: group) >= members { joined = .now }
        }
        try client.flush()
        gaps.close(at: .now)
        say("longest", (gaps.longest.seconds * 100).rounded() / 100)
    }

    /// Nothing while Kafka cannot say.
    private func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [Int64?] {
        do {
            return try client.admin.committed(group: group, partitions, timeout: .milliseconds(500))
        } catch  where error.severity == .retriable { return [] }
    }
}

/// The times between commits of partitions, from the first one on that has been seen of each.
private struct Gaps {
    private var last: [(offset: Int64, at: ContinuousClock.Instant)?]
    private(set) var longest = Duration.zero

    init(count: Int) { last = Array(repeating: nil, count: count) }

    mutating func note(_ offsets: [Int64?], at now: ContinuousClock.Instant) {
        for (index, offset) in offsets.enumerated() {
            guard let offset, offset > last[index]?.offset ?? -1 else { continue }
            if let last = last[index] { longest = max(longest, now - last.at) }
            last[index] = (offset, now)
        }
    }

    /// Counts what has not been committed again, too.
    mutating func close(at now: ContinuousClock.Instant) {
        for case let last? in last { longest = max(longest, now - last.at) }
    }
}
