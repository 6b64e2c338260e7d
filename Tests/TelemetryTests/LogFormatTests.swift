import Testing

@testable import Telemetry

@Suite struct LogFormatTests {
    private func line(_ format: LogFormat, _ fields: LogFields) -> String {
        String(decoding: format.line(UTCTime(milliseconds: 0), .info, "m", fields), as: UTF8.self)
    }

    @Test func aLineHasTimeLevelMessageAndFieldsInOrder() {
        let fields: LogFields = ["topic": "dr.commands", "partition": Int32(3), "ok": true, "share": 0.5]
        #expect(
            line(.logfmt, fields)
                == "ts=1970-01-01T00:00:00.000Z level=info msg=m topic=dr.commands partition=3 ok=true share=0.5\n")
        #expect(
            line(.json, fields)
                == #"{"ts":"1970-01-01T00:00:00.000Z","level":"info","msg":"m","topic":"dr.commands","partition":3,"#
                + #""ok":true,"share":0.5}"# + "\n")
    }

    @Test(arguments: [
        ("plain-Text_1/가", "plain-Text_1/가"),
        ("", #""""#),
        ("two words", #""two words""#),
        ("a=b", #""a=b""#),
        ("say \"hi\"", #""say \"hi\"""#),
        (#"back\slash"#, #""back\\slash""#),
        ("line\nbreak\r\tend", #""line\nbreak\r\tend""#),
        ("\u{1B}[31m", #""\u001b[31m""#),
        ("\0\u{7F}\u{9B}\u{2028}", #""\u0000\u007f\u009b\u2028""#),
    ])
    func textsAreQuotedWhereTheyHaveToBe(text: String, logfmt: String) {
        #expect(line(.logfmt, ["k": text]) == "ts=1970-01-01T00:00:00.000Z level=info msg=m k=\(logfmt)\n")
        // JSON quotes always, with the same escapes.
        let json = logfmt.hasPrefix("\"") ? logfmt : "\"\(logfmt)\""
        #expect(line(.json, ["k": text]).hasSuffix("\"msg\":\"m\",\"k\":\(json)}\n"))
    }

    @Test func numbersThatJSONDoesNotKnowAreTexts() {
        #expect(line(.json, ["a": Double.nan, "b": -Double.infinity]).hasSuffix(#","a":"nan","b":"-inf"}"# + "\n"))
        #expect(line(.json, ["a": UInt64.max, "b": 1e300]).hasSuffix(#","a":18446744073709551615,"b":1e+300}"# + "\n"))
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
    func timesAreISO8601(milliseconds: Int64, text: String) {
        var bytes: [UInt8] = []
        UTCTime(milliseconds: milliseconds).write(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test func formatsAndLevelsAreReadFromText() {
        #expect(LogFormat(text: "json") == .json)
        #expect(LogFormat(text: "logfmt") == .logfmt)
        #expect(LogFormat(text: "xml") == nil)
        for level in Logger.Level.allCases { #expect(Logger.Level(text: level.name) == level) }
        #expect(["debug", "info", "warning", "error"].map { Logger.Level(text: $0) } == Logger.Level.allCases)
        #expect(Logger.Level(text: "Info") == nil)
    }
}
