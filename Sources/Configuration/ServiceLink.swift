/// The variables that Kubernetes makes for each Service of a namespace, unless a pod says `enableServiceLinks: false`.
/// One that is called negawatt-user yields NEGAWATT_USER_SERVICE_HOST, NEGAWATT_USER_PORT=tcp://10.0.0.7:9464 and more:
/// nobody has meant them as settings.
enum ServiceLink {
    private static let protocols = ["TCP", "UDP", "SCTP"]

    static func isMade(_ variable: String, _ text: String) -> Bool {
        if variable.hasSuffix("_SERVICE_HOST") || variable.hasSuffix("_SERVICE_PORT")
            || variable.contains("_SERVICE_PORT_")
        {
            return true
        }
        let isAddress = protocols.contains { text.hasPrefix("\($0.lowercased())://") }
        if variable.hasSuffix("_PORT"), isAddress { return true }
        // …_PORT_9464_TCP and, behind it, _PROTO, _PORT and _ADDR.
        var words = variable.split(separator: "_", omittingEmptySubsequences: false)[...]
        if let last = words.last, ["PROTO", "PORT", "ADDR"].contains(last) { words.removeLast() }
        guard words.count > 3, let last = words.popLast(), protocols.contains(String(last)),
            let port = words.popLast(), UInt16(port) != nil
        else { return false }
        return words.last == "PORT"
    }
}
