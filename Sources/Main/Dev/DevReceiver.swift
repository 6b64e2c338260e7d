import AnswerLinks
import Configuration
import Notify
import NotifyContext
import Simulators
import Synchronization
import WebhookReceiver
import Webhooks
import Workers

/// The receiver of `negawatt dev`: those that are named, or a simulated one in this process, of the channels push and
/// sms.
final class DevReceiver: Sendable {
    /// How receivers are called.
    let client: NotifyClientSettings
    let worker: NotifyWorker
    /// The simulated one's address; nil where others are named.
    let url: String?
    private let server: Mutex<SimulatorServer?>

    /// - Parameter links: where no others are configured.
    init(_ configuration: Configuration, _ links: AnswerLinkMaker) throws {
        if let client = try NotifyOptions.client(configuration) {
            (self.client, url, worker) = (client, nil, NotifyOptions.worker(client, configuration))
            server = Mutex(nil)
            return
        }
        // Whoever is called in this process takes any key.
        guard let key = WebhookKey(Array("negawatt-dev-key".utf8)) else { preconditionFailure("a key") }
        let server = try SimulatorServer(ReceiverService())
        let address = "http://127.0.0.1:\(server.port)"
        client = NotifyClientSettings(
            ["push", "sms"].map { NotifyChannel(name: $0, url: address + ReceiverService.path, key: key) },
            try NotifyOptions.words(configuration, links), allowPrivate: true)
        worker = NotifyOptions.worker(client, configuration)
        url = address + "/simulator"
        self.server = Mutex(server)
    }

    func stop() { server.withLock { $0.take()?.stop() } }
}
