import Testing

@testable import Telemetry

@Suite struct LogFormatTests {
    private func line(_ format: LogFormat, _ fields: LogFields) -> String {
        String(decoding: format.line(0, .info, "m", fields), as: UTF8.self)
    }

    @Test func `a line has time level message and fields in order`() {
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
    func `texts are quoted where they have to be`(text: String, logfmt: String) {
        #expect(line(.logfmt, ["k": text]) == "ts=1970-01-01T00:00:00.000Z level=info msg=m k=\(logfmt)\n")
        // JSON quotes always, with the same escapes.
        let json = logfmt.hasPrefix("\"") ? logfmt : "\"\(logfmt)\""
        #expect(line(.json, ["k": text]).hasSuffix("\"msg\":\"m\",\"k\":\(json)}\n"))
    }

    @Test func `numbers that JSON does not know are texts`() {
        #expect(line(.json, ["a": Double.nan, "b": -Double.infinity]).hasSuffix(#","a":"nan","b":"-inf"}"# + "\n"))
        #expect(line(.json, ["a": UInt64.max, "b": 1e300]).hasSuffix(#","a":18446744073709551615,"b":1e+300}"# + "\n"))
    }

    @Test func `formats and levels are read from text`() {
        #expect(LogFormat(text: "json") == .json)
        #expect(LogFormat(text: "logfmt") == .logfmt)
        #expect(LogFormat(text: "xml") == nil)
        for level in Logger.Level.allCases { #expect(Logger.Level(text: level.name) == level) }
        #expect(["debug", "info", "warning", "error"].map { Logger.Level(text: $0) } == Logger.Level.allCases)
        #expect(Logger.Level(text: "Info") == nil)
    }
}
