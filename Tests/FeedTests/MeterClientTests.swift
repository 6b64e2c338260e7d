import Baselines
import Calls
import Contracts
import HTTP
import MeterSimulator
import Meters
import OutsideClient
import OutsideTesting
import RealKafka
import Schemas
import Simulators
import Synchronization
import Telemetry
import TelemetryTesting
import Testing

@testable import Feed
@testable import FeedContext

/// The client's thread between a utility and Kafka.
@Suite(.timeLimit(.minutes(30))) struct MeterClientTests {
    private static let key = MeterKey(Array("geheim77".utf8))!

    /// A client at work, with what it says.
    private struct Running: AtWork {
        let client: MeterClient
        let parts: RunningParts

        init(_ url: String, _ broker: Broker, _ change: (inout MeterClientSettings) -> Void = { _ in }) {
            var settings = MeterClientSettings(KepcoAdapter(url: url), MeterClientTests.key, pace: 1000)
            change(&settings)
            (client, parts) = RunningParts.one(broker) { metrics, log in
                MeterClient(settings, ["bootstrap.servers": broker.servers], metrics, log: log)
            }
        }
    }

    private func server(_ reply: @escaping @Sendable () -> HTTPResponse) throws -> HTTPServer {
        try HTTPServer(address: "127.0.0.1", port: 0, settings: ServerSettings()) { _, _ in .now(reply()) }
    }

    private func call(_ place: Int64, _ attempt: Int64 = 1, partition: Int32 = 1, day: String = "2026-05-11")
        -> MeterCall
    {
        MeterCall(
            partition: partition, user: UserID(text: "u\(place)"), attempt: attempt,
            customerNumber: "\(SimulatedMeters.base + place)", meters: [], day: Day(day)!, isPast: false)
    }

    @Test func `what the utility says is a record of the partition that has asked`() throws {
        let broker = try Broker()
        let meters = SimulatedMeters(seed: 7, customers: 10, consentFrom: Day("2026-05-01")!)
        let server = try SimulatorServer(MeterService(meters))
        let running = Running("http://127.0.0.1:\(server.port)\(MeterService.path)", broker)
        running.client.make([call(1), call(2, 5, partition: 0), call(3, day: "2026-04-30"), call(11)])
        var lines: [String] = []
        try eventually("four answers", log: lines.joined(separator: "\n")) {
            lines = try broker.read("feed.internal")
            return lines.count == 4
        }
        let account = try #require(meters.account(SimulatedMeters.base + 1))
        let first = try #require(lines.first { $0.contains(" u1 ") })
        #expect(first.hasPrefix(#"1 u1 type=MeterAnswered {"eventType":"MeterAnswered","timestamp":"#))
        let value = meters.tenths(account, Day("2026-05-11")!, 0)
        #expect(first.contains(#""attempt":1,"outcome":"day","wh":[\#(value / 10).\#(value % 10),"#))
        #expect(lines.contains { $0.hasPrefix("0 u2 ") && $0.contains(#""attempt":5,"outcome":"day""#) })
        #expect(lines.contains { $0.contains(" u3 ") && $0.contains(#""outcome":"none""#) }, "\(lines)")
        #expect(lines.contains { $0.contains(" u11 ") && $0.contains(#""outcome":"refused""#) }, "\(lines)")
        for line in lines {
            try Schemas.check("feed.internal", "MeterAnswered", String(line[(line.firstIndex(of: "{")!)...]))
        }
        #expect(running.has(#"negawatt_feed_calls_total{outcome="day"} 2"#), "\(running.metrics.text())")
        #expect(running.has(#"negawatt_feed_circuit{state="closed"} 1"#))
        running.stop()
        server.stop()
    }

    @Test func `a utility that fails is asked by few calls, and all are answered when it is back`() throws {
        let broker = try Broker()
        let state = State()
        let meters = MeterService(SimulatedMeters(seed: 7, customers: 1000, consentFrom: Day("2026-05-01")!))
        let server = try HTTPServer(address: "127.0.0.1", port: 0, settings: ServerSettings()) { request, _ in
            state.asked.withLock { $0 += 1 }
            guard state.isDown.withLock({ $0 }) else { return .now(meters.reply(to: request).response) }
            return .now(HTTPResponse(status: 503, "away"))
        }
        let running = Running("http://127.0.0.1:\(server.port)/", broker) {
            $0.gate.breaker.pause = .milliseconds(200)
            $0.gate.inFlight = 4
        }
        running.client.make((1...200).map { call($0) })
        try eventually("an open circuit") { running.has(#"negawatt_feed_circuit{state="closed"} 0"#) }
        // Ten and those under way open it; then it is one or two each 200 ms.
        try eventually("probes") { state.asked.withLock { $0 } >= 16 }
        #expect(!running.has("negawatt_feed_calls_waiting 0"))
        state.isDown.withLock { $0 = false }
        var lines: [String] = []
        try eventually("200 answers") {
            lines = try broker.read("feed.internal")
            return lines.count == 200
        }
        let failed = lines.count { $0.contains(#""outcome":"unavailable","reason":"HTTP 503""#) }
        #expect(failed >= 10 && failed < 100 && lines.count { $0.contains(#""outcome":"day""#) } == 200 - failed)
        #expect(running.has(#"negawatt_feed_circuit{state="closed"} 1"#))
        let said = running.log.lines.map { "\($0.level) \($0.message) \($0.fields.list)" }
        #expect(said.contains { $0.contains("its circuit is open") } && said.contains { $0.contains("is closed") })
        running.stop()
        server.stop()
    }

    private static let unknown = #"{"returnCode":"77","errMsg":"geheim77: no service for 1000000001, 1000000002"}"#

    @Test func `trouble of single customers is theirs, and is said without the key and a number`() throws {
        let broker = try Broker()
        let server = try server { HTTPResponse(status: 200, contentType: "application/json", Self.unknown) }
        let running = Running("http://127.0.0.1:\(server.port)/", broker)
        running.client.make((1...60).map { call($0) })
        var lines: [String] = []
        try eventually("60 answers") {
            lines = try broker.read("feed.internal")
            return lines.count == 60
        }
        let reason = #""outcome":"refused","reason":"77: (key): no service for (number), (number)"}"#
        #expect(lines.allSatisfy { $0.hasSuffix(reason) }, "\(lines[0])")
        #expect(running.has(#"negawatt_feed_circuit{state="closed"} 1"#))
        #expect(!running.log.lines.contains { "\($0.message)".contains("circuit") })
        running.stop()
        server.stop()
    }

    @Test func `unreadable answers to one customer do not open the circuit, those to many do`() throws {
        let broker = try Broker()
        let server = try server { HTTPResponse(status: 200, contentType: "application/json", "{") }
        let running = Running("http://127.0.0.1:\(server.port)/", broker) { $0.gate.breaker.pause = .milliseconds(50) }
        for attempt in 1...30 as ClosedRange<Int64> {
            running.client.make([call(1, attempt)])
            try eventually("an answer") {
                try broker.read("feed.internal").contains { $0.contains(#""attempt":\#(attempt),"#) }
            }
        }
        #expect(!running.log.lines.contains { "\($0.message)".contains("its circuit is open") })
        running.client.make((2...60).map { call($0) })
        try eventually("an open circuit") { running.has(#"negawatt_feed_circuit{state="closed"} 0"#) }
        running.stop()
        server.stop()
    }

    private static let refused = #"{"header":{"resultCode":"30","resultMsg":"KEY geheim77 IS NOT REGISTERED"}}"#

    @Test func `who refuses everybody is left alone, and that is said`() throws {
        let broker = try Broker()
        let asked = Mutex(0)
        let server = try server {
            asked.withLock { $0 += 1 }
            return HTTPResponse(status: 200, contentType: "application/json", Self.refused)
        }
        let running = Running("http://127.0.0.1:\(server.port)/", broker) { $0.gate.inFlight = 4 }
        running.client.make((1...200).map { call($0) })
        try eventually("a pause") { running.has(#"negawatt_feed_paused{reason="refused"} 1"#) }
        try eventually("an error") { running.log.lines.contains { "\($0.message)".contains("refuses us") } }
        // Those that were under way, and few behind: waits are of 15 s, 30 s and so on, any part of each.
        #expect(asked.withLock { $0 } < 20)
        let said = running.log.lines.map { "\($0.message) \($0.fields.list)" }
        #expect(!said.contains { $0.contains("geheim") } && said.contains { $0.contains("30: KEY (key) IS NOT") })
        #expect(!running.has("negawatt_feed_calls_waiting 0"))
        running.stop()
        server.stop()
    }

    @Test func `who asks to be left alone is, and that is seen`() throws {
        let broker = try Broker()
        let asked = Mutex(0)
        let server = try server {
            asked.withLock { $0 += 1 }
            var response = HTTPResponse(status: 503, "busy")
            response.headers = [("Retry-After", "3000")]
            return response
        }
        let running = Running("http://127.0.0.1:\(server.port)/", broker) { $0.gate.inFlight = 1 }
        running.client.make((1...20).map { call($0) })
        try eventually("a pause") { running.has(#"negawatt_feed_paused{reason="asked"} 1"#) }
        let said = running.log.lines.map { "\($0.message) \($0.fields.list)" }
        #expect(said.contains { $0.contains("asks to be left alone") && $0.contains("3000") }, "\(said)")
        #expect(asked.withLock { $0 } == 1 && running.has("negawatt_feed_calls_waiting 19"))
        running.stop()
        server.stop()
    }

    @Test func `who has revoked is asked about no more, though his call waits`() throws {
        let broker = try Broker()
        let running = Running("http://127.0.0.1:1/", broker) {
            $0.gate.breaker.failures = 1
            $0.gate.breaker.pause = .seconds(3600)
            $0.gate.inFlight = 1
        }
        running.client.make([call(1), call(2), call(3)])
        try eventually("two that wait") { running.has("negawatt_feed_calls_waiting 2") }
        running.client.make([MeterCallEnd(partition: 1, user: UserID(text: "u2"))])
        try eventually("one that waits") { running.has("negawatt_feed_calls_waiting 1") }
        running.stop()
    }

    /// Of a utility that can be away.
    private final class State: Sendable {
        let isDown = Mutex(true)
        let asked = Mutex(0)
    }

    @Test func `calls of partitions that are others' by now are given up`() throws {
        let broker = try Broker()
        // Nobody is there, and whoever has found that out once waits for long.
        let running = Running("http://127.0.0.1:1/", broker) {
            $0.gate.breaker.failures = 1
            $0.gate.breaker.pause = .seconds(3600)
            $0.gate.inFlight = 1
        }
        running.client.make([call(1), call(2), call(3)])
        try eventually("two that wait") {
            running.has("negawatt_feed_calls_waiting 2") && running.has("negawatt_feed_calls_under_way 0")
        }
        running.client.drop()
        try eventually("none that waits") { running.has("negawatt_feed_calls_waiting 0") }
        running.client.make([call(2, 9)])
        try eventually("one that waits") { running.has("negawatt_feed_calls_waiting 1") }
        var lines: [String] = []
        try eventually("an answer") {
            lines = try broker.read("feed.internal")
            return !lines.isEmpty
        }
        #expect(lines.count == 1 && lines[0].contains(" u1 ") && lines[0].contains(#""outcome":"unavailable""#))
        running.stop()
    }
}
