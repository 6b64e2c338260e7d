import Baselines
import Calls
import Contracts
import Daemon
import HTTPClient
import MeterSimulator
import Meters
import OutsideClient
import OutsideTesting
import RealKafka
import Simulators
import Synchronization
import Telemetry
import TelemetryTesting
import Testing
import Workers

@testable import Feed
@testable import FeedContext

/// The daemon from a registration to the readings: with the utility over HTTP, on an embedded broker.
@Suite(.timeLimit(.minutes(30))) struct FeedDaemonTests {
    private static let key = MeterKey(Array("geheim77".utf8))!
    private static let plan = AskPlan(FeedSettings())

    /// Whose days are there at once: of high voltage.
    private static let number = SimulatedMeters.base + 10

    private typealias Lost = LostCalls<MeterCall>

    /// A daemon, and the client beside it if there is one.
    private struct Running: AtWork {
        let parts: RunningParts

        /// - Parameter lost: gets the calls where there is no utility.
        init(
            _ broker: Broker, _ directory: String, url: String?, _ settings: FeedSettings, lost: (any Outside)? = nil
        ) {
            parts = RunningParts(broker) { metrics, log in
                let client = url.map { url in
                    var settings = MeterClientSettings(KepcoAdapter(url: url), FeedDaemonTests.key, pace: 1000)
                    settings.gate.breaker.pause = .milliseconds(200)
                    settings.client.firstByteLimit = .seconds(1)
                    return MeterClient(settings, ["bootstrap.servers": broker.servers], metrics, log: log)
                }
                let daemon = Daemon(
                    FeedWorker(settings), .embedded(.feed, broker, directory), outside: client ?? lost,
                    metrics: metrics, log: log)
                return [daemon] + (client.map { [$0] } ?? [])
            }
        }
    }

    /// Days are asked for at once, and again soon.
    private var settings: FeedSettings {
        FeedSettings(
            callLimit: .seconds(3), retry: .milliseconds(300), firstRetry: .milliseconds(20), from: .zero,
            spread: .zero,
            // What has come today is not looked at again in this test.
            againFrom: .seconds(24 * 3600 - 1))
    }

    /// The simulated utility.
    private final class Utility: Sendable {
        let service: MeterService
        let meters: SimulatedMeters
        let url: String
        private let server: Mutex<SimulatorServer?>

        init(_ faults: String = "none", from: Day) throws {
            let meters = SimulatedMeters(seed: 7, customers: 1000, consentFrom: from)
            var settings = MeterService.Settings()
            settings.faults = try #require(MeterFaults(faults))
            settings.key = FeedDaemonTests.key
            settings.retrySeconds = 0
            let service = MeterService(meters, settings)
            let server = try SimulatorServer(service)
            (self.service, self.meters) = (service, meters)
            url = "http://127.0.0.1:\(server.port)\(MeterService.path)"
            self.server = Mutex(server)
        }

        deinit { server.withLock { $0.take()?.stop() } }
    }

    private func register(_ broker: Broker, _ user: String, _ number: Int64, from: Day) throws {
        try broker.send(
            .feedCommands, user,
            #"{"eventType":"RegisterMeter","userId":"\#(user)","customerNumber":"\#(number)","#
                + #""consentFrom":"\#(from)T00:00:00+09:00"}"#
        )
    }

    /// The day so many before today, in Korea.
    private func day(_ before: Int64) -> Day { Self.plan.day(of: .current) - before }

    private func awaitDays(_ broker: Broker, _ user: String, _ count: Int, log: MemoryLog) throws -> [String] {
        var lines: [String] = []
        try eventually("\(count) days of \(user)", log: log.lines.map(\.message).joined(separator: "\n")) {
            lines = try (broker.read("kepco.readings") + broker.read("kepco.history")).filter {
                $0.contains(" \(user) ")
            }
            return lines.count >= count
        }
        return lines
    }

    @Test func `a customer's days since his consent come to kepco, whatever goes wrong on the way`() throws {
        let broker = try Broker()
        let from = day(6)
        let utility = try Utility("503=150,500=100,cut=100,html=100", from: from)
        let running = try Running(
            broker, Leftovers.temporaryDirectory("feed"), url: utility.url, settings)
        try register(broker, "kim", Self.number, from: from)
        for place in 2...6 { try register(broker, "u\(place)", Self.number + Int64(place) * 10, from: from) }
        let lines = try awaitDays(broker, "kim", 6, log: running.log)
        for place in 2...6 { _ = try awaitDays(broker, "u\(place)", 6, log: running.log) }
        let meters = utility.meters
        let account = try #require(utility.meters.account(Self.number))
        for before in 1...6 as ClosedRange<Int64> {
            let wh = (0..<96).map { meters.tenths(account, day(before), $0) }.map { "\($0 / 10).\($0 % 10)" }
            let start = Self.plan.start(of: day(before))
            #expect(
                lines.count {
                    $0.contains(#""startsAt":"\#(start)","wh":[\#(wh.joined(separator: ","))]}"#)
                } == 1, "\(day(before))")
        }
        #expect(lines.count == 6)
        #expect(running.sum("negawatt_feed_calls_total") > 36, "some calls have come to nothing")
        #expect(utility.service.counts["before-consent"] == nil, "\(utility.service.counts)")
        let said = running.log.lines.map { "\($0.message) \($0.fields.list)" }.joined(separator: "\n")
        #expect(!said.contains("geheim") && !said.contains("\(Self.number)"))
        running.stop()
    }

    @Test func `nobody is asked for before his consent, and what is owed is seen`() throws {
        let broker = try Broker()
        let utility = try Utility(from: day(3))
        let running = try Running(broker, Leftovers.temporaryDirectory("feed"), url: utility.url, settings)
        // Two days late: of the last two days there is nothing yet.
        try register(broker, "kim", SimulatedMeters.base + 1, from: day(3))
        try register(broker, "lee", Self.number, from: day(3))
        _ = try awaitDays(broker, "lee", 3, log: running.log)
        _ = try awaitDays(broker, "kim", 1, log: running.log)
        try eventually("what is owed") { running.sum("negawatt_feed_dates_owed") == 2 }
        #expect(running.sum("negawatt_feed_oldest_date_seconds") == 2 * 86_400)
        try eventually("calls for what is missing") { utility.service.counts["no-data", default: 0] >= 2 }
        #expect(utility.service.counts["before-consent"] == nil, "\(utility.service.counts)")
        // Asked no more.
        try broker.send(.feedCommands, "kim", #"{"eventType":"RevokeMeter","userId":"kim"}"#)
        try eventually("the revocation") { try broker.read("feed.events").contains { $0.contains("MeterRevoked") } }
        try eventually("nothing owed") { running.sum("negawatt_feed_dates_owed") == 0 }
        try eventually("nothing under way") { running.sum("negawatt_feed_calls_under_way") == 0 }
        let asked = utility.service.counts.values.reduce(0, +)
        // Another one's days take longer than his retry.
        try register(broker, "park", Self.number + 10, from: day(3))
        _ = try awaitDays(broker, "park", 3, log: running.log)
        #expect(utility.service.counts.values.reduce(0, +) == asked + 3)
        running.stop()
    }

    @Test func `what was asked for and has no answer is asked for again by the next daemon`() throws {
        let broker = try Broker()
        let directory = try Leftovers.temporaryDirectory("feed")
        let utility = try Utility(from: day(2))
        // Its calls are lost, as if it had ended behind the commit.
        let lost = Lost()
        let first = Running(broker, directory, url: nil, settings, lost: lost)
        try register(broker, "kim", Self.number, from: day(2))
        try eventually("a call", log: first.log.lines.map(\.message).joined(separator: "\n")) {
            try broker.read("feed.changelog").contains { $0.contains(" calls/call/kim ") }
        }
        try eventually("the call behind its commit") { lost.calls.withLock { !$0.isEmpty } }
        #expect(lost.calls.withLock { $0.first?.customerNumber } == "\(Self.number)")
        let drops = lost.drops.withLock { $0 }
        first.stop()
        #expect(lost.drops.withLock { $0 } > drops, "who leaves the group gives its calls up")
        #expect(try broker.read("kepco.readings").isEmpty)
        let second = Running(broker, directory, url: utility.url, settings)
        #expect(try awaitDays(broker, "kim", 2, log: second.log).count == 2)
        #expect(second.sum("negawatt_feed_calls_unanswered_total") >= 1)
        second.stop()
    }
}
