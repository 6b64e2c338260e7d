import Testing

@testable import Time

@Suite struct ISO8601Tests {
    @Test(arguments: [
        ("2026-11-21T09:00:00Z", 1_795_251_600_000), ("2026-11-21T18:00:00+09:00", 1_795_251_600_000),
        ("2026-11-21T18:00+0900", 1_795_251_600_000), ("2026-11-21 09:00:00.25Z", 1_795_251_600_250),
        ("2026-11-21T09:00:00.123456789Z", 1_795_251_600_123), ("2000-01-01T00:00:00Z", 946_684_800_000),
        ("2024-02-29T23:59:59Z", 1_709_251_199_000), ("2026-11-20T23:30:00-05:30", 1_795_237_200_000),
    ])
    func `reads a time`(_ text: String, _ milliseconds: Int64) {
        #expect(ISO8601.milliseconds(Array(text.utf8).span) == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T09:00:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:00:60Z",
        "2026-11-21T09:00:00.Z", "2026-11-21T09:00:00Zx", "20261121T090000Z", "2026-1-1T00:00:00Z",
        "2026-11-21T09:00:00+25:00",
    ])
    func `refuses what is none`(_ text: String) {
        #expect(ISO8601.milliseconds(Array(text.utf8).span) == nil)
    }

    @Test func `writes what it reads`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let time = Int64.random(in: ISO8601.bounds, using: &random)
            #expect(ISO8601.milliseconds(Array(ISO8601.text(time).utf8).span) == time)
        }
        #expect(ISO8601.text(1_795_251_600_000) == "2026-11-21T09:00:00Z")
        #expect(ISO8601.text(1_795_251_600_007) == "2026-11-21T09:00:00.007Z")
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
            (1_735_689_599_007, "2024-12-31T23:59:59.007Z"),
            (1_735_689_600_000, "2025-01-01T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func `times are written with milliseconds, before 1970 too`(milliseconds: Int64, text: String) {
        var bytes: [UInt8] = []
        ISO8601.append(milliseconds, isPrecise: true, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
