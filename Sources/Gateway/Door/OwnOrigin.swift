/// Whether a browser asks for a page of ours. Where nobody needs a token, whatever page a browser shows could do all
/// that its user can: by asking this machine's own address, or a name of the page's that leads there (DNS rebinding).
enum OwnOrigin {
    /// Whether `Host` names this machine to itself.
    static func isLoopback(host: String) -> Bool {
        // The colons of an IPv6 address stand in brackets.
        let end = host.hasPrefix("[") ? host.firstIndex(of: "]").map(host.index(after:)) : host.firstIndex(of: ":")
        let name = host[..<(end ?? host.endIndex)]
        // A port and nothing else behind it.
        let rest = host.dropFirst(name.count)
        guard rest.isEmpty || rest.first == ":" && rest.utf8.dropFirst().allSatisfy({ 0x30...0x39 ~= $0 }) else {
            return false
        }
        let lower = name.lowercased()
        return lower == "localhost" || lower.hasSuffix(".localhost") || lower == "[::1]" || isLoopback(address: lower)
    }

    /// Whether an IP address is this machine's for itself.
    static func isLoopback(address: String) -> Bool {
        if address == "::1" { return true }
        let text = address.lowercased().hasPrefix("::ffff:") ? address.dropFirst(7) : address[...]
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && $0.count <= 3 }
    }

    /// Whether an `Origin` is the page's own server, which the browser has called by the name in `Host`.
    static func isSame(origin: String, host: String) -> Bool {
        guard let colon = origin.range(of: "://") else { return false }
        return origin[colon.upperBound...].lowercased() == host.lowercased()
    }
}

extension StringProtocol {
    fileprivate func range(of text: String) -> Range<Index>? {
        let end = text.count
        var start = startIndex
        while start < endIndex, let stop = index(start, offsetBy: end, limitedBy: endIndex) {
            if self[start..<stop] == text { return start..<stop }
            start = index(after: start)
        }
        return nil
    }
}
