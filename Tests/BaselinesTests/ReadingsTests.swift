import Testing

@testable import Baselines

/// How a meter counts is kept: a value belongs to its own stretch of time, and to no part of it.
@Suite struct ReadingsTests {
    private static func readings(_ given: [(tenths: Int64, start: Int64, length: Int64)]) -> Readings {
        var readings = Readings()
        for (tenths, start, length) in given { readings.record(tenths, at: start, length: length) }
        return readings
    }

    @Test(
        arguments: [
            (0..<60, 600), (0..<15, nil), (15..<60, nil), (30..<90, nil), (0..<120, 640), (60..<75, 10), (60..<90, 20),
            (75..<120, 30), (105..<135, nil), (0..<0, 0),
        ] as [(Range<Int64>, Int64?)])
    func `a stretch of time has a use where readings fill it exactly`(_ minutes: Range<Int64>, _ sum: Int64?) {
        let readings = Self.readings([(600, 0, 60), (10, 60, 15), (10, 75, 15), (10, 90, 15), (10, 105, 15)])
        #expect(readings.sum(minutes) == sum)
    }

    @Test func `without gaps only readings that lie within count`() {
        let readings = Self.readings([(600, 0, 60), (10, 75, 15), (7, 90, 30)])
        #expect(readings.sumWithoutGaps(0..<120) == 617)
        #expect(readings.sumWithoutGaps(15..<105) == 10)
        #expect(readings.sumWithoutGaps(120..<180) == 0)
    }

    @Test func `the last reading wins, and what it overlaps is gone`() {
        #expect(Self.readings([(600, 0, 60), (5, 15, 15)]).sum(0..<60) == nil)
        #expect(Self.readings([(600, 0, 60), (5, 15, 15)]).sum(15..<30) == 5)
        #expect(Self.readings([(5, 0, 15), (5, 45, 15), (600, 0, 60)]).sum(0..<60) == 600)
        #expect(Self.readings([(5, 0, 15), (9, 0, 15)]).sum(0..<15) == 9)
    }
}
