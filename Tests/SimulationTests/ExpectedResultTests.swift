import Contracts
import Simulation
import Testing

/// What is expected follows from the plan alone: what a customer would use, and what he does use.
@Suite struct ExpectedResultTests {
    /// Friday, 14:00 in Korea.
    private static let friday = Timestamp("2026-11-20T05:00:00Z")!

    /// A factory that uses as much at two and at a quarter past two, but for chance.
    private static func customer(change: Int64, days: Int64 = 21, answer: Answer = .accept) -> SimulatedCustomer {
        SimulatedCustomer(
            number: 1, id: UserID(text: "u1"), name: "n", capacity: 100_000,
            profile: LoadProfile(kind: .factory, meanWh: 9000, noise: 80),
            daysOfReadings: days, answers: [.init(answer)], change: change)
    }

    private static func expected(
        _ customer: SimulatedCustomer, from start: Timestamp = friday, seconds: Int64, milliPoints: Int64 = 1000
    ) -> ExpectedResult {
        ExpectedResult(
            customer, Meter(customer, seed: 1, orderStart: friday), startsAt: start, endsAt: start + .seconds(seconds),
            milliPointsPerWh: milliPoints)
    }

    @Test func `a day's use at the order's time of day is the same on each day before`() throws {
        let customer = Self.customer(change: -300)
        let meter = Meter(customer, seed: 1, orderStart: Self.friday)
        let first = KoreanTime.quarter(Self.friday)
        for quarter in first..<first + 52 {
            let days = Set((1...21).compactMap { meter.reading(quarter - 96 * $0) })
            #expect(days == [meter.usual(quarter)])
            #expect(meter.reading(quarter) == meter.usual(quarter) * 700 / 1000)
        }
        // And otherwise it is not.
        #expect(Set((1...21).compactMap { meter.reading(first - 4 - 96 * $0) }).count > 10)
    }

    @Test func `what is reduced is what would have been used less what was`() throws {
        let customer = Self.customer(change: -500)
        let meter = Meter(customer, seed: 1, orderStart: Self.friday)
        let first = KoreanTime.quarter(Self.friday)
        let outcome = try #require(Self.expected(customer, seconds: 1800).outcome)
        #expect(outcome.baselineWh == meter.usual(first) + meter.usual(first + 1))
        #expect(outcome.usedWh == meter.usual(first) / 2 + meter.usual(first + 1) / 2)
        #expect(outcome.reducedWh == outcome.baselineWh - outcome.usedWh)
        #expect(outcome.isReal && outcome.points == outcome.reducedWh)
    }

    @Test func `a quarter hour counts by the share that the order covers`() throws {
        let whole = try #require(Self.expected(Self.customer(change: -500), seconds: 900).outcome)
        let third = try #require(Self.expected(Self.customer(change: -500), seconds: 300).outcome)
        #expect(third.baselineWh == (whole.baselineWh * 2 + 3) / 6)
        let last = try #require(
            Self.expected(Self.customer(change: -500), from: Self.friday + .seconds(600), seconds: 300).outcome)
        #expect(last == third)
    }

    @Test func `who uses more or as much earns nothing`() throws {
        for change in [0, 200] as [Int64] {
            let outcome = try #require(Self.expected(Self.customer(change: change), seconds: 900).outcome)
            #expect(!outcome.isReal && outcome.points == 0 && outcome.reducedWh <= 0)
        }
    }

    @Test func `points follow the daemons' setting`() throws {
        let outcome = try #require(Self.expected(Self.customer(change: -500), seconds: 900, milliPoints: 2000).outcome)
        #expect(outcome.points == 2 * outcome.reducedWh)
    }

    @Test func `without readings of a day before nothing was reduced, and who has not accepted is not checked`() throws
    {
        let outcome = try #require(Self.expected(Self.customer(change: -500, days: 0), seconds: 900).outcome)
        #expect(outcome.baselineWh == 0 && outcome.reducedWh == 0 && !outcome.isReal && outcome.usedWh > 0)
        #expect(Self.expected(Self.customer(change: 0, answer: .deny), seconds: 900).outcome == nil)
    }
}
