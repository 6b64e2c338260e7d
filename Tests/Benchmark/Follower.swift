import Glibc
import Kafka

/// Waits until a group is through a topic and says what its daemon took for it, by what it has committed.
struct Follower {
    private let client: Client
    private let group: String
    private let ends: [TopicPartition]
    /// A transaction's end takes an offset of its own, and nobody commits the one behind it.
    private let markers: Int

    private static let limit = Duration.seconds(900)

    init(_ client: Client, group: String, topic: String) throws {
        (self.client, self.group, ends) = (client, group, try client.ends(topic))
        markers = topic == "user.events" ? 1 : 0
    }

    func run(_ process: Int) throws {
        let goal = ends.reduce(0) { $0 + Int($1.offset) }
        guard let start = ProcessUsage(process) else { throw MeasurementError(description: "no process \(process)") }
        let from = max(try done() ?? 0, 0)
        let began = ContinuousClock.now
        var (first, half): (Duration?, (done: Int, usage: ProcessUsage, at: ContinuousClock.Instant)?) = (nil, nil)
        var peak = start.residentBytes
        while .now - began < Self.limit {
            guard let usage = ProcessUsage(process) else {
                throw MeasurementError(description: "process \(process) has ended")
            }
            peak = max(peak, usage.residentBytes)
            guard let done = try done() else { continue }
            if done > from, first == nil { first = ProcessUsage(process)?.age }
            if half == nil, done - from >= (goal - from) / 2 { half = (done, usage, .now) }
            if goal - done <= markers * ends.count {
                let count = Double(max(done - from, 1))
                let took = (ContinuousClock.now - began).seconds
                say("rate", Int(count / took))
                say("us", (usage.cpu - start.cpu).seconds * 1e6 / count)
                say("us_all", usage.cpu.seconds * 1e6 / Double(max(goal, 1)))
                if let half, done > half.done {
                    say("us_half", (usage.cpu - half.usage.cpu).seconds * 1e6 / Double(done - half.done))
                }
                say("rss", peak / 1_000_000)
                say("first", first?.seconds ?? 0)
                return
            }
            usleep(50_000)
        }
        throw MeasurementError(description: "\(group) is not through \(ends[0].topic) after \(Self.limit)")
    }

    /// nil while Kafka cannot say.
    private func done() throws(KafkaError) -> Int? {
        do {
            return try client.admin.committed(group: group, ends).reduce(0) { $0 + Int($1 ?? 0) }
        } catch  where error.severity == .retriable { return nil }
    }
}
