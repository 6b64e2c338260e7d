import Contracts
import Testing

@testable import Baselines

/// June 2026: the 10th is a Wednesday, the 3rd a public holiday.
@Suite struct DayLeftOutTests {
    private static let hour = 14 * 60..<Int64(15 * 60)

    private func day(_ number: Int64) throws -> Day { try #require(Day("2026-06-\(number < 10 ? "0" : "")\(number)")) }

    /// Readings from 14:00 to 15:00 on days of June, in tenths of a Wh.
    private func readings(_ tenths: [Int64: Int64]) throws -> Readings {
        var readings = Readings()
        for (number, tenths) in tenths {
            readings.record(tenths, at: try day(number).allDay.lowerBound + Self.hour.lowerBound, length: 60)
        }
        return readings
    }

    private func order(_ number: Int64, days: Int64 = 0) throws -> OrderTime {
        let start = try day(number).allDay.lowerBound
        return OrderTime((start + Self.hour.lowerBound)..<(start + days * Day.minutes + Self.hour.upperBound))
    }

    private func leftOut(
        _ method: BaselineMethod, _ readings: Readings, _ order: OrderTime, rules: DayRules = DayRules()
    ) throws -> [String] {
        let hours = try Calculation(method, rules, readings).result(order).hours
        return try #require(hours.first).leftOut.map { "\($0.day) \($0.why.name)".dropFirst(8).description }
    }

    @Test func `every day down to the oldest that counted or was dropped has its reason`() throws {
        let method = BaselineMethod(
            "m", days: 4, keep: .middle(2), lookBack: .calendarDays(9), useRules: [UseRule("low use", below: 50)])
        let rules = DayRules(holidays: [try day(3)], excluded: [try day(8)])
        let readings = try readings([9: 1000, 7: 1000, 5: 10, 4: 900, 2: 1100, 1: 1200, 10: 1])
        #expect(
            try leftOut(method, readings, order(10), rules: rules)
                == [
                    "08 order day", "07 weekend", "06 weekend", "05 low use", "04 lowest use", "03 holiday",
                    "01 highest use",
                ])
    }

    @Test func `days behind the last one that was needed are not named`() throws {
        let readings = try readings([9: 1, 8: 1, 5: 1, 4: 1])
        #expect(try leftOut(.init("m", days: 3, keep: .all), readings, order(10)) == ["07 weekend", "06 weekend"])
        #expect(try leftOut(.init("m", days: 2, keep: .all), readings, order(10)) == [])
    }

    @Test func `a day with a gap, and one that reaches into the order`() throws {
        let readings = try readings([8: 1])
        let method = BaselineMethod("m", days: 1, keep: .all, lookBack: .calendarDays(3))
        #expect(try leftOut(method, readings, order(10)) == ["09 gap"])
        #expect(try leftOut(method, readings, order(10, days: 1)).first == "09 reaches into the order")
    }

    @Test func `on holidays it is working days that are left out`() throws {
        let method = BaselineMethod("m", dayType: .holidays, days: 1, keep: .all)
        let readings = try readings([6: 1])
        #expect(
            try leftOut(method, readings, order(10), rules: DayRules(holidays: [try day(9)]))
                == ["09 gap", "08 working day", "07 gap"])
    }
}
