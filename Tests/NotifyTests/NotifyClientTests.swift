import AnswerLinks
import Calls
import Contracts
import HTTP
import NotifyContext
import OutsideClient
import OutsideTesting
import RealKafka
import Schemas
import Simulators
import Synchronization
import Telemetry
import TelemetryTesting
import Testing
import WebhookReceiver
import Webhooks

@testable import Notify

/// The client's thread between receivers and Kafka.
@Suite(.timeLimit(.minutes(30))) struct NotifyClientTests {
    static let key = WebhookKey(Array("geheim77geheim77".utf8))!

    /// A client at work, with what it says.
    private struct Running: AtWork {
        let client: NotifyClient
        let parts: RunningParts

        /// - Parameter asked: before it works.
        init(
            _ urls: [String: String], _ broker: Broker, allowPrivate: Bool = true, inFlight: Int = 4,
            limit: Int = NoticeDesk.limit, deskLimit: Int = NoticeDesk.limit, asked: [[NoticeCall]] = []
        ) {
            let channels = urls.sorted { $0.key < $1.key }.map { name, url in
                var channel = NotifyChannel(name: name, url: url, key: NotifyClientTests.key, calls: inFlight)
                channel.gate.breaker.pause = .milliseconds(200)
                return channel
            }
            let links = AnswerLinkMaker(.random()) { "https://g/answer" }
            let settings = NotifyClientSettings(
                channels, Templates(utcOffset: 540, links: links), allowPrivate: allowPrivate)
            (client, parts) = RunningParts.one(broker) { metrics, log in
                let client = NotifyClient(
                    settings, ["bootstrap.servers": broker.servers], metrics, log: log, limit: limit,
                    deskLimit: deskLimit)
                for asked in asked { client.make(asked) }
                return client
            }
        }
    }

    private func server(_ reply: @escaping @Sendable (HTTPRequest) -> HTTPResponse) throws -> HTTPServer {
        var settings = ServerSettings()
        settings.bodyBytes = 1_048_576
        return try HTTPServer(address: "127.0.0.1", port: 0, settings: settings) { request, _ in .now(reply(request)) }
    }

    private func call(_ user: String, _ channel: String = "push", end: Timestamp = .last) -> NoticeCall {
        let key = NoticeKey(
            subject: .order, reference: "dr-1", user: UserID(text: user), version: 1, channel: channel)
        return NoticeCall(
            partition: 1, key: key, attempt: 3, address: "010-1234-5678", language: .en, kind: .asked,
            facts: NoticeFacts(startsAt: Timestamp(milliseconds: 1_795_251_600_000)), end: end)
    }

    private func answers(_ broker: Broker, _ count: Int, _ running: Running) throws -> [String] {
        var lines: [String] = []
        try eventually("\(count) answers", log: running.said + lines.joined(separator: "\n")) {
            lines = try broker.read("notify.internal")
            return lines.count >= count
        }
        return lines
    }

    @Test func `notices go out signed, a hundred at a time, and each has its answer where it was asked for`() throws {
        let broker = try Broker()
        var settings = ReceiverService.Settings()
        settings.key = Self.key
        let service = ReceiverService(settings)
        let server = try SimulatorServer(service)
        let running = Running(["push": "http://127.0.0.1:\(server.port)\(ReceiverService.path)"], broker)
        running.client.make((0..<250).map { call("u\($0)") })
        let lines = try answers(broker, 250, running)
        let first = try #require(lines.first { $0.contains(" u7 ") })
        #expect(first.hasPrefix("1 u7 type=NoticeAnswered "))
        #expect(first.contains(#""key":"order/dr-1/u7/1/push","attempt":3,"outcome":"accepted""#))
        for line in lines {
            try Schemas.check("notify.internal", "NoticeAnswered", String(line[(line.firstIndex(of: "{")!)...]))
        }
        #expect(service.counts.calls["answered", default: 0] < 20 && service.counts.notices == 250)
        let taken = try #require(service.taken["order/dr-1/u7/1/push"])
        #expect(taken.to == "010-1234-5678" && taken.text.contains("2026-11-21 18:00") && taken.kind == "asked")
        // The customer's link is for buttons and in the text, and in no log.
        #expect(taken.text.contains(try #require(taken.link)) && taken.link?.hasPrefix("https://g/answer#") == true)
        #expect(!running.said.contains("g/answer"))
        // A repeat is known by its key.
        running.client.make([call("u7")])
        #expect(try answers(broker, 251, running).contains { $0.contains(#""outcome":"duplicate""#) })
        #expect(running.has(#"negawatt_notify_notices_total{channel="push",outcome="accepted"} 250"#))
        #expect(!running.said.contains("geheim") && !running.said.contains("010-1234"))
        running.stop()
        server.stop()
    }

    @Test func `what a receiver cannot take is found by telling each by itself`() throws {
        let broker = try Broker()
        let server = try server { request in
            let notices = (try? WebhookNotice.read(request.body)) ?? []
            let isBad = notices.contains { $0.key.contains("/u3/") }
            return isBad ? HTTPResponse(status: 422, "no") : HTTPResponse(status: 204, "")
        }
        let running = Running(["push": "http://127.0.0.1:\(server.port)/"], broker)
        running.client.make((0..<8).map { call("u\($0)") })
        let lines = try answers(broker, 8, running)
        #expect(lines.count { $0.contains(#""outcome":"accepted""#) } == 7)
        #expect(lines.first { $0.contains(" u3 ") }?.contains(#""outcome":"refused""#) == true)
        running.stop()
        server.stop()
    }

    @Test(arguments: [500, 403])
    func `a notice that a receiver cannot bear opens no circuit, and stops no channel`(status: Int) throws {
        let broker = try Broker()
        let server = try server { request in
            let notices = (try? WebhookNotice.read(request.body)) ?? []
            let isBad = notices.contains { $0.key.contains("/u3/") }
            return isBad ? HTTPResponse(status: status, "no") : HTTPResponse(status: 204, "")
        }
        let running = Running(["push": "http://127.0.0.1:\(server.port)/"], broker)
        running.client.make((0..<8).map { call("u\($0)") })
        let lines = try answers(broker, 8, running)
        #expect(lines.count { $0.contains(#""outcome":"accepted""#) } == 7)
        #expect(lines.first { $0.contains(" u3 ") }?.contains(#""outcome":"unavailable""#) == true)
        for count in 9...17 {
            running.client.make([call("u3")])
            _ = try answers(broker, count, running)
        }
        running.client.make([call("u9")])
        #expect(try answers(broker, 18, running).contains { $0.contains(" u9 ") && $0.contains("accepted") })
        #expect(running.has(#"negawatt_notify_circuit{channel="push",state="closed"} 1"#))
        #expect(!running.said.contains("refuses us") && !running.said.contains("circuit is open"))
        running.stop()
        server.stop()
    }

    @Test func `what there is no room for comes back, or is counted`() throws {
        let broker = try Broker()
        let server = try server { _ in HTTPResponse(status: 204, "") }
        let urls = ["push": "http://127.0.0.1:\(server.port)/"]
        let calls = (0..<8).map { call("u\($0)") }
        let running = Running(urls, broker, deskLimit: 3, asked: [calls])
        let lines = try answers(broker, 8, running)
        #expect(lines.count { $0.contains(#""outcome":"accepted""#) } == 3)
        #expect(lines.count { $0.contains(#""outcome":"unavailable""#) } == 5)
        #expect(running.has("negawatt_notify_notices_untaken_total 5"))
        running.stop()
        let crowded = Running(urls, broker, limit: 7, asked: [Array(calls.prefix(7)), [calls[7]], [calls[0]]])
        _ = try answers(broker, 9, crowded)
        #expect(crowded.has("negawatt_notify_notices_untaken_total 8"))
        crowded.stop()
        server.stop()
    }

    @Test func `what an answer leaves out, or an answer that is none, is no acceptance`() throws {
        let broker = try Broker()
        let server = try server { request in
            let keys = ((try? WebhookNotice.read(request.body)) ?? []).map(\.key)
            guard keys.allSatisfy({ !$0.contains("/w") }) else { return HTTPResponse(status: 200, "{") }
            let said = keys.filter { !$0.contains("/u3/") }.map { (key: $0, status: WebhookStatus.accepted) }
            return HTTPResponse(contentType: "application/json", body: WebhookResults.body(said))
        }
        let running = Running(["push": "http://127.0.0.1:\(server.port)/"], broker, inFlight: 1)
        running.client.make((0..<8).map { call("u\($0)") })
        let lines = try answers(broker, 8, running)
        #expect(lines.count { $0.contains(#""outcome":"accepted""#) } == 7)
        #expect(lines.first { $0.contains(" u3 ") }?.contains(#""outcome":"unavailable""#) == true)
        running.client.make([call("w1")])
        #expect(try answers(broker, 9, running).last { $0.contains(" w1 ") }?.contains("unavailable") == true)
        running.stop()
        server.stop()
    }

    @Test func `a channel that is away holds up no other, and is tried with single notices`() throws {
        let broker = try Broker()
        let sizes = Mutex<[Int]>([])
        let isDown = Mutex(true)
        let push = try server { request in
            let notices = (try? WebhookNotice.read(request.body)) ?? []
            sizes.withLock { $0.append(notices.count) }
            return isDown.withLock { $0 } ? HTTPResponse(status: 500, "away") : HTTPResponse(status: 200, "")
        }
        let sms = try server { _ in HTTPResponse(status: 200, "") }
        let urls = ["push": "http://127.0.0.1:\(push.port)/", "sms": "http://127.0.0.1:\(sms.port)/"]
        let running = Running(urls, broker, inFlight: 1)
        running.client.make((0..<900).map { call("u\($0)") })
        try eventually("an open circuit") { running.has(#"negawatt_notify_circuit{channel="push",state="closed"} 0"#) }
        running.client.make((0..<100).map { call("v\($0)", "sms") })
        try eventually("the other channel", log: running.said) {
            running.has(#"negawatt_notify_notices_total{channel="sms",outcome="accepted"} 100"#)
        }
        try eventually("probes") { sizes.withLock { $0.count } >= 8 }
        #expect(sizes.withLock { $0.dropFirst(5).allSatisfy { $0 == 1 } }, "\(sizes.withLock { $0 })")
        isDown.withLock { $0 = false }
        _ = try answers(broker, 1000, running)
        #expect(running.said.contains("its circuit is open") && running.said.contains("its circuit is closed"))
        running.stop()
        push.stop()
        sms.stop()
    }

    @Test func `nobody of this machine is called unless that is allowed, whatever its name`() throws {
        let broker = try Broker()
        let asked = Mutex(0)
        let server = try server { _ in
            asked.withLock { $0 += 1 }
            return HTTPResponse(status: 200, "")
        }
        let running = Running(["push": "http://localhost:\(server.port)/"], broker, allowPrivate: false)
        running.client.make([call("u1")])
        let lines = try answers(broker, 1, running)
        #expect(lines[0].contains(#""outcome":"unavailable""#) && asked.withLock { $0 } == 0)
        try eventually("an error") { running.said.contains("address is none of the internet") }
        running.stop()
        server.stop()
    }

    @Test(arguments: [301, 401, 404]) func `who refuses us is left alone, and nobody is given up for it`(_ status: Int)
        throws
    {
        let broker = try Broker()
        let asked = Mutex(0)
        let server = try server { _ in
            asked.withLock { $0 += 1 }
            var response = HTTPResponse(status: status, "no")
            response.headers = [("Location", "http://127.0.0.1:1/")]
            return response
        }
        let running = Running(["push": "http://127.0.0.1:\(server.port)/"], broker, inFlight: 1)
        running.client.make((0..<300).map { call("u\($0)") })
        let lines = try answers(broker, 100, running)
        #expect(lines.allSatisfy { $0.contains(#""outcome":"unavailable""#) })
        try eventually("an error") { running.said.contains("refuses us") }
        #expect(asked.withLock { $0 } <= 3)
        running.stop()
        server.stop()
    }

    @Test func `what is over, of no channel, or of others' partitions is not told`() throws {
        let broker = try Broker()
        let asked = Mutex<[String]>([])
        let server = try server { request in
            asked.withLock { $0 += ((try? WebhookNotice.read(request.body)) ?? []).map(\.key) }
            return HTTPResponse(status: 200, "")
        }
        let running = Running(["push": "http://127.0.0.1:\(server.port)/"], broker)
        running.client.make([
            call("u1", end: Timestamp(milliseconds: 1_795_251_600_000 - 400 * 86_400_000)), call("u2", "fax"),
            call("u3"),
        ])
        let lines = try answers(broker, 3, running)
        #expect(lines.first { $0.contains(" u1 ") }?.contains("unavailable") == true)
        #expect(lines.first { $0.contains(" u2 ") }?.contains("refused") == true)
        #expect(asked.withLock { $0 } == ["order/dr-1/u3/1/push"])
        running.stop()
        server.stop()
    }
}
