/// A properties file: `key=value` lines, the keys of the options without their dashes; `kafka.KEY=VALUE` for
/// librdkafka; blank lines and comments that begin with `#`. Blanks around key and value do not count; nothing is
/// escaped. Of a file that is something else, a private key for one, nothing is quoted.
package struct ConfigurationFile: Sendable {
    package struct Line: Hashable, Sendable {
        package let key: String
        package let value: String
        /// Where it stands: "negawatt.properties:12".
        package let place: String

        /// Whether it may be shown.
        var hasPlainKey: Bool {
            key.utf8.count <= 64
                && key.utf8.allSatisfy { byte in
                    switch UnicodeScalar(byte) {
                    case "a"..."z", "0"..."9", ".", "-", "_": true
                    default: false
                    }
                }
        }
    }

    package let lines: [Line]

    /// - Throws: also when it is no text, or a text of another kind.
    package init(bytes: [UInt8], path: String) throws(ConfigurationError) {
        // As some editors begin a text.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        let isText = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0D].contains($0) }
        guard isText, let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError("\(path) is not a text file: a settings file has lines KEY=VALUE, in UTF-8")
        }
        if let kind = Self.otherKind(text) {
            throw ConfigurationError("\(path) \(kind); a settings file has lines KEY=VALUE")
        }
        try self.init(text, path: path)
    }

    package init(_ text: String, path: String) throws(ConfigurationError) {
        var lines: [Line] = []
        var places: [String: String] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: Self.isLineEnd).enumerated() {
            let place = "\(path):\(index + 1)"
            let line = line.trimmingBlanks
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                throw ConfigurationError("\(place): this line is not KEY=VALUE")
            }
            let key = String(line[..<equals].trimmingBlanks)
            let entry = Line(
                key: key, value: String(line[line.index(after: equals)...].trimmingBlanks), place: place)
            if let first = places.updateValue(place, forKey: key) {
                throw ConfigurationError("\(place): \(entry.hasPlainKey ? key : "this key") is already set at \(first)")
            }
            lines.append(entry)
        }
        self.lines = lines
    }

    /// What Windows writes is one character.
    private static func isLineEnd(_ character: Character) -> Bool { character == "\n" || character == "\r\n" }

    /// What it looks like instead; nil if it may be one.
    private static func otherKind(_ text: String) -> String? {
        if text.contains("-----BEGIN ") {
            return
                "holds a key or a certificate: give its path in kafka.ssl.key.location or kafka.ssl.certificate.location"
        }
        let lines = text.split(whereSeparator: isLineEnd).map { $0.trimmingBlanks }
        guard let first = lines.first(where: { !$0.isEmpty && !$0.hasPrefix("#") }) else { return nil }
        if first.hasPrefix("{") || first.hasPrefix("[") { return "looks like JSON" }
        if first.hasPrefix("<") { return "looks like XML" }
        // A colon before any equals sign, with a blank or nothing behind it.
        guard let colon = first.firstIndex(where: { $0 == ":" || $0 == "=" }), first[colon] == ":" else {
            return first == "---" ? "looks like YAML" : nil
        }
        let next = first[first.index(after: colon)...].first
        return next == nil || next == " " ? "looks like YAML" : nil
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        let rest = drop(while: \.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return rest[...last]
    }
}
