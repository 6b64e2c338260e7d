package import Configuration

/// Who may come in, and how much he may ask.
package struct DoorOptions {
    package enum Authentication: String, CaseIterable, Sendable { case jwt, none }

    package static let auth = ConfigurationKey(
        "auth", .choice, "HOW", default: Authentication.jwt,
        "who comes in: jwt, whoever has a token of the issuer; none, everybody on this machine, as an operator")
    package static let insecure = ConfigurationKey(
        flag: "insecure", "--auth none on any address, and keys over plain HTTP")
    package static let keysFile = ConfigurationKey(
        "auth-keys-file", .file, "FILE", "the issuer's keys, a JWK Set; read again when it changes")
    package static let keysURL = ConfigurationKey(
        "auth-keys-url", .text, "URL", "where the issuer has its keys, in place of a file")
    package static let keysCAFile = ConfigurationKey(
        "auth-keys-ca-file", .file, "FILE", "certificates to trust for auth-keys-url, as PEM, in place of the system's")
    package static let issuer = ConfigurationKey("auth-issuer", .text, "TEXT", "what iss of a token has to be")
    package static let audience = ConfigurationKey(
        "auth-audience", .text, "TEXT", "what aud of a token has to be, or hold")
    package static let nameClaim = ConfigurationKey(
        "auth-name-claim", .text, "CLAIM", default: "sub",
        "the claim with the name for the records, or a JSON Pointer to it")
    package static let rolesClaim = ConfigurationKey(
        "auth-roles-claim", .text, "CLAIM", default: "roles",
        "the claim with the roles operator, auditor, customer; nested: /realm_access/roles")
    package static let customerClaim = ConfigurationKey(
        "auth-customer-claim", .text, "CLAIM", default: "customer", "the claim with a customer's id")
    package static let origins = ConfigurationKey(
        "cors-origins", .text, "ORIGINS",
        "pages of which origins may ask, with commas between them; * is all, the default with jwt")
    package static let credentials = ConfigurationKey(
        "cors-credentials", .boolean, "BOOL", default: false,
        "whether those pages' browsers send cookies along; not with *")
    package static let rate = ConfigurationKey(
        "rate-limit", .integer(0...1_000_000), "N", default: 100, "requests a second of one principal; 0 is no limit")
    package static let burst = ConfigurationKey(
        "rate-limit-burst", .integer(1...1_000_000), "N", default: 200, "and at once, after a pause")

    package static let keys: [any ConfigurationOption] = [
        auth, insecure, keysFile, keysURL, keysCAFile, issuer, audience, nameClaim, rolesClaim, customerClaim, origins,
        credentials, rate, burst,
    ]
}
