import Time

/// How a log line is written: `ts`, `level`, `msg`, then the fields in their order.
package enum LogFormat: Sendable, CaseIterable {
    /// `ts=2026-07-01T09:00:00.000Z level=info msg=restored rows=12`
    case logfmt
    /// `{"ts":"2026-07-01T09:00:00.000Z","level":"info","msg":"restored","rows":12}`
    case json

    /// As the configuration has it: "logfmt" or "json".
    package init?(text: String) {
        switch text {
        case "logfmt": self = .logfmt
        case "json": self = .json
        default: return nil
        }
    }

    /// The whole line, with its end.
    /// - Parameter milliseconds: since 1970.
    func line(_ milliseconds: Int64, _ level: Logger.Level, _ message: StaticString, _ fields: LogFields) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(128 + 32 * fields.list.count)
        switch self {
        case .logfmt:
            line.append(contentsOf: "ts=".utf8)
            ISO8601.append(milliseconds, isPrecise: true, to: &line)
            line.append(contentsOf: " level=\(level.name) msg=".utf8)
            Self.logfmt(message.description, to: &line)
            for (key, value) in fields.list {
                line.append(contentsOf: " \(key)=".utf8)
                Self.logfmt(value.description, to: &line)
            }
        case .json:
            line.append(contentsOf: #"{"ts":""#.utf8)
            ISO8601.append(milliseconds, isPrecise: true, to: &line)
            line.append(contentsOf: #"","level":"\#(level.name)","msg":"#.utf8)
            quote(message.description, to: &line)
            for (key, value) in fields.list {
                line.append(UInt8(ascii: ","))
                quote(key.description, to: &line)
                line.append(UInt8(ascii: ":"))
                if value.isBareInJSON {
                    line.append(contentsOf: value.description.utf8)
                } else {
                    quote(value.description, to: &line)
                }
            }
            line.append(UInt8(ascii: "}"))
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// Bare where that can be read back, else in quotes.
    private static func logfmt(_ text: String, to line: inout [UInt8]) {
        let isBare =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0 != "=" && $0 != "\"" && $0 != "\\" && $0 != " " && !isControl($0) }
        if isBare { line.append(contentsOf: text.utf8) } else { quote(text, to: &line) }
    }
}

/// A JSON string, which readers of logfmt understand as well. Nothing that a terminal obeys gets through.
private func quote(_ text: String, to line: inout [UInt8]) {
    line.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": line.append(contentsOf: #"\""#.utf8)
        case "\\": line.append(contentsOf: #"\\"#.utf8)
        case "\n": line.append(contentsOf: #"\n"#.utf8)
        case "\r": line.append(contentsOf: #"\r"#.utf8)
        case "\t": line.append(contentsOf: #"\t"#.utf8)
        case _ where isControl(scalar):
            let digits = String(scalar.value, radix: 16)
            line.append(contentsOf: #"\u"#.utf8)
            line.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
            line.append(contentsOf: digits.utf8)
        default: line.append(contentsOf: String(scalar).utf8)
        }
    }
    line.append(UInt8(ascii: "\""))
}

/// C0, DEL and C1, and the two separators that some readers take for the end of a line.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || scalar.value == 0x2028 || scalar.value == 0x2029
}
