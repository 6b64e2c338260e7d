import Contracts
import Daemon
import Glibc
import Kafka

/// How long a group commits nothing after a fault: a process is sent a signal while each partition gets a record every
/// few milliseconds, and what is asked is when a record that was sent after the fault is committed.
struct OutageMeasurement {
    private static let topic = Topic.kepcoEvents
    private static let limit = Duration.seconds(150)

    private let client: Client
    private let load: Load
    private let group: String

    init(_ client: Client, group: String) { (self.client, self.group, load) = (client, group, Load(client)) }

    /// - Parameter partitions: those that the fault is about, separated by commas; `all` for all.
    func run(_ signal: Int, _ process: Int, _ partitions: String) throws {
        let all = try client.ends(Self.topic.name)
        let affected = partitions.split(separator: ",").compactMap { Int($0) }
        let indices = partitions == "all" ? Array(all.indices) : affected
        guard indices.allSatisfy(all.indices.contains) else {
            throw MeasurementError(description: "\(Self.topic.name) has no such partitions: \(partitions)")
        }
        // Whoever runs this continues at this line.
        _ = try follow(all, indices, beyond: all.map(\.offset), since: .now)
        try client.flush()
        let before = try client.ends(Self.topic.name).map(\.offset)
        let fault = ContinuousClock.now
        guard kill(pid_t(process), Int32(signal)) == 0 else {
            throw MeasurementError(description: "no process \(process)")
        }
        say("fault", Timestamp.current.milliseconds)
        let times = try follow(all, indices, beyond: before, since: fault).sorted()
        if let first = times.first, let last = times.last {
            say("first", first.hundredths)
            say("last", last.hundredths)
        }
    }

    /// Sends on and on.
    /// - Returns: for each of the partitions, how long it took until it was committed beyond an offset.
    private func follow(
        _ all: [TopicPartition], _ indices: [Int], beyond offsets: [Int64], since start: ContinuousClock.Instant
    ) throws -> [Duration] {
        var times: [Int: Duration] = [:]
        while times.count < indices.count {
            guard ContinuousClock.now - start < Self.limit else {
                throw MeasurementError(description: "\(group) commits nothing for \(Self.limit)")
            }
            try load.checkInEach(of: all.map(\.partition))
            usleep(5000)
            guard let committed = try committed(all) else { continue }
            for index in indices where times[index] == nil && (committed[index] ?? 0) > offsets[index] {
                times[index] = .now - start
            }
        }
        return Array(times.values)
    }

    /// nil while Kafka cannot say.
    private func committed(_ all: [TopicPartition]) throws(KafkaError) -> [Int64?]? {
        do {
            return try client.admin.committed(group: group, all, timeout: .milliseconds(500))
        } catch  where error.severity == .retriable { return nil }
    }
}

extension Duration {
    fileprivate var hundredths: Double { (seconds * 100).rounded() / 100 }
}
