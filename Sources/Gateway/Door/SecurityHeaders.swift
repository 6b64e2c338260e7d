/// Headers of all answers that tell browsers what they must not do with them.
package enum SecurityHeaders {
    /// Everything from here and nothing inline: what someone smuggles into a page does not run and calls nobody.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

    private static let always: [(name: String, value: String)] = [
        (name: "Content-Security-Policy", value: policy), (name: "X-Content-Type-Options", value: "nosniff"),
        (name: "Referrer-Policy", value: "no-referrer"), (name: "Cross-Origin-Opener-Policy", value: "same-origin"),
    ]
    private static let secure =
        always + [(name: "Strict-Transport-Security", value: "max-age=31536000")]

    /// - Parameter isSecure: whether the browser came by TLS, be it to a proxy in front. A year of HTTPS is promised
    ///   only there.
    package static func headers(isSecure: Bool) -> [(name: String, value: String)] { isSecure ? secure : always }
}
