import COpenSSL

/// An issuer's key, made for a test: it signs what an attacker or a good issuer would.
@safe package final class SigningKey: @unchecked Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case rs256 = "RS256"
        case es256 = "ES256"
        case edDSA = "EdDSA"
    }

    package let kind: Kind
    private let raw: OpaquePointer

    /// RSA takes `bits`.
    package init(_ kind: Kind, bits: Int32 = 2048) {
        self.kind = kind
        let id =
            switch kind {
            case .rs256: EVP_PKEY_RSA
            case .es256: EVP_PKEY_EC
            case .edDSA: EVP_PKEY_ED25519
            }
        let context = unsafe EVP_PKEY_CTX_new_id(id, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        unsafe EVP_PKEY_keygen_init(context)
        if kind == .rs256 { unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) }
        if kind == .es256 { unsafe EVP_PKEY_CTX_set_group_name(context, "prime256v1") }
        unsafe EVP_PKEY_generate(context, &key)
        guard let key = unsafe key else { preconditionFailure("OpenSSL makes no \(kind.rawValue) key") }
        unsafe raw = key
    }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// For all tests that need no key of their own: an RSA key takes a while to make.
    package static let shared: [Kind: SigningKey] = .init(
        uniqueKeysWithValues: Kind.allCases.map { ($0, SigningKey($0)) })
    package static let rsa = shared[.rs256] ?? SigningKey(.rs256)
    package static let ec = shared[.es256] ?? SigningKey(.es256)
    package static let ed = shared[.edDSA] ?? SigningKey(.edDSA)

    /// As a JWK, without braces: `"kty":"EC","crv":…`.
    package var members: String {
        switch kind {
        case .rs256: #""kty":"RSA","n":"\#(base64URL(number("n")))","e":"\#(base64URL(number("e")))""#
        case .es256:
            #""kty":"EC","crv":"P-256","x":"\#(base64URL(number("qx", 32)))","y":"\#(base64URL(number("qy", 32)))""#
        case .edDSA: #""kty":"OKP","crv":"Ed25519","x":"\#(base64URL(publicBytes))""#
        }
    }

    package func jwk(_ id: String?, _ more: String = "") -> String {
        "{\(members)\(id.map { ",\"kid\":\"\($0)\"" } ?? "")\(more)}"
    }

    /// The modulus or another number of the key; in `size` bytes, if that is said.
    package func number(_ name: String, _ size: Int? = nil) -> [UInt8] {
        var number: OpaquePointer?
        precondition(unsafe EVP_PKEY_get_bn_param(raw, name, &number) == 1)
        defer { unsafe BN_free(number) }
        let count = unsafe size ?? (Int(BN_num_bits(number)) + 7) / 8
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe BN_bn2binpad(number, &bytes, Int32(count))
        return bytes
    }

    package var publicBytes: [UInt8] {
        var (bytes, count) = ([UInt8](repeating: 0, count: 32), 32)
        precondition(unsafe EVP_PKEY_get_raw_public_key(raw, &bytes, &count) == 1)
        return bytes
    }

    /// As tokens have it.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        let digest = unsafe kind == .edDSA ? nil : EVP_sha256()
        var signature = [UInt8](repeating: 0, count: 1024)
        var count = signature.count
        precondition(unsafe EVP_DigestSignInit(context, nil, digest, nil, raw) == 1)
        precondition(unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1)
        signature.removeLast(signature.count - count)
        return kind == .es256 ? Self.pair(signature) : signature
    }

    /// A token with this header and these claims, as they stand.
    package func token(header: String, claims: String) -> String {
        let signed = "\(base64URL(Array(header.utf8))).\(base64URL(Array(claims.utf8)))"
        return "\(signed).\(base64URL(sign(Array(signed.utf8))))"
    }

    package func token(_ id: String?, claims: String) -> String {
        token(header: #"{"alg":"\#(kind.rawValue)"\#(id.map { ",\"kid\":\"\($0)\"" } ?? "")}"#, claims: claims)
    }

    /// r and s side by side, from DER.
    private static func pair(_ der: [UInt8]) -> [UInt8] {
        var (position, pair) = (2, []) as (Int, [UInt8])
        for _ in 0..<2 {
            let count = Int(der[position + 1])
            let digits = der[(position + 2)..<(position + 2 + count)].drop { $0 == 0 }
            pair += [UInt8](repeating: 0, count: 32 - digits.count) + digits
            position += 2 + count
        }
        return pair
    }
}

package func base64URL(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    var (text, bits, count) = ("", 0, 0) as (String, UInt32, UInt32)
    for byte in bytes {
        bits = bits << 8 | UInt32(byte)
        count += 8
        while count >= 6 {
            count -= 6
            text.append(alphabet[Int(bits >> count & 63)])
        }
        bits &= 0xFF
    }
    if count > 0 { text.append(alphabet[Int(bits << (6 - count) & 63)]) }
    return text
}

/// A set of such keys.
package func keySet(_ keys: [String]) -> String { "{\"keys\":[\(keys.joined(separator: ","))]}" }

/// A token whose signature is HMAC-SHA256 with a secret of the forger's choice.
package func forgedHS256(header: String, claims: String, secret: [UInt8]) -> String {
    let signed = "\(base64URL(Array(header.utf8))).\(base64URL(Array(claims.utf8)))"
    var signature = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 32
    let message = Array(signed.utf8)
    unsafe HMAC(EVP_sha256(), secret, Int32(secret.count), message, message.count, &signature, &count)
    return "\(signed).\(base64URL(signature))"
}
