import Testing

@testable import Kafka

@Suite struct SecuritySettingsTests {
    private static let login = ["sasl.username": "a", "sasl.password": "b"]

    @Test(arguments: [
        (["security.protocol": "SASL_SSL"].merging(login) { $1 }, "SASL_SSL, but sasl.mechanism is missing"),
        (
            ["security.protocol": "sasl_plaintext", "sasl.mechanism": ""],
            "SASL_PLAINTEXT, but sasl.mechanism is missing"
        ),
        (login, "sasl.password is set, but security.protocol is not set"),
        (["security.protocol": "SSL", "sasl.username": "a", "sasl.mechanism": "PLAIN"], "sasl.username is set, but"),
        (["security.protocol": "SASL_SSL", "sasl.mechanism": "plain"].merging(login) { $1 }, "did you mean PLAIN?"),
        (
            ["security.protocol": "SASL_SSL", "sasl.mechanism": "FOO"].merging(login) { $1 },
            "sasl.mechanism is FOO, but"
        ),
        (["security.protocol": "SASL_SSL", "sasl.mechanisms": "PLAIN"], "sasl.username and sasl.password is missing"),
        (
            ["security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.username": "a"],
            "sasl.password is missing"
        ),
    ])
    func `says what cannot work`(_ properties: [String: String], _ text: String) {
        let fault = SecuritySettings(properties).fault
        #expect(fault?.contains(text) == true, "\(fault ?? "")")
        #expect(fault?.contains("sasl.mechanism") == true)
    }

    /// By what each version can, and each build of it.
    @Test(arguments: [
        (LibraryVersion(2, 0, 2), "SCRAM-SHA-256", "librdkafka 2.0.2 repeats its nonce"),
        (LibraryVersion(2, 6, 0), "SCRAM-SHA-512", "set sasl.mechanism=PLAIN (within TLS"),
        (LibraryVersion(2, 6, 1), "SCRAM-SHA-256", nil), (LibraryVersion(2, 16, 0), "SCRAM-SHA-512", nil),
        (LibraryVersion(2, 0, 2), "PLAIN", nil),
    ])
    func `scram is for libraries that have it right`(_ library: LibraryVersion, _ mechanism: String, _ text: String?) {
        let properties = ["security.protocol": "SASL_SSL", "sasl.mechanism": mechanism].merging(Self.login) { $1 }
        let fault = SecuritySettings(properties, on: library, with: ["sasl_plain", "sasl_scram"]).fault
        #expect(text.map { fault?.contains($0) == true } ?? (fault == nil), "\(fault ?? "")")
    }

    @Test(
        arguments: [
            (["sasl.oauthbearer.method": "oidc"], ["sasl_oauthbearer", "oidc"], nil),
            // librdkafka takes both in any case.
            (["sasl.oauthbearer.method": "OIDC"], ["sasl_oauthbearer", "oidc"], nil),
            (["enable.sasl.oauthbearer.unsecure.jwt": "True"], ["sasl_oauthbearer"], nil),
            (
                ["sasl.oauthbearer.method": "oidc"], ["sasl_oauthbearer"],
                "2.0.2 was built without libcurl"
            ),
            (["sasl.oauthbearer.config": "x"], ["sasl_oauthbearer", "oidc"], "set sasl.oauthbearer.method=oidc with"),
            (["enable.sasl.oauthbearer.unsecure.jwt": "true"], ["sasl_oauthbearer"], nil),
            (["sasl.oauthbearer.method": "oidc"], [], "2.0.2 was built with only"),
        ] as [([String: String], Set<String>, String?)])
    func `tokens come from a server`(_ properties: [String: String], _ features: Set<String>, _ text: String?) {
        let all = properties.merging(["security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER"]) { $1 }
        let fault = SecuritySettings(all, on: LibraryVersion(2, 0, 2), with: features).fault
        #expect(text.map { fault?.contains($0) == true } ?? (fault == nil), "\(fault ?? "")")
    }

    @Test(arguments: [
        (["sasl.mechanism": "PLAIN"], "sasl.mechanism has no effect"),
        (["security.protocol": "PLAINTEXT", "ssl.ca.location": "/ca"], "ssl.ca.location has no effect"),
        (
            ["security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "ssl.ca.location": "/ca"]
                .merging(login) { $1 }, "security.protocol=SASL_SSL"
        ),
    ])
    func `warns of what has no effect`(_ properties: [String: String], _ text: String) {
        let settings = SecuritySettings(properties)
        #expect(settings.fault == nil)
        #expect(settings.warnings.count == 1 && settings.warnings[0].contains(text), "\(settings.warnings)")
    }

    @Test(arguments: [
        [:], ["security.protocol": "SSL", "ssl.ca.location": "/ca"],
        ["security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "ssl.ca.location": "/ca"].merging(login) { $1 },
        ["security.protocol": "sasl_ssl", "sasl.mechanism": "PLAIN"].merging(login) { $1 },
        ["security.protocol": "SASL_SSL", "sasl.kerberos.keytab": "/k"], ["security.protocol": "nonsense"],
    ])
    func `is quiet where things go together`(_ properties: [String: String]) {
        let settings = SecuritySettings(properties)
        #expect(settings.fault == nil && settings.warnings == [])
    }
}
