import Foundation
import JSON
import Testing

@testable import Baselines

/// Methods of other markets are data: Tests/Vectors/market-methods.jsonl, a line each as `negawatt baseline --methods`
/// takes them.
@Suite struct MarketTests {
    /// Wh of an order from 14 to 16 h. The k-th weekday before had 120 k Wh in every hour, days of weekends 240; on
    /// the day itself there were 60 Wh an hour before the order, 48 in it and 36 behind it.
    private static let totals: [(name: String, wh: Fraction)] = [
        ("KPX H-Mid(4/6)", 480), ("KPX Past(10min)", 120),
        // The four highest of 120 … 600, and 60 - 420 added to each hour.
        ("Japan ERAB High 4 of 5 (当日調整あり)", 120), ("Japan ERAB High 2 of 3", 120),
        // One quarter hour: the mean of the highest ones.
        ("Taipower 需量競價 經濟型", 90),
        // 660 an hour, at least 80 % of it.
        ("CAISO 10-of-10 (PDR/RDRR)", 1056),
        // 960 an hour, at least 71 %.
        ("CAISO 5-of-10 residential", Fraction(13_632, over: 10)), ("PG&E study 3-in-10", 120),
        ("PJM 3-day type with SAA (weekday)", 120),
        // (3 × 60 + 2 × 36) ÷ 5 an hour.
        ("PJM Same Day (3+2)", Fraction(1008, over: 10)),
        // Below a quarter of the highest, 2640, the 2nd to the 5th day are dropped; of the 6th to the 15th the highest
        // five; at least 80 %.
        ("NYISO average day CBL", 2496), ("IESO standard", 2496),
        // A quarter hour before the notice: 15 beside 165.
        ("ISO-NE mean 10 of 10", 120),
        // The 2nd to the 9th.
        ("ERCOT Middle 8-of-10 like days", 1320),
        // (60 + 120 + 240 + 360 + 480) ÷ 5 an hour.
        ("CenterPoint C&I", 504), ("AEMO WDR", 1056), ("Eversource ConnectedSolutions targeted", 1320), ("TECO", 2160),
        ("LBNL Modelica BaselinePrediction", 1056),
    ]

    @Test func `methods of other markets come out as by hand`() throws {
        let methods = try Self.methods()
        #expect(methods.map(\.name) == Self.totals.map(\.name))
        let (order, readings) = try Self.example()
        for (method, expected) in zip(methods, Self.totals) {
            let result = try Calculation(method, DayRules(), readings).result(order)
            #expect(result.baseline == expected.wh * 10, "\(method.name): \(result.baseline)")
        }
    }

    /// What the list has and no method says, with the reason.
    private static let without: [String: String] = [
        "PJM Match Day (3-day average)": "the days most like the order's are sought by comparing curves",
        "ERCOT Nearest 20 like days, Meter before/after": "no numbers",
        "GB Elexon BL01": "no numbers",
        "PG&E study 10-in-10, 3-in-10, 5-in-10": "three in one: the second stands for them",
        "AEMO WDR (four: business, non-business, all days, composite)": "four in one: the first stands for them",
    ]

    @Test func `each market of the list is a method, or it is said why not`() throws {
        let list = try VectorLines.object(VectorLines.file("markets.json"))
        let names = try #require(list["methods"] as? [[String: Any]]).compactMap { $0["id"] as? String }
        let own = KPXRules.methods.map { "KPX \($0.name)" } + Self.totals.map(\.name)
        #expect(names.count == 26)
        for name in names { #expect(own.contains(name) != (Self.without[name] != nil), "\(name)") }
    }

    private static func methods() throws -> [BaselineMethod] {
        var reader = JSONReader()
        return try VectorLines.lines("market-methods.jsonl").map { line in
            var method: BaselineMethod?
            try reader.read(line.span) { method = try BaselineMethod($0) }
            return try #require(method)
        }
    }

    private static func example() throws -> (OrderTime, Readings) {
        var readings = Readings()
        // A Friday.
        let order = try #require(Day("2026-06-12"))
        var weekdays: Int64 = 0
        for daysBefore in 1...60 as ClosedRange<Int64> {
            let day = order - daysBefore
            if day.isWeekday { weekdays += 1 }
            for minute in stride(from: day.allDay.lowerBound, to: day.allDay.upperBound, by: 5) {
                readings.record(day.isWeekday ? 100 * weekdays : 200, at: minute, length: 5)
            }
        }
        let start = order.number * Day.minutes
        for minute in 0..<Day.minutes {
            let tenths: Int64 = minute < 14 * 60 ? 10 : minute < 16 * 60 ? 8 : 6
            readings.record(tenths, at: start + minute, length: 1)
        }
        return (OrderTime((start + 14 * 60)..<(start + 16 * 60), noticeAt: start + 10 * 60), readings)
    }
}

extension Fraction: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(value) }
}
