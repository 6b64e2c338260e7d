/// A properties file: `key=value` lines, the keys of the options without their dashes; `kafka.KEY=VALUE` for librdkafka; blank
/// lines and comments that begin with `#`. Blanks around key and value do not count; nothing is escaped.
package struct ConfigurationFile: Sendable {
    package struct Line: Hashable, Sendable {
        package let key: String
        package let value: String
        /// Where it stands: "negawatt.properties:12".
        package let place: String
    }

    package let lines: [Line]

    package init(_ text: String, path: String) throws(ConfigurationError) {
        var lines: [Line] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let place = "\(path):\(index + 1)"
            let line = line.trimmingBlanks
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                // Only the first word: the rest could be a secret.
                throw ConfigurationError(
                    "\(place): the line \"\(line.prefix { !$0.isWhitespace }) …\" is not KEY=VALUE")
            }
            let key = String(line[..<equals].trimmingBlanks)
            if let first = lines.first(where: { $0.key == key }) {
                throw ConfigurationError("\(place): \(key) stands already at \(first.place)")
            }
            lines.append(Line(key: key, value: String(line[line.index(after: equals)...].trimmingBlanks), place: place))
        }
        self.lines = lines
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        let rest = drop(while: \.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return rest[...last]
    }
}
