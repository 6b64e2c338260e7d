import Contracts
import Glibc
import Kafka

/// How long a live reading waits while a back-fill is read: from its sending until the group has committed the offset
/// behind it.
struct BacklogMeasurement {
    private let client: Client
    private let group = Context.kepco.name
    private static let limit = Duration.seconds(600)

    init(_ client: Client) { self.client = client }

    func run(_ samples: Int) throws {
        let live = try ReadingsLoad(client, topic: Topic.kepcoReadings.name)
        var latencies = Latencies()
        try awaitWork()
        let behind = try lag()
        let began = ContinuousClock.now
        repeat {
            let sample = latencies.count
            let partition = Int32(sample % (try client.ends(Topic.kepcoReadings.name).count))
            let sent = ContinuousClock.now
            try live.send(sample, sample, partition: partition)
            try client.flush()
            let end = try client.ends(Topic.kepcoReadings.name)[Int(partition)]
            while try client.admin.committed(group: group, [end])[0] ?? 0 < end.offset {
                guard .now - began < Self.limit else {
                    throw MeasurementError(description: "a live reading is not read after \(Self.limit)")
                }
                usleep(2_000)
            }
            latencies.add(.now - sent)
            // Once all is filled in there is nothing to wait behind.
        } while try latencies.count < samples && (behind == 0 || lag() > 0)
        latencies.say("live")
        say("samples", latencies.count)
        // The back-fill makes progress beside them.
        say("filled", Int(Double(behind - (try lag())) / (ContinuousClock.now - began).seconds))
    }

    /// The daemon has begun with the back-fill.
    private func awaitWork() throws {
        let began = ContinuousClock.now
        let all = try client.ends(Topic.kepcoHistory.name).reduce(0) { $0 + $1.offset }
        while try lag() >= all, all > 0 {
            guard .now - began < .seconds(120) else {
                throw MeasurementError(description: "\(group) does not read \(Topic.kepcoHistory.name)")
            }
            usleep(50_000)
        }
    }

    /// Records of the back-fill that are still to be read.
    private func lag() throws -> Int64 {
        let ends = try client.ends(Topic.kepcoHistory.name)
        let done = try client.admin.committed(group: group, ends)
        return zip(ends, done).reduce(0) { $0 + $1.0.offset - max($1.1 ?? 0, 0) }
    }
}
