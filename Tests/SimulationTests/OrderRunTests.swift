import Baselines
import Contracts
import KepcoContext
import MeterSimulator
import NotifyContext
import Simulation
import Testing
import Workers
import WorkersTesting

/// The whole chain in memory: what the contexts make of a simulated order is what the simulation expects, customer by
/// customer.
@Suite struct OrderRunTests {
    private static func settings(
        _ customers: Int64, seed: UInt64 = 1, hours: Int64 = 2, prefix: String? = nil, order: String? = nil,
        stageTimeout: Duration = .seconds(30)
    ) -> OrderRunSettings {
        // Everything odd is made frequent, so that few customers show all of it.
        let population = PopulationSettings(
            customers: customers, seed: seed, reduce: 600, changeMind: 200, oddForms: 500, newcomers: 100)
        return OrderRunSettings(
            population: population, hours: hours, prefix: prefix, order: order, stageTimeout: stageTimeout)
    }

    private static func run(_ settings: OrderRunSettings, _ exchange: HarnessExchange) throws -> Report {
        try OrderRun(settings, exchange, Quiet()).run()
    }

    private static func figure(_ report: Report, _ name: String) -> Int64? {
        report.figures.first { $0.name == name }?.observed
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `every figure of a whole order agrees, whatever is read first`(seed: UInt64) throws {
        let exchange = HarnessExchange(seed: seed)
        let report = try Self.run(Self.settings(40, seed: seed), exchange)
        #expect(report.differences == [])
        #expect(report.agrees)
        #expect(exchange.harness.deadLetters.isEmpty)
        #expect(Self.figure(report, "asked") == 40)
        let answered = ["accepted", "denied", "silent"].map { Self.figure(report, $0) ?? 0 }
        #expect(answered.reduce(0, +) == 40)
        #expect((Self.figure(report, "really reduced") ?? 0) > 0)
        #expect((Self.figure(report, "really reduced") ?? 0) < answered[0])
        #expect(Self.figure(report, "points paid") == Self.figure(report, "Wh reduced"))
    }

    @Test(arguments: [
        // Over midnight in Korea, on a Sunday, on a Monday, at a quarter hour's first and last ms.
        "2026-11-19T16:10:00.000Z", "2026-11-22T03:00:00.000Z", "2026-11-23T00:01:00.000Z", "2026-11-19T23:59:34.654Z",
        "2026-11-19T23:59:35.654Z",
    ])
    func `every figure agrees at any time of the week`(clock: String) throws {
        let exchange = HarnessExchange(clock: try #require(Timestamp(clock)))
        let report = try Self.run(Self.settings(20, hours: 3), exchange)
        #expect(report.differences == [])
        #expect(report.agrees)
    }

    @Test(arguments: [(0, 10), (1, 2), (1500, 4)] as [(Int64, Int)])
    func `every figure agrees however checks are set`(milliPoints: Int64, days: Int) throws {
        let exchange = HarnessExchange(
            kepco: KepcoSettings(milliPointsPerWh: milliPoints, method: .meanOfWeekdays(days)))
        var settings = Self.settings(20)
        settings.milliPointsPerWh = milliPoints
        let report = try Self.run(settings, exchange)
        #expect(report.differences == [])
        #expect(report.agrees)
    }

    @Test func `a second run takes other customers and another order, and agrees too`() throws {
        let exchange = HarnessExchange()
        let first = try Self.run(Self.settings(10), exchange)
        let second = try Self.run(Self.settings(12), exchange)
        #expect(first.agrees)
        #expect(second.agrees)
        #expect(first.order != second.order)
        #expect(Self.figure(second, "asked") == 12)
    }

    @Test func `a prefix that is taken is refused`() throws {
        let exchange = HarnessExchange()
        _ = try Self.run(Self.settings(3, prefix: "home-"), exchange)
        let error = #expect(throws: SimulationError.self) {
            try Self.run(Self.settings(3, prefix: "home-"), exchange)
        }
        #expect(error?.description.contains("\"home-\"") == true)
    }

    @Test func `an order that exists already is reported with the reason`() throws {
        let exchange = HarnessExchange()
        _ = try Self.run(Self.settings(3, order: "twice"), exchange)
        let error = #expect(throws: SimulationError.self) {
            try Self.run(Self.settings(3, order: "twice"), exchange)
        }
        #expect(error?.description.contains("order twice") == true)
    }

    @Test func `a stage that gets nowhere says who is missing and where to look`() throws {
        let exchange = HarnessExchange()
        exchange.tamper = { $0.topic == .userCommands && $0.key == "u000002" ? nil : $0 }
        let error = #expect(throws: SimulationError.self) {
            try Self.run(Self.settings(3, stageTimeout: .milliseconds(50)), exchange)
        }
        #expect(error?.description.contains("1 of 3 customers have no UserRegistered in user.events: u000002") == true)
        #expect(error?.description.contains("user.deadletters") == true)
    }

    private static func utility(seed: UInt64, isSteady: Bool = true) throws -> SimulatedMeters {
        SimulatedMeters(
            seed: seed, customers: 100, consentFrom: try #require(Day("2026-01-01")), isSteady: isSteady)
    }

    @Test(arguments: [
        "2026-11-20T05:07:08.901Z", "2026-11-19T16:10:00.000Z", "2026-11-22T03:00:00.000Z", "2026-11-19T22:30:00.000Z",
    ])
    func `every figure agrees where customers' days come from a utility`(clock: String) throws {
        let exchange = HarnessExchange(clock: try #require(Timestamp(clock)))
        exchange.utility = try Self.utility(seed: 7)
        var settings = Self.settings(25)
        (settings.population.utilityCustomers, settings.population.utilitySeed) = (15, 7)
        let report = try Self.run(settings, exchange)
        #expect(report.differences == [])
        #expect(report.agrees)
        let days = try #require(report.figures.first { $0.name == "days from the utility" })
        #expect(days.observed == days.expected && days.observed > 15 * 12)
        #expect(exchange.harness.deadLetters.isEmpty)
    }

    @Test func `who has a contact is told of the order and of what he has reduced`() throws {
        var settings = Self.settings(20)
        settings.population.contacts = 15
        let report = try Self.run(settings, HarnessExchange())
        #expect(report.agrees, "\(report.text())")
        #expect(Self.figure(report, "told of the order") == 15)
        let results = try #require(Self.figure(report, "told their result"))
        #expect(results > 0 && results < 15)
    }

    @Test func `a run whose customers cannot be told says so`() throws {
        let exchange = HarnessExchange()
        exchange.takes = { $0.kind != .result }
        var settings = Self.settings(20, stageTimeout: .milliseconds(200))
        settings.population.contacts = 15
        let error = #expect(throws: SimulationError.self) { try Self.run(settings, exchange) }
        let text = try #require(error?.description)
        #expect(text.contains("add points, deny the others") && text.contains("no NoticeAccepted of their result"))
        #expect(text.contains("is negawatt user and negawatt response and negawatt notify running?"), "\(text)")
    }

    @Test func `another utility's readings are a difference`() throws {
        let exchange = HarnessExchange()
        exchange.utility = try Self.utility(seed: 8)
        var settings = Self.settings(25)
        (settings.population.utilityCustomers, settings.population.utilitySeed) = (15, 7)
        let report = try Self.run(settings, exchange)
        #expect(!report.agrees)
        #expect(!report.differences.isEmpty)
    }

    @Test func `days that the utility does not say are waited for, with words about feed`() throws {
        let exchange = HarnessExchange()
        var settings = Self.settings(3, stageTimeout: .milliseconds(50))
        settings.population.utilityCustomers = 1
        settings.population.newcomers = 0
        let error = #expect(throws: SimulationError.self) { try Self.run(settings, exchange) }
        #expect(error?.description.contains("1 of 3 customers lack days") == true)
        #expect(error?.description.contains("negawatt feed") == true)
    }

    /// Readings that are wrong on their way are found, so that the figures agree for a reason.
    @Test func `a single wrong reading is a difference that names the customer`() throws {
        let exchange = HarnessExchange()
        let accepted = try #require(
            Population(Self.settings(20).population).customers.first { $0.answer == .accept && $0.change < -200 })
        exchange.tamper = { record in
            guard record.topic == .kepcoReadings, record.key == accepted.id.text,
                record.value.contains("2026-11-20T02:45:00")
                    || record.value.contains(#""startsAt":"2026-11-20T03:00:00"#)
            else { return record }
            var record = record
            record.value.replace("\"wh\":[", with: "\"wh\":[1", maxReplacements: 1)
            return record
        }
        let report = try Self.run(Self.settings(20), exchange)
        #expect(!report.agrees)
        #expect(!report.differences.isEmpty)
        #expect(report.differences.allSatisfy { $0.hasPrefix("customer \(accepted.id): ") })
        #expect(report.text().contains("customer \(accepted.id): "))
    }
}
