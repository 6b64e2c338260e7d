import Contracts
import Daemon
import Glibc
import JSON

/// From a command to its event, one after the other.
struct LatencyMeasurement {
    private let client: Client

    init(_ client: Client) { self.client = client }

    /// - Parameter pauseMs: before each sample. With less than a commit interval the system is not idle.
    func run(_ samples: Int, pauseMs: Int) throws {
        let reader = try client.makeReader(from: client.ends(Context.user.events))
        let name = "latency-\(Timestamp.current.milliseconds)"
        var latencies = Latencies()
        // The first one makes connections.
        for sample in 0...samples {
            usleep(UInt32(pauseMs) * 1000)
            let id = UserID(text: "\(name)-\(sample)")
            let began = ContinuousClock.now
            try client.send(.userCommands, id.text, RegisterUser(id: id, name: "Customer", capacity: 3000))
            var isThere = false
            while !isThere {
                _ = try client.next(reader, milliseconds: 100) { fields in
                    if try fields.identifier("id") == id.text { isThere = true }
                }
                guard .now - began < .seconds(30) else {
                    throw MeasurementError(description: "customer \(id) is not registered after 30 s")
                }
            }
            if sample > 0 { latencies.add(.now - began) }
        }
        latencies.say("latency")
    }
}
