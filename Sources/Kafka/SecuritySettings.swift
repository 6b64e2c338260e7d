import CRdKafka

/// What properties say of encryption and of who a client is, and whether that goes together. librdkafka says of some of
/// it that a Kerberos property is missing, of some nothing, and of some only that brokers hang up.
package struct SecuritySettings {
    /// What cannot work, and what would; nil if nothing is wrong.
    package private(set) var fault: String?
    /// What has no effect, and so may not be meant.
    package private(set) var warnings: [String] = []

    /// As the library that is loaded allows.
    package init(_ properties: [String: String]) { self.init(properties, on: .current, with: Self.features) }

    /// - Parameter features: what the library was built with.
    init(_ properties: [String: String], on library: LibraryVersion, with features: Set<String>) {
        let given = properties.filter { !$0.value.isEmpty }
        let name = given["security.protocol"]?.uppercased() ?? "PLAINTEXT"
        // One librdkafka does not know: it says so itself, and which ones it does.
        guard ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"].contains(name) else { return }
        let state = given["security.protocol"] == nil ? "security.protocol is not set" : "security.protocol is \(name)"
        let sasl = given.keys.filter { $0.hasPrefix("sasl.") }.sorted()
        let ssl = given.keys.filter { $0.hasPrefix("ssl.") }.sorted()
        let isEncrypted = name.hasSuffix("SSL")
        if name.hasPrefix("SASL_") {
            fault = Self.fault(of: given, name, library, features)
        } else if let credential = sasl.first(where: { !Self.kinds.contains($0) }) {
            fault =
                "\(credential) is set, but \(state), so it has no effect: set security.protocol=\(isEncrypted ? "SASL_SSL" : "SASL_SSL (or SASL_PLAINTEXT)") and "
                + "sasl.mechanism, or leave \(credential) out"
        } else if let kind = sasl.first {
            warnings.append(
                "\(kind) has no effect, since \(state): set security.protocol=SASL_SSL to log in, or leave it out")
        }
        if !isEncrypted, let first = ssl.first {
            let wanted = name.hasPrefix("SASL_") ? "SASL_SSL" : "SSL"
            warnings.append(
                "\(first) has no effect, since \(state): the connection is not encrypted; set security.protocol=\(wanted), or leave it out"
            )
        }
    }

    /// Names of the mechanism: the second is an older one.
    private static let kinds = ["sasl.mechanism", "sasl.mechanisms"]

    private static func fault(
        of given: [String: String], _ name: String, _ library: LibraryVersion, _ features: Set<String>
    ) -> String? {
        let mechanisms = builtIn.filter { features.contains($0.feature) }.flatMap(\.mechanisms)
        guard let mechanism = kinds.compactMap({ given[$0] }).first else {
            // librdkafka means GSSAPI then, which is right where its properties are given.
            guard !given.keys.contains(where: { $0.hasPrefix("sasl.kerberos.") }) else { return nil }
            return
                "security.protocol is \(name), but sasl.mechanism is missing: set it to one that the brokers support, one of \(list(mechanisms))"
        }
        guard mechanisms.contains(mechanism) else {
            let hint = mechanisms.first { $0 == mechanism.uppercased() }.map { ": did you mean \($0)?" } ?? ""
            return
                "sasl.mechanism is \(mechanism), but librdkafka \(library) was built with only \(list(mechanisms))\(hint)"
        }
        if mechanism == "OAUTHBEARER" { return faultOfTokens(given, library, features) }
        let isScram = mechanism.hasPrefix("SCRAM-")
        guard isScram || mechanism == "PLAIN" else { return nil }
        if isScram, !library.isScramRight {
            return
                "sasl.mechanism is \(mechanism), but librdkafka \(library) repeats its nonce in SCRAM, which Kafka 4 refuses: set "
                + "sasl.mechanism=PLAIN (within TLS: security.protocol=SASL_SSL), or run with librdkafka 2.6.1 or later, as in Debian 13"
        }
        let missing = ["sasl.username", "sasl.password"].filter { given[$0] == nil }
        return missing.isEmpty
            ? nil
            : "sasl.mechanism \(mechanism) needs a user and a password: \(missing.joined(separator: " and ")) is missing"
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }

    /// Tokens have to come from somewhere: from a server, or, for tests, from nowhere.
    private static func faultOfTokens(
        _ given: [String: String], _ library: LibraryVersion, _ features: Set<String>
    ) -> String? {
        let method = "sasl.oauthbearer.method"
        if given[method]?.lowercased() == "oidc" {
            guard !features.contains("oidc") else { return nil }
            return
                "\(method) is oidc, but librdkafka \(library) was built without libcurl and cannot fetch tokens from a server: "
                + "set another sasl.mechanism, one of \(list(["PLAIN", "SCRAM-SHA-512"])), or run with one that can, as in Debian 13"
        }
        let unsecured = given["enable.sasl.oauthbearer.unsecure.jwt"]?.lowercased() ?? ""
        guard !["true", "t", "1"].contains(unsecured) else { return nil }
        return
            "sasl.mechanism OAUTHBEARER needs a server that issues tokens: set \(method)=oidc with sasl.oauthbearer.client.id, "
            + "sasl.oauthbearer.client.secret and sasl.oauthbearer.token.endpoint.url"
    }

    private static let builtIn: [(feature: String, mechanisms: [String])] = [
        ("sasl_plain", ["PLAIN"]), ("sasl_scram", ["SCRAM-SHA-256", "SCRAM-SHA-512"]),
        ("sasl_oauthbearer", ["OAUTHBEARER"]), ("sasl_gssapi", ["GSSAPI"]),
    ]

    /// What this librdkafka was built with.
    static let features = Set(LibraryVersion.features.split(separator: ",").map(String.init))
}
