import Glibc
import HTTP
import HTTPClient
import Simulators
import Synchronization
import Testing
import Time
import Webhooks

@testable import WebhookReceiver

/// The receiver that tells nobody.
@Suite(.timeLimit(.minutes(30))) struct ReceiverTests {
    private static let key = WebhookKey(Array("0123456789abcdef".utf8))!

    private func notices(_ count: Int) -> [WebhookNotice] {
        (0..<count).map {
            WebhookNotice(
                key: "order/dr-1/u\($0)/1/push", channel: "push", to: "t\($0)", language: "ko", kind: "asked",
                title: "t", text: "x")
        }
    }

    private func request(_ body: [UInt8], signature: String? = nil, at time: Int64? = nil) -> HTTPRequest {
        let time = time ?? SystemClock.milliseconds / 1000
        let signature = signature ?? WebhookSignature.sign(body, id: "i", time: time, Self.key)
        return HTTPRequest(
            method: "POST", target: ReceiverService.path,
            headers: HTTPHeaders([
                ("Webhook-Id", "i"), ("Webhook-Timestamp", "\(time)"), ("Webhook-Signature", signature),
            ]), body: body)
    }

    private func service(_ faults: String = "none", seed: UInt64 = 1) throws -> ReceiverService {
        var settings = ReceiverService.Settings()
        settings.faults = try #require(ReceiverFaults(faults))
        (settings.key, settings.seed) = (Self.key, seed)
        return ReceiverService(settings)
    }

    @Test func `a notice is taken once by its key, and repeats are counted`() throws {
        let service = try service()
        let body = WebhookNotice.body(notices(3))
        #expect(service.reply(to: request(body)).response.status == 200)
        let again = service.reply(to: request(body)).response
        let found = try WebhookResults.read(again.body, keys: notices(3).map(\.key))
        #expect(found.values.allSatisfy { $0 == .duplicate } && found.count == 3)
        #expect(service.counts.notices == 3 && service.counts.repeats == 3 && service.taken.count == 3)
    }

    @Test func `the last notices are kept to be shown, the newest first`() throws {
        let service = ReceiverService()
        let all = notices(150)
        for part in [all[..<90], all[90...]] {
            _ = service.reply(to: request(WebhookNotice.body(Array(part))))
        }
        #expect(service.latest == all.suffix(100).reversed())
    }

    @Test func `each notice that is taken has one receipt`() throws {
        let keys = Mutex<[String]>([])
        var settings = ReceiverService.Settings()
        settings.receipt = { key in keys.withLock { $0.append(key) } }
        let service = ReceiverService(settings)
        for _ in 0..<2 { _ = service.reply(to: request(WebhookNotice.body(notices(3)))) }
        #expect(keys.withLock { $0.sorted() } == notices(3).map(\.key))
    }

    @Test func `what came is in its file before it is answered, and a receiver that was killed knows the keys again`()
        throws
    {
        var name = Array("/tmp/receiver-XXXXXX".utf8CString)
        let made = unsafe mkstemp(&name)
        #expect(made >= 0)
        close(made)
        let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { _ = unsafe unlink(path) }
        for (life, statuses) in [["accepted", "accepted"], ["duplicate", "duplicate", "accepted"]].enumerated() {
            var settings = ReceiverService.Settings()
            let file = try ReceiverFile(path)
            settings.taken = file.taken
            settings.record = { file.append($0, $1) }
            // In its second life, behind a line that a kill has cut off.
            let sent = notices(2 + life)
            let reply = ReceiverService(settings).reply(to: request(WebhookNotice.body(sent)))
            let found = try WebhookResults.read(reply.response.body, keys: sent.map(\.key))
            #expect(sent.map { found[$0.key]?.rawValue } == statuses)
            let half = unsafe open(path, O_WRONLY | O_APPEND)
            _ = unsafe write(half, #"{"at":1"#, 7)
            close(half)
        }
        #expect(Set(try ReceiverFile(path).taken.keys) == Set(notices(3).map(\.key)))
    }

    @Test func `what cannot be written down is not taken`() throws {
        var settings = ReceiverService.Settings()
        settings.record = { _, _ in false }
        let service = ReceiverService(settings)
        #expect(service.reply(to: request(WebhookNotice.body(notices(1)))).response.status == 500)
        #expect(service.taken.isEmpty)
    }

    @Test func `what is not signed, or long ago, is not taken`() throws {
        let service = try service()
        let body = WebhookNotice.body(notices(1))
        #expect(service.reply(to: request(body, signature: "v1,AAAA")).response.status == 401)
        #expect(service.reply(to: request(body, at: SystemClock.milliseconds / 1000 - 301)).response.status == 401)
        #expect(service.reply(to: request(Array("{}".utf8))).response.status == 400)
        #expect(service.counts.notices == 0)
    }

    @Test func `faults are drawn anew for each call, and addresses stay refused`() throws {
        let service = try service("500=200,503=200,lost=200,cut=200,partly=100,refused=300", seed: 7)
        let body = WebhookNotice.body(notices(20))
        for _ in 0..<200 { _ = service.reply(to: request(body)) }
        let counts = service.counts
        for name in ["500", "503", "lost", "cut", "partly", "answered"] {
            #expect(counts.calls[name] ?? 0 > 3, "\(name)")
        }
        #expect(counts.notices > 5 && counts.notices < 20, "some addresses are refused each time")
    }

    @Test func `it listens, and says what came`() throws {
        let service = try service()
        let server = try SimulatorServer(service)
        let body = WebhookNotice.body(notices(2))
        let headers = request(body).headers.pairs.map { (name: $0.name, value: $0.value) }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)"
        let answer = try client.ask(HTTPCall(url + ReceiverService.path, json: body, headers: headers))
        #expect(answer.status == 200)
        let counts = try client.get(url + "/simulator/counts")
        #expect(String(decoding: counts.body, as: UTF8.self).hasPrefix("2 notices, 0 repeats"))
        let latest = try client.get(url + "/simulator/notices")
        #expect(try WebhookNotice.read(latest.body) == notices(2).reversed())
        server.stop()
    }
}
