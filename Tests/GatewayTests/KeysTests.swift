import Gateway
import HTTP
import JWT
import RealKafka
import Synchronization
import Telemetry
import TelemetryTesting
import Testing
import Tokens

@Suite(.timeLimit(.minutes(30))) struct KeysTests {
    private let log = MemoryLog()
    private var logger: Logger { Logger(level: .info, sink: log) }
    private static let often = KeySchedule(refresh: .milliseconds(1), unknown: .zero)

    @Test func `a file that changes is read again, and one that is nonsense for a while changes nothing`() throws {
        let file = try KeyFile([SigningKey.ed.jwk("a")])
        let keys = try Keys.start(.file(file.path), schedule: Self.often, log: logger, metrics: MetricsRegistry())
        defer { keys.stop() }
        #expect(keys.current.set?.count == 1)
        try file.write("{\"keys\":[")
        try eventually("the fault is said") { !log.lines("no keys").isEmpty }
        #expect(keys.current.set?.count == 1)
        try file.write(keySet([SigningKey.ed.jwk("a"), SigningKey.ec.jwk("b"), #"{"kty":"oct"}"#]))
        try eventually("the new keys are there") { keys.current.set?.count == 2 }
        #expect(keys.current.version == 2)
        #expect(log.lines("keys").last?["skipped"]?.hasPrefix("key 2 is neither") == true)
        // Once, however often it was tried.
        #expect(log.lines("no keys").count == 1)
    }

    @Test(arguments: ["", "{}", #"{"keys":[]}"#]) func `a file has to be there and fit at the start`(_ text: String)
        throws
    {
        let file = try KeyFile([])
        try file.write(text)
        #expect(throws: KeyFault.self) { try Keys.start(.file(file.path), log: quiet, metrics: MetricsRegistry()) }
        for path in [file.path + "x", "/", "/dev/null", "/dev/zero"] {
            #expect(throws: KeyFault.self) { try Keys.start(.file(path), log: quiet, metrics: MetricsRegistry()) }
        }
    }

    /// What a server says, which changes.
    private final class Said: Sendable {
        private let answer = Mutex<(status: Int, text: String)>((503, "not yet"))
        private let asked = Atomic(0)
        func say(_ status: Int, _ text: String) { answer.withLock { $0 = (status, text) } }
        var times: Int { asked.load(ordering: .relaxed) }

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            asked.wrappingAdd(1, ordering: .relaxed)
            let (status, text) = answer.withLock { $0 }
            return HTTPResponse(status: status, contentType: "application/json", body: Array(text.utf8))
        }
    }

    @Test func `keys of a server come when they can, and stay when it fails`() throws {
        let said = Said()
        let server = try HTTPServer(address: "127.0.0.1", port: 0) { said.answer($0) }
        let metrics = MetricsRegistry()
        let keys = try Keys.start(
            .url("http://127.0.0.1:\(server.port)/jwks"), schedule: Self.often, log: logger, metrics: metrics)
        defer { keys.stop() }
        try eventually("it was asked") { said.times > 1 }
        #expect(keys.current.set == nil)
        said.say(200, keySet([SigningKey.ed.jwk("a")]))
        try eventually("the keys are there") { keys.current.set != nil }
        for (status, text) in [
            (500, keySet([])), (200, "<html>"), (200, keySet([])), (302, keySet([SigningKey.ec.jwk("x")])),
        ] {
            said.say(status, text)
            let before = said.times
            try eventually("it was asked again") { said.times > before + 1 }
            #expect(keys.current.version == 1)
            #expect(keys.current.set?.count == 1)
        }
        said.say(200, keySet([SigningKey.ed.jwk("a"), SigningKey.ec.jwk("b")]))
        try eventually("the new keys are there") { keys.current.version == 2 }
        #expect(metrics.text().contains("negawatt_gateway_keys 2"))
        #expect(metrics.text().contains("negawatt_gateway_key_fetches_total{outcome=\"failed\"}"))
        #expect(log.lines("no keys").first?["reason"] == "the server answered 503, not 200")
        try eventually("the end of the faults is said") { log.lines("keys are available again").count == 2 }
        server.stop()
    }

    @Test func `nobody waits for a server that does not answer`() throws {
        // It takes connections, and nothing else.
        let silent = ListeningPort()
        let keys = try Keys.start(
            .url("http://127.0.0.1:\(silent.port)/"), schedule: Self.often, log: quiet, metrics: MetricsRegistry())
        #expect(keys.current.set == nil)
        let start = ContinuousClock.now
        keys.stop()
        #expect(.now - start < Patience.promised)
    }
}
