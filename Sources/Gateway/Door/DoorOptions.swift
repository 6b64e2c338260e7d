package import Configuration

/// Who may come in, and how much he may ask.
package struct DoorOptions {
    package enum Authentication: String, CaseIterable, Sendable { case jwt, none }

    package static let auth = ConfigurationKey(
        "auth", .choice, "HOW", default: Authentication.jwt,
        "jwt: callers need a token of the issuer; none: every caller on this machine is an operator")
    package static let insecure = ConfigurationKey(
        flag: "insecure", "allows --auth none on any address, and keys over plain HTTP")
    package static let keysFile = ConfigurationKey(
        "auth-keys-file", .file, "FILE", "file with the issuer's keys, a JWK Set; reloaded when it changes")
    package static let keysURL = ConfigurationKey(
        "auth-keys-url", .text, "URL", "URL of the issuer's keys, instead of a file")
    package static let keysCAFile = ConfigurationKey(
        "auth-keys-ca-file", .file, "FILE",
        "CA certificates to trust for auth-keys-url, as PEM, instead of the system's")
    package static let issuer = ConfigurationKey("auth-issuer", .text, "TEXT", "the required iss of tokens")
    package static let audience = ConfigurationKey(
        "auth-audience", .text, "TEXT", "the required aud of tokens, or one of theirs")
    package static let nameClaim = ConfigurationKey(
        "auth-name-claim", .text, "CLAIM", default: "sub",
        "the claim with the caller's name for the audit, or a JSON Pointer to it")
    package static let rolesClaim = ConfigurationKey(
        "auth-roles-claim", .text, "CLAIM", default: "roles",
        "the claim with the roles operator, auditor, customer; nested: /realm_access/roles")
    package static let customerClaim = ConfigurationKey(
        "auth-customer-claim", .text, "CLAIM", default: "customer", "the claim with a customer's id")
    package static let origins = ConfigurationKey(
        "cors-origins", .text, "ORIGINS",
        "origins whose pages may call the gateway, separated by commas; * is all, the default with jwt")
    package static let credentials = ConfigurationKey(
        "cors-credentials", .boolean, "BOOL", default: false,
        "true: browsers send cookies with those pages' requests; not with *")
    package static let rate = ConfigurationKey(
        "rate-limit", .integer(0...1_000_000), "N", default: 100, "requests per second for one principal; 0 is no limit"
    )
    package static let burst = ConfigurationKey(
        "rate-limit-burst", .integer(1...1_000_000), "N", default: 200,
        "requests of one principal at once, after a pause")

    package static let keys: [any ConfigurationOption] = [
        auth, insecure, keysFile, keysURL, keysCAFile, issuer, audience, nameClaim, rolesClaim, customerClaim, origins,
        credentials, rate, burst,
    ]
}
