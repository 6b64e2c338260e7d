/// What values a setting can have.
package enum ConfigurationKind: Sendable {
    /// Given or not.
    case flag
    case text
    case directory
    case file
    /// HOST:PORT, several with commas between them.
    case servers
    case integer(ClosedRange<Int64>)
    /// In thousandths.
    case decimal(ClosedRange<Int64>)
    case choice([String])
    /// +09:00, in minutes; whole quarter hours.
    case utcOffset
    /// KEY=VALUE for librdkafka.
    case property

    /// What is wrong with a value and what would be right; nil if it is fit.
    package func complaint(about text: String) -> String? {
        switch self {
        case .flag: return nil
        case .text, .directory, .file: return text.isEmpty ? "must not be empty" : nil
        case .servers:
            let isFit =
                !text.isEmpty && text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy(isServer)
            return isFit
                ? nil
                : "must be HOST:PORT, or several with commas between them; an IPv6 address stands in brackets: [::1]:9092"
        case .integer(let bounds):
            return number(text) != nil
                ? nil : "must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        case .decimal(let bounds):
            return number(text) != nil
                ? nil
                : "must be a number from \(decimal(bounds.lowerBound)) to \(decimal(bounds.upperBound)), with at most three decimals"
        case .choice(let words):
            if words.contains(text) { return nil }
            let list = words.count == 2 ? words.joined(separator: " or ") : "one of \(words.joined(separator: ", "))"
            return "must be \(list)\(nearest(to: text, in: words).map { ": did you mean \($0)?" } ?? "")"
        case .utcOffset: return number(text) != nil ? nil : "must be an offset of whole quarter hours, such as +09:00"
        case .property: return nil
        }
    }

    /// The value of a number: as it stands, in thousandths or in minutes; nil when the text is none.
    func number(_ text: String) -> Int64? {
        switch self {
        case .integer(let bounds): return Int64(text).flatMap { bounds.contains($0) ? $0 : nil }
        case .decimal(let bounds):
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let places = parts.count == 2 ? parts[1] : ""
            guard parts.count <= 2, let whole = parts.first, isDigits(whole), parts.count == 1 || isDigits(places),
                places.utf8.count <= 3,
                let value = Int64(whole + places + String(repeating: "0", count: 3 - places.utf8.count))
            else { return nil }
            return bounds.contains(value) ? value : nil
        case .utcOffset:
            let bytes = Array(text.utf8)
            guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let sign = text.first, sign == "+" || sign == "-",
                isDigits(text.dropFirst().prefix(2)), isDigits(text.suffix(2)),
                let hours = Int64(text.dropFirst().prefix(2)), let minutes = Int64(text.suffix(2)), hours <= 18,
                minutes < 60, minutes.isMultiple(of: 15)
            else { return nil }
            return (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
        default: return nil
        }
    }

    private func isServer(_ text: Substring) -> Bool {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex, isDigits(text[text.index(after: colon)...]),
            let port = Int(text[text.index(after: colon)...])
        else { return false }
        guard (1...65_535).contains(port), !text.contains(where: \.isWhitespace) else { return false }
        var host = text[..<colon]
        // As librdkafka takes it: SASL_SSL://kafka:9093.
        for name in ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] where host.hasPrefix("\(name)://") {
            host = host.dropFirst(name.count + 3)
        }
        // An address of IPv6 ends where its brackets do: without them nobody knows which colon is the port's.
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        return !host.isEmpty && !host.contains("/") && (isBracketed || !host.contains(":"))
    }

    private func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    private func decimal(_ thousandths: Int64) -> String {
        guard !thousandths.isMultiple(of: 1000) else { return "\(thousandths / 1000)" }
        var places = String(String(thousandths % 1000 + 1000).dropFirst())
        while places.last == "0" { places.removeLast() }
        return "\(thousandths / 1000).\(places)"
    }
}
