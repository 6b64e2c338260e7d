import Testing
import Time

@testable import Meters

@Suite struct TimeTextTests {
    private static let day = ISO8601.days(year: 2026, month: 11, day: 21) * 1440

    @Test(
        arguments: [
            ("2026-11-21 00:15", 15, nil), ("2026-11-21T09:30:00", 570, nil), ("2026/11/21 9:30", 570, nil),
            ("2026.11.21 24:00", 1440, nil), ("202611210015", 15, nil), ("20261121001500", 15, nil),
            ("20261121 0015", 15, nil), ("20261121 00:15", 15, nil), ("2026-11-21 0015", 15, nil),
            ("2026-11-21T00:15Z", 15, 0), ("2026-11-21T00:15:00+09:00", 15, 540), ("2026-11-21 00:15-0330", 15, -210),
            (
                "2026-1-5 00:15",
                (ISO8601.days(year: 2026, month: 1, day: 5) - ISO8601.days(year: 2026, month: 11, day: 21)) * 1440 + 15,
                nil
            ),
        ] as [(String, Int64, Int64?)]) func `times are read as they are written`(
            _ text: String, _ minute: Int64, _ offset: Int64?
        )
    {
        #expect(
            TimeText(order: .ymd).time(text) == TimeText.Found(minute: Self.day + minute, utcOffset: offset), "\(text)")
    }

    @Test func `the order of a date is declared`() {
        let found = TimeText.Found(minute: Self.day + 15, utcOffset: nil)
        #expect(TimeText(order: .dmy).time("21.11.2026 00:15") == found)
        #expect(TimeText(order: .mdy).time("11/21/2026 0:15") == found)
        #expect(TimeText(order: .mdy).time("21/11/2026 0:15") == nil)
        #expect(TimeText(order: .dmy).time("2026-11-21 00:15") == nil)
    }

    @Test(arguments: [
        "", "x", "2026-11-21", "2026-11-21 00", "2026-11-21 00:60", "2026-11-21 24:15", "2026-11-21 00:15:30",
        "2026-02-29 00:15",
        "2026-13-01 00:15", "1999-11-21 00:15", "2100-11-21 00:15", "2026-11-21 00:15+09:07", "2026-11-21 00:15+9",
        "2026-11-21 00:15 PM", "99999999999999999999", "2026-11-21 :15", "2026-11-21 00:15:00:00",
        String(repeating: "1 ", count: 30),
    ]) func `what is no time is none`(_ text: String) { #expect(TimeText(order: .ymd).time(text) == nil) }

    @Test func `a date has no time`() {
        #expect(TimeText(order: .ymd).date("2026-11-21") == TimeText.Found(minute: Self.day, utcOffset: nil))
        #expect(TimeText(order: .ymd).date("20261121") == TimeText.Found(minute: Self.day, utcOffset: nil))
        #expect(TimeText(order: .ymd).date("2026-11-21 00:15") == nil)
    }
}
