import Contracts
import Simulation
import Testing

/// Cases whose results were found with pencil and paper.
@Suite struct ExpectedResultTests {
    /// Friday, 14:00 in Korea.
    private static let friday = Timestamp("2026-11-20T05:00:00Z")!
    private static let first = KoreanTime.quarter(friday)

    /// A meter that read `before` in the order's quarter hours of so many days before, and nothing else.
    private static func meter(_ before: [Int64: [Int64?]]) -> (Int64) -> Int64? {
        var readings: [Int64: Int64] = [:]
        for (days, wh) in before {
            for (position, wh) in wh.enumerated() { readings[first - 96 * days + Int64(position)] = wh }
        }
        return { readings[$0] }
    }

    private static func outcome(_ before: [Int64: [Int64?]], minutes: Int64) -> ExpectedResult.Outcome {
        ExpectedResult.outcome(
            startsAt: friday, endsAt: friday + .seconds(minutes * 60), reading: meter(before))
    }

    @Test func `The mean of two weekdays less the use is the reduction`() {
        let outcome = Self.outcome([0: [60, 70], 1: [100, 100], 2: [120, 90]], minutes: 30)
        #expect(outcome.days == ["2026-11-19", "2026-11-18"])
        #expect(outcome.baselineWh == 205)
        #expect(outcome.usedWh == 130)
        #expect(outcome.reducedWh == 75)
        #expect(outcome.isReal)
        #expect(outcome.points == 75)
    }

    @Test func `Saturdays and Sundays are no reference`() {
        // Monday to Thursday, then the weekend before them, then a Friday.
        let outcome = Self.outcome([0: [50], 4: [80], 5: [1000], 6: [1000], 7: [120]], minutes: 15)
        #expect(outcome.days == ["2026-11-16", "2026-11-13"])
        #expect(outcome.reducedWh == 50)
    }

    @Test func `A day with a gap in the order's quarter hours is left out`() {
        let outcome = Self.outcome([0: [50, 50], 1: [500, nil], 2: [100, 80]], minutes: 30)
        #expect(outcome.days == ["2026-11-18"])
        #expect(outcome.reducedWh == 80)
    }

    @Test func `No more than ten days count, the latest ones`() {
        var before: [Int64: [Int64?]] = [0: [0]]
        for day in 1...21 { before[Int64(day)] = [day < 15 ? 100 : 9999] }
        let outcome = Self.outcome(before, minutes: 15)
        #expect(outcome.days.count == 10)
        #expect(outcome.days.last == "2026-11-06")
        #expect(outcome.reducedWh == 100)
    }

    @Test(
        arguments: [
            // 5 of 15 minutes: a third of 100 − 40, and of 100 − 98, and so on; halves are rounded away from zero.
            (5, 40, 20, true), (5, 98, 1, true), (5, 99, 0, false), (5, 100, 0, false), (5, 102, -1, false),
            (15, 60, 40, true), (10, 55, 30, true),
        ] as [(Int64, Int64, Int64, Bool)])
    func `A quarter hour counts by the share that the order covers`(
        minutes: Int64, used: Int64, reduced: Int64, isReal: Bool
    ) {
        let outcome = Self.outcome([0: [used], 1: [100]], minutes: minutes)
        #expect(outcome.reducedWh == reduced)
        #expect(outcome.isReal == isReal)
        #expect(outcome.points == (isReal ? reduced : 0))
    }

    @Test func `What is rounded is the sum, once`() {
        // A third of a Wh in each of three quarter hours makes one.
        let outcome = Self.outcome(
            [0: [99, 99, 99], 1: [99, 99, 99], 2: [99, 99, 99], 3: [100, 100, 100]], minutes: 45)
        #expect(outcome.reducedWh == 1)
    }

    @Test func `Points and the number of reference days follow the daemons' settings`() {
        let readings = Self.meter([0: [50], 1: [101], 2: [103], 3: [1000]])
        let outcome = ExpectedResult.outcome(
            startsAt: Self.friday, endsAt: Self.friday + .seconds(900),
            rule: CheckRule(referenceDays: 2, milliPointsPerWh: 1510), reading: readings)
        #expect(outcome.reducedWh == 52)
        #expect(outcome.points == 79)
    }

    @Test func `Without a reference day nothing was reduced`() {
        let outcome = Self.outcome([0: [10], 5: [1000]], minutes: 15)
        #expect(outcome == .init(days: [], baselineWh: 0, usedWh: 10, reducedWh: 0, isReal: false, points: 0))
    }
}
