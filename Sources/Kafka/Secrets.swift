/// The values of properties that nobody may read in a log.
struct Secrets: Sendable {
    private let values: [String]

    init(in properties: [String: String]) {
        values = properties.filter { isSecret($0.key) && !$0.value.isEmpty }.map(\.value)
    }

    func hide(in text: String) -> String {
        values.reduce(text) { text, secret in text.replacing(secret, with: "[hidden]") }
    }
}

private func isSecret(_ name: String) -> Bool {
    ["password", "secret", "ssl.key.pem", "jaas.config", "oauthbearer.config"].contains { name.contains($0) }
}
