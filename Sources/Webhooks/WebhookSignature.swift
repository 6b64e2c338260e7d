import COpenSSL

/// How a call is signed: Standard Webhooks 1.0, HMAC-SHA256 over `id.timestamp.body`, so that receivers check it with
/// what they have.
package enum WebhookSignature {
    package static let idHeader = "Webhook-Id"
    package static let timeHeader = "Webhook-Timestamp"
    package static let signatureHeader = "Webhook-Signature"
    /// So far a call's time and a receiver's clock may lie apart, in seconds.
    package static let tolerance: Int64 = 300

    /// - Parameter time: seconds since 1970.
    /// - Returns: as the header has it, `v1,…`.
    package static func sign(_ body: [UInt8], id: String, time: Int64, _ key: WebhookKey) -> String {
        let signed = Array("\(id).\(time).".utf8) + body
        return "v1,\(Base64.text(HMACSHA256.of(signed, key)))"
    }

    /// Whether one of the signatures of a header, with blanks between them, is right.
    package static func isRight(
        _ signatures: String, _ body: [UInt8], id: String, time: Int64, _ key: WebhookKey
    ) -> Bool {
        let wanted = Array(sign(body, id: id, time: time, key).utf8)
        return signatures.split(separator: " ").contains { HMACSHA256.areEqual(Array($0.utf8), wanted) }
    }
}
