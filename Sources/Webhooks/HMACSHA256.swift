import COpenSSL

/// HMAC by SHA-256 (RFC 2104), with a key from a file.
package enum HMACSHA256 {
    package static func of(_ bytes: [UInt8], _ key: WebhookKey) -> [UInt8] {
        var (digest, size) = ([UInt8](repeating: 0, count: 32), 32 as UInt32)
        let made = unsafe HMAC(
            EVP_sha256(), key.bytes, Int32(key.bytes.count), bytes, bytes.count, &digest, &size)
        precondition(unsafe made != nil && size == 32, "OpenSSL knows SHA-256")
        return digest
    }

    /// In the same time, wherever they differ.
    package static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return unsafe CRYPTO_memcmp(one, other, one.count) == 0
    }
}
