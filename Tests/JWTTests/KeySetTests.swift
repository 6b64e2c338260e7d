import JSON
import JWT
import Testing
import Tokens

@Suite struct KeySetTests {
    private func set(_ keys: String...) throws -> KeySet { try KeySet(keySet(keys).utf8.span) }
    private static let ed = SigningKey.ed.members

    static let unfit: [(key: String, reason: String)] = [
        ("{}", "is not an object"), ("7", "is not an object"), ("null", "is not an object"),
        (#"{"kty":7}"#, "is not an object"),
        (#"{"kty":"RSA","kty":"RSA","n":"AQAB","e":"AQAB"}"#, "appears twice"),
        (#"{"kty":"oct","k":"c2VjcmV0"}"#, "neither RSA, EC nor OKP"), (#"{"kty":"rsa"}"#, "neither RSA, EC nor OKP"),
        (#"{\#(ed),"use":"enc"}"#, "not for signatures"), (#"{\#(ed),"use":"SIG"}"#, "not for signatures"),
        (#"{\#(ed),"key_ops":["sign"]}"#, "not for signatures"), (#"{\#(ed),"key_ops":[]}"#, "not for signatures"),
        (#"{\#(ed),"alg":"RS256"}"#, "other than RS256"), (#"{\#(ed),"alg":"HS256"}"#, "other than RS256"),
        (#"{\#(ed),"alg":"none"}"#, "other than RS256"),
        (#"{\#(SigningKey.rsa.members),"alg":"PS256"}"#, "other than RS256"),
        (#"{\#(SigningKey.rsa.members),"alg":"RS512"}"#, "other than RS256"),
        (#"{\#(ed),"d":"AAAA"}"#, "private key"), (#"{\#(SigningKey.rsa.members),"d":null}"#, "private key"),
        (#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#, "on a curve other"),
        (#"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#, "on a curve other"),
        (#"{"kty":"OKP","crv":"X25519","x":"AA"}"#, "on a curve other"),
        (#"{"kty":"OKP","crv":"Ed448","x":"AA"}"#, "on a curve other"),
        (#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, "not a valid key"),
        (#"{"kty":"OKP","crv":"Ed25519","x":"\#(base64URL(SigningKey.ed.publicBytes))="}"#, "not a valid key"),
        (#"{"kty":"OKP","crv":"Ed25519"}"#, "is not an object"),
        // A point beside the curve gives the private key of whoever computes with it away, and no signature should be
        // by it.
        (ec(x: SigningKey.ec.number("qx", 32), y: flipped(SigningKey.ec.number("qy", 32))), "not a valid key"),
        (ec(x: [UInt8](repeating: 0, count: 32), y: [UInt8](repeating: 0, count: 32)), "not a valid key"),
        (ec(x: [UInt8](repeating: 255, count: 32), y: SigningKey.ec.number("qy", 32)), "not a valid key"),
        (ec(x: Array(SigningKey.ec.number("qx", 32).dropLast()), y: SigningKey.ec.number("qy", 32)), "not a valid key"),
        (rsa(exponent: [1]), "not a valid key"), (rsa(exponent: [0, 0, 1]), "not a valid key"),
        (rsa(exponent: [2]), "not a valid key"),
        (rsa(exponent: [1, 0, 0]), "not a valid key"), (rsa(exponent: []), "not a valid key"),
        (rsa(exponent: [0]), "not a valid key"),
        (rsa(exponent: [1, 0, 0, 0, 1]), "not a valid key"),
        (rsa(modulus: SigningKey(.rs256, bits: 1024).number("n")), "not a valid key"),
        (rsa(modulus: SigningKey(.rs256, bits: 2040).number("n")), "not a valid key"),
        // The zeros in front make nothing of it.
        (
            rsa(modulus: [UInt8](repeating: 0, count: 128) + SigningKey(.rs256, bits: 1024).number("n")),
            "not a valid key"
        ),
        (rsa(modulus: [UInt8](repeating: 255, count: 1025)), "not a valid key"), (rsa(modulus: []), "not a valid key"),
        (rsa(modulus: SigningKey.rsa.number("n").dropLast() + [0]), "not a valid key"),
        (rsa(modulus: [UInt8](repeating: 255, count: 4096)), "is not an object"),
    ]

    private static func rsa(modulus: [UInt8]? = nil, exponent: [UInt8] = [1, 0, 1]) -> String {
        #"{"kty":"RSA","n":"\#(base64URL(modulus ?? SigningKey.rsa.number("n")))","e":"\#(base64URL(exponent))"}"#
    }

    private static func ec(x: [UInt8], y: [UInt8]) -> String {
        #"{"kty":"EC","crv":"P-256","x":"\#(base64URL(x))","y":"\#(base64URL(y))"}"#
    }

    private static func flipped(_ bytes: [UInt8]) -> [UInt8] { bytes.dropLast() + [(bytes.last ?? 0) ^ 1] }

    @Test(arguments: unfit) func `a key that is not fit is left out, and the others stay`(
        _ key: String, _ reason: String
    )
        throws
    {
        let keys = try set(key, SigningKey.ec.jwk("ec"))
        #expect(keys.count == 1)
        #expect(keys.skipped.count == 1)
        #expect(keys.skipped.first?.hasPrefix("key 0 ") == true)
        #expect(keys.skipped.first?.contains(reason) == true, "\(keys.skipped)")
        #expect(throws: KeySetError.self) { try set(key) }
    }

    @Test func `fit keys are taken, however they are written`() throws {
        for key in [
            #"{\#(Self.ed),"use":"sig","alg":"EdDSA","key_ops":["verify","sign"],"x5t":"abc","ext":true}"#,
            Self.rsa(modulus: [0, 0] + SigningKey.rsa.number("n")), Self.rsa(exponent: [3]), SigningKey.ec.jwk(nil),
        ] { #expect(try set(key).count == 1, "\(key)") }
    }

    @Test func `a set is bounded`() throws {
        let keys = (0..<KeySet.limit).map { SigningKey.ed.jwk("k\($0)") }
        #expect(try KeySet(keySet(keys).utf8.span).count == KeySet.limit)
        #expect(throws: KeySetError.self) { try KeySet(keySet(keys + [SigningKey.ec.jwk("e")]).utf8.span) }
        let large = keySet(keys) + String(repeating: " ", count: KeySet.sizeLimit)
        #expect(throws: KeySetError.self) { try KeySet(large.utf8.span) }
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"keys":7}"#, #"{"keys":[]}"#, "<html>", #"{"keys":[],"keys":[]}"#, "{\"keys\":[",
    ])
    func `what is no set is refused`(_ text: String) {
        #expect(throws: KeySetError.self) { try KeySet(text.utf8.span) }
    }

    @Test func `a token that names no key has the only one of its algorithm, and none where there are two`() throws {
        let token = SigningKey.ed.token(nil, claims: AttackTests.good)
        let one = try set(SigningKey.ed.jwk("one"), SigningKey.ec.jwk("ec"))
        _ = try AttackTests.rules.verify(token.utf8.span, with: one, at: AttackTests.now)
        let two = try set(SigningKey.ed.jwk("one"), SigningKey(.edDSA).jwk("two"))
        #expect(throws: TokenError.noKey) {
            try AttackTests.rules.verify(token.utf8.span, with: two, at: AttackTests.now)
        }
        let none = try set(SigningKey.ec.jwk("ec"))
        #expect(throws: TokenError.noKey) {
            try AttackTests.rules.verify(token.utf8.span, with: none, at: AttackTests.now)
        }
    }

    /// RFC 7517, 4.5: keys of different types may bear one id.
    @Test func `of two keys with one id each algorithm has its own`() throws {
        let keys = try set(SigningKey.ed.jwk("k"), SigningKey.ec.jwk("k"))
        for key in [SigningKey.ed, .ec] {
            let token = key.token("k", claims: AttackTests.good)
            _ = try AttackTests.rules.verify(token.utf8.span, with: keys, at: AttackTests.now)
        }
    }

    /// Both are one text to a comparison of characters: é and e with an accent behind it.
    @Test func `ids are compared by their bytes`() throws {
        let keys = try set(SigningKey.ed.jwk("\u{E9}"))
        let token = SigningKey.ed.token("e\u{301}", claims: AttackTests.good)
        #expect(throws: TokenError.unknownKey) {
            try AttackTests.rules.verify(token.utf8.span, with: keys, at: AttackTests.now)
        }
    }
}
