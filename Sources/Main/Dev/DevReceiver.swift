import AnswerLinks
import Configuration
import Notify
import NotifyContext
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
    private let server: Mutex<ReceiverServer?>

    /// - Parameter links: where no others are configured.
    init(_ configuration: Configuration, _ links: AnswerLinkMaker) throws {
        if let client = try NotifyOptions.client(configuration) {
            (self.client, url, worker) = (client, nil, NotifyWorker(NotifyOptions.settings(configuration)))
            server = Mutex(nil)
            return
        }
        // Whoever is called in this process takes any key.
        guard let key = WebhookKey(Array("negawatt-dev-key".utf8)) else { preconditionFailure("a key") }
        let server = try ReceiverServer(address: "127.0.0.1", port: 0, ReceiverService())
        let address = "http://127.0.0.1:\(server.port)"
        let names = ["push", "sms"]
        client = NotifyClientSettings(
            names.map { NotifyChannel(name: $0, url: address + ReceiverServer.path, key: key) },
            try NotifyOptions.words(configuration, links), allowPrivate: true)
        worker = NotifyWorker(NotifyOptions.settings(channels: names, configuration))
        url = address + "/simulator"
        self.server = Mutex(server)
    }

    func stop() { server.withLock { $0.take()?.stop() } }
}
