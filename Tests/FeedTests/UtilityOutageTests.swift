import Baselines
import Calls
import Contexts
import Contracts
import Daemon
import HTTPClient
import JSON
import KepcoContext
import MeterSimulator
import Meters
import OutsideTesting
import RealKafka
import Simulation
import Simulators
import Synchronization
import Telemetry
import TelemetryTesting
import Testing
import Workers

@testable import Feed
@testable import FeedContext

/// The utility dies, hangs and lies while orders run: nobody but feed takes notice, and what is owed comes afterwards.
/// All contexts on an embedded broker.
@Suite(.timeLimit(.minutes(30))) struct UtilityOutageTests {
    private static let key = MeterKey(Array("geheim77".utf8))!
    private static let seed: UInt64 = 7
    private static let meters = SimulatedMeters(
        seed: seed, customers: 100, consentFrom: Day("2026-01-01")!, isSteady: true)
    /// Of high voltage: its days are there when they are over.
    private static let number = SimulatedMeters.base + 10

    /// A utility on one port, with one fault or another, or not there.
    private final class Utility: Sendable {
        let port: UInt16
        private let server: Mutex<SimulatorServer?>

        init() throws {
            let first = try SimulatorServer(MeterService(UtilityOutageTests.meters))
            port = first.port
            server = Mutex(first)
        }

        var url: String { "http://127.0.0.1:\(port)\(MeterService.path)" }

        func end() { server.withLock { $0.take()?.stop() } }

        /// Instead of what was there.
        func begin(_ faults: String = "none") throws {
            end()
            var settings = MeterService.Settings()
            settings.faults = try #require(MeterFaults(faults))
            settings.slow = .seconds(3600)
            let service = MeterService(UtilityOutageTests.meters, settings)
            try server.withLock { $0 = try SimulatorServer(port: port, service) }
        }

        deinit { end() }
    }

    /// All daemons, and the client beside feed's.
    private struct Running: AtWork {
        let parts: RunningParts
        /// Of the other contexts; feed's are the parts'.
        private let others: [Context: MetricsRegistry]

        init(_ broker: Broker, url: String) throws {
            let directory = try Leftovers.temporaryDirectory("outage")
            let kepco = KepcoWorker(settings: KepcoSettings(correctionsDelay: .milliseconds(100)))
            let feed = FeedWorker(
                FeedSettings(callLimit: .seconds(3), retry: .milliseconds(300), firstRetry: .milliseconds(20)))
            var others: [Context: MetricsRegistry] = [:]
            parts = RunningParts(broker, level: .warning) { metrics, log in
                var asked = MeterClientSettings(KepcoAdapter(url: url), UtilityOutageTests.key, pace: 1000)
                asked.gate.breaker.pause = .milliseconds(200)
                asked.client.firstByteLimit = .seconds(1)
                let client = MeterClient(asked, ["bootstrap.servers": broker.servers], metrics, log: log)
                let daemons = Contexts.workers(kepco, feed).map { worker -> any Serving in
                    let context = type(of: worker).context
                    let settings = DaemonSettings.embedded(context, broker, directory)
                    guard context != .feed else {
                        return Daemon(worker, settings, outside: client, metrics: metrics, log: log)
                    }
                    let own = MetricsRegistry()
                    others[context] = own
                    return Daemon(worker, settings, metrics: own, log: log)
                }
                return daemons + [client]
            }
            self.others = others
        }

        /// Of all labels that have this in them.
        func sum(_ context: Context, _ name: String, _ label: String = "") -> Double {
            (others[context] ?? metrics).sum(name, label)
        }

        /// Records that wait for the contexts that orders go through.
        var coreLag: Double {
            [Context.dr, .user, .response, .kepco].reduce(0) { $0 + sum($1, "negawatt_consumer_lag_records") }
        }
    }

    /// An order of customers whose meters send by themselves: each figure of it.
    private func runsAnOrder(_ broker: Broker, _ prefix: String) throws -> [String] {
        let exchange = try KafkaExchange(
            ["bootstrap.servers": broker.servers], log: Logger(level: .error, sink: MemoryLog()))
        let settings = OrderRunSettings(
            population: PopulationSettings(customers: 10, weeks: 1), prefix: prefix, order: "order-\(prefix)")
        let report = try OrderRun(settings, exchange, Unheard()).run()
        return report.agrees ? [] : report.differences + ["\(report.figures)"]
    }

    private final class Unheard: Simulation.Progress {
        func show(_ stage: Stage, done: Int, of count: Int) {}
        func end(_ stage: Stage, _ count: Int, took: Duration) {}
        func note(_ text: String) {}
    }

    @Test func `orders go on while the utility is dead, hangs and lies, and what is owed is checked afterwards`() throws
    {
        let broker = try Broker()
        let utility = try Utility()
        utility.end()
        let running = try Running(broker, url: utility.url)
        defer { running.stop() }
        // A customer of the utility's accepts an order of the last hour, or of today so far; of his past
        // nothing is known.
        let (start, now) = (orderStart(), Timestamp.current)
        let from = AskPlan(FeedSettings()).day(of: now) - 20
        try broker.send(.userCommands, "kim", #"{"eventType":"RegisterUser","id":"kim","name":"Kim","capacity":9000}"#)
        try broker.send(
            .feedCommands, "kim",
            #"{"eventType":"RegisterMeter","userId":"kim","customerNumber":"\#(Self.number)","#
                + #""consentFrom":"\#(from)T00:00:00+09:00"}"#)
        try eventually("the customer") { try broker.read("user.events").contains { $0.contains("UserRegistered") } }
        try broker.send(
            .drCommands, "d1",
            #"{"eventType":"StartDr","id":"d1","name":"kt","type":"reliable","startsAt":"\#(start)"}"#)
        try eventually("the list") { try broker.read("response.events").contains { $0.contains("Listmade") } }
        try broker.send(.responseCommands, "kim", #"{"eventType":"Accept","drId":"d1","userId":"kim"}"#)
        let wh = Array(repeating: "1", count: 8).joined(separator: ",")
        try broker.send(
            .kepcoReadings, "kim", #"{"eventType":"MeterReadings","userId":"kim","startsAt":"\#(start)","wh":[\#(wh)]}"#
        )
        try broker.send(.drCommands, "d1", #"{"eventType":"EndDr","id":"d1"}"#)
        try eventually("a check without a reference") { try checks(broker).count == 1 }
        #expect(try checks(broker).first?.isReal == false)
        for (trouble, prefix) in [("", "a"), ("slow=1000", "b"), ("html=500,cut=500", "c")] {
            if !trouble.isEmpty { try utility.begin(trouble) }
            let before = running.sum(.feed, "negawatt_feed_calls_total", #"outcome="unavailable""#)
            #expect(try runsAnOrder(broker, prefix) == [], "while the utility has \(trouble)")
            try eventually("nothing that waits for the core") { running.coreLag == 0 }
            try eventually("a call that comes to nothing") {
                running.sum(.feed, "negawatt_feed_calls_total", #"outcome="unavailable""#) > before
            }
            #expect(try broker.read("kepco.history").isEmpty)
        }
        try utility.begin()
        try eventually("the check by the utility's days", log: running.log.lines.map(\.message).joined(separator: "\n"))
        {
            isByUtility(try checks(broker).last, start)
        }
        let last = try #require(try checks(broker).last)
        #expect(last.version > 1 && last.isReal && abs(last.reducedWh - (last.baselineWh - last.usedWh)) <= 1)
        try eventually("the points") { try points(broker) == last.adjustPoint }
    }

    /// A quarter hour of today in Korea: of an hour ago, if that is today.
    private func orderStart() -> Timestamp {
        let now = Timestamp.current
        let midnight = AskPlan(FeedSettings()).start(of: AskPlan(FeedSettings()).day(of: now))
        return Timestamp(
            milliseconds: max(midnight.milliseconds, (now.milliseconds - 3_600_000) / 900_000 * 900_000))
    }

    /// The last versions come last.
    private func checks(_ broker: Broker) throws -> [ReductionCheck] {
        try broker.read("kepco.events").filter { $0.contains("\"ReductionCheck\"") && $0.contains(" kim ") }
            .compactMap { line in
                var reader = JSONReader()
                return try line.firstIndex(of: "{").map {
                    try ReductionCheck(reader.fields(of: Array(line[$0...].utf8).span))
                }
            }
    }

    private func points(_ broker: Broker) throws -> Int64 {
        try broker.read("user.events").filter { $0.contains("\"PointChanged\"") && $0.contains(" kim ") }
            .reduce(0) { sum, line in
                var reader = JSONReader()
                guard let start = line.firstIndex(of: "{") else { return sum }
                return sum + (try PointChanged(reader.fields(of: Array(line[start...].utf8).span)).change)
            }
    }

    /// Whether the baseline is what his meters count on every day. The order's last quarter hour is not over.
    private func isByUtility(_ check: ReductionCheck?, _ start: Timestamp) -> Bool {
        guard let check, let account = Self.meters.account(Self.number), check.baselineWh > 0 else { return false }
        let plan = AskPlan(FeedSettings())
        let first = Int((start.milliseconds - plan.start(of: plan.day(of: start)).milliseconds) / 900_000)
        let whole = check.quarterBaselineMilliWh.dropLast()
        return whole.enumerated().allSatisfy { place, milliWh in
            first + place < 96 && milliWh == Self.meters.tenths(account, Day(number: 0), first + place) * 100
        }
    }
}
