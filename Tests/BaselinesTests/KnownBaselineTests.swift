import Foundation
import Testing

@testable import Baselines

/// The market's own example (kWh, an order from 14 to 16 h): Tests/Vectors/baseline.json.
@Suite struct KnownBaselineTests {
    private static let order: Int64 = 14 * 60

    @Test(arguments: ["Max(4/5)", "Mid(4/6)", "Mid(6/10)", "Mid(8/10)"], [false, true])
    func `the example comes out to the last digit`(_ name: String, _ hasSAA: Bool) throws {
        let vectors = try Self.vectors()
        let expected = try #require(vectors[name] as? [String: Any])
        let method = try #require(KPXRules.method(name, KPXRules.Terms(hasSAA: hasSAA)))
        let day = try #require(Day("2026-06-08"))
        let start = day.number * Day.minutes + Self.order
        let result = try Calculation(method, try Self.rules(), try Self.readings(vectors, day))
            .result(OrderTime(start..<(start + 120)))
        #expect(result.hours.count == 2)
        for (hour, name) in zip(result.hours, ["h14_cbl", "h15_cbl"]) {
            #expect(try hour.unadjusted == Self.tenths(expected[name]))
            #expect(hour.referenceDays.map(\.description) == expected["ref_days"] as? [String])
        }
        #expect(try result.adjustment?.value == (hasSAA ? Self.tenths(expected["saa_kwh"]) : nil))
        let reductions = try #require(expected[hasSAA ? "reduction_SAA" : "reduction_noSAA"] as? [Double])
        #expect(try result.hours.map(\.reduction) == reductions.map { try Self.tenths($0) })
    }

    private static func vectors() throws -> [String: Any] {
        try VectorLines.object(VectorLines.file("baseline.json"))
    }

    /// 05-25 and 06-03 are holidays, 05-29 had an order.
    private static func rules() throws -> DayRules {
        DayRules(
            holidays: Set(try ["2026-06-03", "2026-05-25"].map { try #require(Day($0)) }),
            excluded: [try #require(Day("2026-05-29"))])
    }

    /// Hours from 9 on, of the days before and of the order's own.
    private static func readings(_ vectors: [String: Any], _ day: Day) throws -> Readings {
        var readings = Readings()
        for (name, hours) in try #require(vectors["days"] as? [String: [Int64]]) {
            let start = try #require(Day(name)).number * Day.minutes
            for (position, kWh) in hours.enumerated() {
                readings.record(kWh * 10_000, at: start + Int64(9 + position) * 60, length: 60)
            }
        }
        for (hour, kWh) in try #require(vectors["event_day"] as? [String: Int64]) {
            let minute = day.number * Day.minutes + (try #require(Int64(hour))) * 60
            readings.record(kWh * 10_000, at: minute, length: 60)
        }
        return readings
    }

    /// kWh with three decimals at most as tenths of a Wh.
    private static func tenths(_ kWh: Any?) throws -> Fraction {
        Fraction(Int64((try #require(kWh as? Double) * 10_000).rounded()))
    }
}
