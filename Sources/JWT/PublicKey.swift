import COpenSSL

/// A key that verifies signatures of one algorithm, and of no other: that is decided when it is made, and not by the
/// token.
///
/// OpenSSL counts who holds a key and never changes one that only verifies, so that any number of threads may use it.
@safe package final class PublicKey: @unchecked Sendable {
    package let algorithm: SignatureAlgorithm
    private let raw: OpaquePointer
    /// In bytes: all signatures by this key have it.
    private let signatureSize: Int

    /// In bits. A larger one takes longer than a request should.
    static let modulusBits = 2048...8192

    private init(_ algorithm: SignatureAlgorithm, _ raw: OpaquePointer, signatureSize: Int) {
        self.algorithm = algorithm
        self.signatureSize = signatureSize
        unsafe self.raw = raw
    }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// An RSA key; nil when it is none or its size is out of bounds. Zeros in front do not count.
    package static func rsa(modulus: [UInt8], exponent: [UInt8]) -> PublicKey? {
        let (modulus, exponent) = (modulus.drop { $0 == 0 }, exponent.drop { $0 == 0 })
        guard let first = modulus.first, modulusBits.contains(modulus.count * 8 - first.leadingZeroBitCount),
            isOdd(modulus)
        else { return nil }
        // With 1 anything is its own signature. Four bytes are more than anybody uses, and keep a verification short.
        guard exponent.count <= 4, isOdd(exponent), exponent.count > 1 || exponent.first ?? 1 >= 3 else { return nil }
        var (n, e) = (native(modulus), native(exponent))
        guard let raw = unsafe negawatt_rsa_key(&n, n.count, &e, e.count) else { return failed() }
        return unsafe PublicKey(.rs256, raw, signatureSize: n.count)
    }

    /// A point on P-256; nil when it is none.
    package static func p256(x: [UInt8], y: [UInt8]) -> PublicKey? {
        guard x.count == 32, y.count == 32 else { return nil }
        var point = [4] + x + y
        guard let raw = unsafe negawatt_p256_key(&point, point.count) else { return failed() }
        return unsafe PublicKey(.es256, raw, signatureSize: 64)
    }

    package static func ed25519(_ bytes: [UInt8]) -> PublicKey? {
        guard bytes.count == 32 else { return nil }
        guard let raw = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) else {
            return failed()
        }
        return unsafe PublicKey(.edDSA, raw, signatureSize: 64)
    }

    /// Whether the owner of this key has signed the message. The signature is as tokens have it: of ES256, r and s side
    /// by side.
    package func verifies(_ signature: [UInt8], of message: Span<UInt8>) -> Bool {
        guard signature.count == signatureSize, let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        let signature = algorithm == .es256 ? ECDSASignature.der(signature) : signature
        // Ed25519 hashes by itself.
        let digest = unsafe algorithm == .edDSA ? nil : EVP_sha256()
        let isRight = unsafe message.withUnsafeBufferPointer { message in
            unsafe EVP_DigestVerifyInit(context, nil, digest, nil, raw) == 1
                && EVP_DigestVerify(context, signature, signature.count, message.baseAddress, message.count) == 1
        }
        if !isRight { ERR_clear_error() }
        return isRight
    }

    /// What OpenSSL says about it stays in a list of this thread's, which others would take for theirs.
    private static func failed() -> PublicKey? {
        ERR_clear_error()
        return nil
    }

    private static func isOdd(_ number: ArraySlice<UInt8>) -> Bool { (number.last ?? 0) & 1 == 1 }

    /// A number in the machine's own order of bytes.
    private static func native(_ number: ArraySlice<UInt8>) -> [UInt8] {
        1.littleEndian == 1 ? number.reversed() : Array(number)
    }
}
