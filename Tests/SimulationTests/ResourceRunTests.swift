import Contracts
import KepcoContext
import Simulation
import Testing
import WorkersTesting

/// The whole chain in memory, with customers who belong to resources: methods of their own, sums, and points that they
/// share.
@Suite struct ResourceRunTests {
    private static let market =
        #"{"version":2,"utcOffset":"+09:00","otherKinds":"reliable","kinds":["#
        + #"{"id":"reliable","name":{"ko":"r","en":"r"},"rules":[{"from":"2000-01-01"}]},"#
        + #"{"id":"shared","name":{"ko":"s","en":"s"},"rules":[{"from":"2000-01-01","pointsPerWh":0.7,"#
        + #""pointsBy":"resource"}]}],"holidays":{"until":"2027-12-31","days":["2026-01-01"]}}"#

    private func run(
        _ kind: String, seed: UInt64, customers: Int64 = 40,
        tamper: @escaping (OutgoingRecord) -> OutgoingRecord? = { $0 }
    ) throws -> Report {
        let exchange = HarnessExchange(
            seed: seed, kepco: KepcoSettings(readingsDeadline: .seconds(60), pointsPeriod: .seconds(1)))
        exchange.harness.send(.drCommands, key: "market", #"{"eventType":"SetMarket","market":\#(Self.market)}"#)
        try exchange.flush()
        exchange.tamper = tamper
        let population = PopulationSettings(
            customers: customers, seed: seed, reduce: 600, changeMind: 200, oddForms: 500, newcomers: 0, resources: 3)
        let settings = OrderRunSettings(population: population, kind: kind, stageTimeout: .seconds(20))
        return try OrderRun(settings, exchange, Quiet()).run()
    }

    @Test(arguments: ["reliable", "shared"], 1...6 as ClosedRange<UInt64>)
    func `every figure of resources' customers agrees, whatever is read first`(kind: String, seed: UInt64) throws {
        let report = try run(kind, seed: seed)
        #expect(report.differences == [])
        #expect(report.agrees)
    }

    /// The oracle finds what is wrong: here a reading that has changed on its way, which takes points from others, too.
    @Test func `a wrong reading changes the points of the resource's other customers`() throws {
        let settings = PopulationSettings(customers: 40, reduce: 600, changeMind: 200, newcomers: 0, resources: 3)
        let one = try #require(
            Population(settings).customers.first { $0.answer == .accept && $0.change < -200 && $0.resource != nil })
        let report = try run("shared", seed: 1) { record in
            guard record.topic == .kepcoReadings, record.key == one.id.text,
                record.value.contains(#""startsAt":"2026-11-20T03:00:00"#)
            else { return record }
            var record = record
            record.value.replace("\"wh\":[", with: "\"wh\":[1", maxReplacements: 1)
            return record
        }
        #expect(!report.agrees)
        #expect(report.differences.contains { $0.hasPrefix("customer \(one.id): ") })
        #expect(report.differences.contains { $0.hasPrefix("resource u") })
    }

    @Test func `points are shared by the largest remainder, and equal ones as they were seen`() {
        let shared = SharedPoints([300, 300, 300, -401, 0], milliPointsPerWh: 1000)
        #expect(shared.all == 499 && shared.reducedWh == 499 && shared.positiveWh == 900)
        #expect((0..<5).map(shared.least) == [166, 166, 166, 0, 0])
        #expect(shared.points([166, 166, 167, 0, 0]) == [166, 166, 167, 0, 0])
        #expect(shared.points([0, 0, 0, 0, 0]) == [167, 166, 166, 0, 0])
        #expect(shared.points([167, 167, 167, 5, 5]) == [167, 166, 166, 0, 0])
        let unequal = SharedPoints([10, 5, 4], milliPointsPerWh: 500)
        #expect(unequal.all == 10)
        // 5 5/19, 2 12/19, 2 2/19: one point is left.
        #expect(unequal.points([0, 0, 0]) == [5, 3, 2])
        #expect(SharedPoints([5, -9], milliPointsPerWh: 1000).points([5, 0]) == [0, 0])
    }
}
