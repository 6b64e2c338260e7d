import Baselines
import Configuration
import Feed
import FeedContext
import MeterSimulator
import Meters
import Simulators
import Synchronization

/// The utility of `negawatt dev`: one that is named, or a simulated one in this process.
final class DevMeters: Sendable {
    /// How it is asked.
    let client: MeterClientSettings
    let worker: FeedWorker
    /// The simulated one's address; nil where another one is named.
    let url: String?
    private let server: Mutex<SimulatorServer?>

    init(_ configuration: Configuration) throws {
        worker = FeedOptions.worker(configuration)
        if let client = try FeedOptions.client(configuration) {
            (self.client, url) = (client, nil)
            server = Mutex(nil)
            return
        }
        // Whoever is asked in this process takes any key.
        guard let key = MeterKey(Array("dev".utf8)), let from = Day("2026-01-01") else {
            preconditionFailure("a key and a day")
        }
        let meters = SimulatedMeters(seed: 1, customers: 1000, consentFrom: from)
        let server = try SimulatorServer(MeterService(meters))
        let url = "http://127.0.0.1:\(server.port)\(MeterService.path)"
        (client, self.url) = (MeterClientSettings(FeedOptions.adapter(url: url, configuration), key), url)
        self.server = Mutex(server)
    }

    func stop() { server.withLock { $0.take()?.stop() } }
}
