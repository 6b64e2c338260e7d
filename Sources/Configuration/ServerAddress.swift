/// Where a broker is: HOST:PORT.
enum ServerAddress {
    /// Also as librdkafka takes it, SASL_SSL://kafka:9093.
    static func isFit(_ text: Substring) -> Bool {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex, isDigits(text[text.index(after: colon)...]),
            let port = Int(text[text.index(after: colon)...])
        else { return false }
        guard (1...65_535).contains(port), !text.contains(where: \.isWhitespace) else { return false }
        var host = text[..<colon]
        for name in ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] where host.hasPrefix("\(name)://") {
            host = host.dropFirst(name.count + 3)
        }
        // An address of IPv6 ends where its brackets do: without them nobody knows which colon is the port's.
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        return !host.isEmpty && !host.contains("/") && (isBracketed || !host.contains(":"))
    }
}

func isDigits(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
}
