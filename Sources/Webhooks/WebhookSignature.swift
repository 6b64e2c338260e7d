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
        var (digest, size) = ([UInt8](repeating: 0, count: 32), 32 as UInt32)
        let made = unsafe HMAC(
            EVP_sha256(), key.bytes, Int32(key.bytes.count), signed, signed.count, &digest, &size)
        precondition(unsafe made != nil && size == 32, "OpenSSL knows SHA-256")
        return "v1,\(Base64.text(digest))"
    }

    /// Whether one of the signatures of a header, with blanks between them, is right.
    package static func isRight(
        _ signatures: String, _ body: [UInt8], id: String, time: Int64, _ key: WebhookKey
    ) -> Bool {
        let wanted = Array(sign(body, id: id, time: time, key).utf8)
        return signatures.split(separator: " ").contains { text in
            let found = Array(text.utf8)
            // In the same time, wherever they differ.
            guard found.count == wanted.count else { return false }
            return unsafe CRYPTO_memcmp(found, wanted, found.count) == 0
        }
    }
}
