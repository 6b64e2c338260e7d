/// The values of properties that nobody may read in a log.
package struct Secrets: Sendable {
    /// A shorter value is a part of many words: hiding it everywhere would leave nothing to read.
    private static let shortest = 4

    private let values: [(name: String, value: String)]

    init(in properties: [String: String]) {
        // A longer one first: it may hold another.
        values = properties.filter { Self.isSecret($0.key) && !$0.value.isEmpty }
            .map { ($0.key, $0.value) }
            .sorted { ($0.value.count, $0.value, $0.name) > ($1.value.count, $1.value, $1.name) }
    }

    /// Whether the value of a property is a secret: a password, a key, a token.
    package static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "ssl.key.pem", "jaas.config", "oauthbearer.config"].contains { name.contains($0) }
    }

    /// The text without them. A value of less than four letters is hidden where it stands as one: behind its property's
    /// name and an equals sign or a colon, or in quotes.
    func hide(in text: String) -> String {
        values.reduce(text) { text, secret in
            guard secret.value.count < Self.shortest else {
                return text.replacing(secret.value, with: Self.mark)
            }
            var text = text
            for quote in ["\"", "'", "`"] {
                text = text.replacing(quote + secret.value + quote, with: quote + Self.mark + quote)
            }
            for sign in ["=", ": ", ":", " = "] { text = Self.hide(secret.value, behind: secret.name + sign, in: text) }
            return text
        }
    }

    private static let mark = "[hidden]"

    /// Where the value is whole: what goes on behind it is another one.
    private static func hide(_ value: String, behind name: String, in text: String) -> String {
        var (result, rest) = ("", text[...])
        while let found = rest.firstRange(of: name + value) {
            let isWhole = rest[found.upperBound...].first.map { !$0.isLetter && !$0.isNumber } ?? true
            result += rest[..<found.lowerBound] + name + (isWhole ? mark : value)
            rest = rest[found.upperBound...]
        }
        return result + rest
    }
}
