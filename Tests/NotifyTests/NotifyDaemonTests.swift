import Calls
import Contracts
import Daemon
import HTTPClient
import NotifyContext
import OutsideClient
import OutsideTesting
import RealKafka
import Simulators
import Synchronization
import Telemetry
import TelemetryTesting
import Testing
import WebhookReceiver
import Webhooks
import Workers

@testable import Notify

/// The daemon from an order to the receiver, over HTTP and an embedded broker.
@Suite(.timeLimit(.minutes(30))) struct NotifyDaemonTests {
    private typealias Lost = LostCalls<NoticeCall>

    /// A daemon, and the client beside it if there is one.
    private struct Running: AtWork {
        let parts: RunningParts

        /// - Parameter lost: gets the calls where there is no receiver.
        init(
            _ broker: Broker, _ directory: String, _ url: String?, _ settings: NotifySettings,
            lost: (any Outside)? = nil
        ) {
            parts = RunningParts(broker) { metrics, log in
                let client = url.map { url in
                    let channels = ["push", "sms"].map { name in
                        var channel = NotifyChannel(name: name, url: url, key: NotifyClientTests.key)
                        channel.gate.breaker.pause = .milliseconds(200)
                        return channel
                    }
                    var settings = NotifyClientSettings(channels, Templates(utcOffset: 540), allowPrivate: true)
                    settings.client.firstByteLimit = .seconds(1)
                    return NotifyClient(settings, ["bootstrap.servers": broker.servers], metrics, log: log)
                }
                let daemon = Daemon(
                    NotifyWorker(settings), .embedded(.notify, broker, directory), outside: client ?? lost,
                    metrics: metrics, log: log)
                return [daemon] + (client.map { [$0] } ?? [])
            }
        }
    }

    private static let settings = NotifySettings(
        channels: ["push", "sms"], callLimit: .seconds(3), fallback: .seconds(3600), firstRetry: .milliseconds(20),
        retry: .milliseconds(300))

    /// The simulated receiver.
    private final class Receiver: Sendable {
        let service: ReceiverService
        let url: String
        private let server: Mutex<SimulatorServer?>

        init(_ faults: String) throws {
            var settings = ReceiverService.Settings()
            settings.faults = try #require(ReceiverFaults(faults))
            (settings.key, settings.retrySeconds, settings.slow) = (NotifyClientTests.key, 0, .seconds(2))
            let service = ReceiverService(settings)
            let server = try SimulatorServer(service)
            self.service = service
            url = "http://127.0.0.1:\(server.port)\(ReceiverService.path)"
            self.server = Mutex(server)
        }

        deinit { server.withLock { $0.take()?.stop() } }
    }

    /// Who has a contact by now: groups that have never worked begin behind all that is there.
    private func set(_ broker: Broker, _ users: [String], _ running: Running) throws {
        for user in users {
            try broker.send(
                .notifyCommands, user,
                #"{"eventType":"SetContact","userId":"\#(user)","channels":[{"channel":"push","address":"push-\#(user)"},"#
                    + #"{"channel":"sms","address":"sms-\#(user)"}]}"#)
        }
        try eventually("contacts", log: running.said) {
            try broker.read("notify.events").count { $0.contains("ContactSet") } >= users.count
        }
    }

    private func order(_ broker: Broker, _ type: String, _ user: String) throws {
        let now = Timestamp.current
        try broker.send(
            .responseEvents, user,
            #"{"eventType":"\#(type)","timestamp":\#(now.milliseconds),"id":"dr-1.\#(user)","drId":"dr-1","#
                + #""userId":"\#(user)","userName":"Kim","userCapacity":3000,"answer":"ignore","reason":"KPX","#
                + #""startsAt":"\#(now + .seconds(3600))","endsAt":"\#(now + .seconds(7200))"}"#)
    }

    @Test func `every customer is told at least once, and never twice by the key, whatever goes wrong`() throws {
        let broker = try Broker()
        let receiver = try Receiver("500=100,503=100,cut=100,lost=100,partly=100,slow=50")
        let service = receiver.service
        let running = try Running(
            broker, Leftovers.temporaryDirectory("notify"),
            receiver.url, Self.settings)
        let users = (0..<40).map { "u\($0)" }
        try set(broker, users, running)
        for user in users { try order(broker, "Listmade", user) }
        for user in users.prefix(10) { try order(broker, "Listcancelled", user) }
        try eventually("acceptances", log: running.said) {
            let events = try broker.read("notify.events").filter { $0.contains("NoticeAccepted") }
            return users.enumerated().allSatisfy { number, user in
                let kind = number < 10 ? "withdrawn" : "asked"
                return events.contains { $0.contains(" \(user) ") && $0.contains(#""kind":"\#(kind)""#) }
            }
        }
        // Each that was taken is one customer's notice: repeats were known by their keys.
        let taken = service.taken.values
        #expect(service.counts.notices == taken.count && service.counts.repeats > 0)
        for user in users.dropFirst(10) { #expect(taken.count { $0.to == "push-\(user)" && $0.kind == "asked" } == 1) }
        for user in users.prefix(10) { #expect(taken.count { $0.to == "push-\(user)" && $0.kind == "withdrawn" } == 1) }
        #expect(!running.said.contains("push-u") && !running.said.contains("geheim"))
        let said = try ["notify.events", "notify.internal"].flatMap { try broker.read($0) }
        #expect(!said.contains { $0.contains("push-u") || $0.contains("sms-u") })
        running.stop()
    }

    @Test func `what was handed over and has no answer is told again by the next daemon, under its key`() throws {
        let broker = try Broker()
        let directory = try Leftovers.temporaryDirectory("notify")
        let receiver = try Receiver("none")
        let service = receiver.service
        // Its calls are lost, as if it had ended behind the commit.
        let lost = Lost()
        let first = Running(broker, directory, nil, Self.settings, lost: lost)
        try set(broker, ["kim", "lee"], first)
        for user in ["kim", "lee"] { try order(broker, "Listmade", user) }
        try eventually("the calls behind their commit", log: first.said) { lost.calls.withLock { $0.count } >= 2 }
        try broker.send(.notifyCommands, "lee", #"{"eventType":"RemoveContact","userId":"lee"}"#)
        try eventually("the removal") { try broker.read("notify.events").contains { $0.contains("ContactRemoved") } }
        first.stop()
        let second = Running(
            broker, directory, receiver.url, Self.settings)
        try eventually("the notice", log: second.said) { service.counts.notices == 1 }
        try eventually("its acceptance", log: second.said) {
            try broker.read("notify.events").contains { $0.contains("NoticeAccepted") }
        }
        let key = lost.calls.withLock { $0.first { $0.key.user.text == "kim" }?.key.description }
        #expect(service.taken.keys.first == key && service.counts.repeats == 0, "lee has been removed")
        second.stop()
    }

    @Test func `addresses that are refused are told over the next channel`() throws {
        let broker = try Broker()
        let receiver = try Receiver("refused=500")
        let service = receiver.service
        let running = try Running(
            broker, Leftovers.temporaryDirectory("notify"),
            receiver.url, Self.settings)
        let users = (0..<12).map { "u\($0)" }
        try set(broker, users, running)
        for user in users { try order(broker, "Listmade", user) }
        try eventually("an end of each", log: running.said) {
            try broker.read("notify.events").count { $0.contains("NoticeAccepted") || $0.contains("NoticeFailed") }
                == 12
        }
        let channels = Set(service.taken.values.map(\.channel))
        #expect(channels == ["push", "sms"] && service.counts.refused > 0)
        running.stop()
    }
}
