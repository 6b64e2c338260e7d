import Foundation
import JSON
import JWT
import Synchronization
import Testing
import Tokens

/// What forgers send, and what a good issuer's mishap looks like: each is refused, and for its own reason.
@Suite struct AttackTests {
    static let now: Int64 = 1_800_000_000_000
    static let rules = TokenRules(issuer: "https://issuer.test", audience: "negawatt")
    static let seconds = now / 1000
    static let good =
        #"{"iss":"https://issuer.test","aud":"negawatt","sub":"kim","exp":\#(seconds + 300),"nbf":\#(seconds),"iat":\#(seconds)}"#
    static let keys = try? KeySet(
        keySet([SigningKey.rsa.jwk("rsa"), SigningKey.ec.jwk("ec"), SigningKey.ed.jwk("ed")]).utf8.span)

    func verify(_ token: String, at now: Int64 = now) throws(TokenError) -> Claims {
        guard let keys = Self.keys else { preconditionFailure("the test's own keys are no set") }
        return try Self.rules.verify(token.utf8.span, with: keys, at: now)
    }

    func refusal(_ token: String, at now: Int64 = now) -> TokenError? {
        do throws(TokenError) { _ = try verify(token, at: now) } catch { return error }
        return nil
    }

    @Test(arguments: [("rsa", SigningKey.rsa), ("ec", .ec), ("ed", .ed)])
    func `a good token is taken, by all three algorithms`(_ id: String, _ key: SigningKey) throws {
        // The numbers of ES256 are sometimes shorter than 32 bytes.
        for _ in 0..<300 where key.kind == .es256 { _ = try verify(key.token(id, claims: Self.good)) }
        let claims = try verify(key.token(id, claims: Self.good))
        #expect(claims.subject == "kim")
        #expect(claims.expiresAt == Self.now + 300_000)
    }

    static let headers: [(header: String, error: TokenError)] = [
        (#"{"alg":"none"}"#, .algorithm),
        (#"{"alg":"None","kid":"rsa"}"#, .algorithm),
        (#"{"alg":"nOnE","kid":"rsa"}"#, .algorithm),
        (#"{"alg":"","kid":"rsa"}"#, .algorithm),
        (#"{"alg":"RS256 ","kid":"rsa"}"#, .algorithm),
        (#"{"alg":"rs256","kid":"rsa"}"#, .algorithm),
        (#"{"alg":"RS384","kid":"rsa"}"#, .algorithm),
        (#"{"alg":"RS512","kid":"rsa"}"#, .algorithm),
        (#"{"alg":"PS256","kid":"rsa"}"#, .algorithm),
        (#"{"alg":"ES256K","kid":"ec"}"#, .algorithm),
        (#"{"alg":"HS256","kid":"rsa"}"#, .algorithm),
        (#"{"alg":["RS256"],"kid":"rsa"}"#, .json(.header, field: "alg", .notText)),
        (#"{"alg":null,"kid":"rsa"}"#, .json(.header, field: "alg", .missing)),
        (#"{"kid":"rsa"}"#, .json(.header, field: "alg", .missing)),
        (#"{"ALG":"RS256","kid":"rsa"}"#, .json(.header, field: "alg", .missing)),
        // What one reader takes the first of, another takes the last of.
        (#"{"alg":"RS256","alg":"none","kid":"rsa"}"#, .json(.header, field: "alg", .repeated)),
        (#"{"alg":"RS256","\u0061lg":"HS256","kid":"rsa"}"#, .json(.header, field: "alg", .repeated)),
        (#"{"alg":"RS256","kid":"rsa","kid":"ec"}"#, .json(.header, field: "kid", .repeated)),
        (#"{"alg":"RS256","kid":"rsa","crit":["exp"],"exp":1}"#, .critical),
        (#"{"alg":"RS256","kid":"rsa","crit":["b64"],"b64":false}"#, .critical),
        (#"{"alg":"RS256","kid":"rsa","crit":[]}"#, .critical),
        (#"{"alg":"RS256","kid":"rsa","crit":null}"#, .critical),
        (#"{"alg":"RS256","kid":"rsa","\u0063rit":["exp"]}"#, .critical),
        (#"{"alg":"RS256","kid":"../../../dev/null"}"#, .unknownKey),
        (#"{"alg":"RS256","kid":"rsa' OR '1'='1"}"#, .unknownKey),
        (#"{"alg":"RS256","kid":"rsa\u0000"}"#, .unknownKey),
        (#"{"alg":"RS256","kid":"RSA"}"#, .unknownKey),
        (#"{"alg":"RS256","kid":""}"#, .unknownKey),
        (#"{"alg":"RS256","kid":"https://evil.test/keys"}"#, .unknownKey),
        (#"{"alg":"RS256","kid":7}"#, .json(.header, field: "kid", .notText)),
        (#"{"alg":"RS256","kid":["rsa"]}"#, .json(.header, field: "kid", .notText)),
        (#"{"alg":"RS256","kid":"ec"}"#, .unfitKey),
        (#"{"alg":"ES256","kid":"rsa"}"#, .unfitKey),
        (#"{"alg":"EdDSA","kid":"rsa"}"#, .unfitKey),
        (#"{"alg":"ES256","kid":"ed"}"#, .unfitKey),
        (#"{"alg":"RS256","kid":"rsa"} "#, .wrongSignature),
        (#"{"alg":"RS256","kid":"rsa"}x"#, .json(.header, field: nil, .trailing)),
        (#"["alg","RS256"]"#, .json(.header, field: nil, .notAnObject)),
        (#""#, .json(.header, field: nil, .notAnObject)),
        (#"{"alg":"RS256","kid":"rsa""#, .json(.header, field: nil, .syntax)),
        // Keys of the forger's own do not count, and nothing is fetched.
        (#"{"alg":"RS256","kid":"rsa","jku":"https://evil.test/keys"}"#, .wrongSignature),
        (#"{"alg":"RS256","kid":"rsa","x5u":"https://evil.test/chain","x5c":["MII"]}"#, .wrongSignature),
        (#"{"alg":"RS256","kid":"rsa","jwk":{"kty":"oct","k":"c2VjcmV0"}}"#, .wrongSignature),
        (#"{"alg":"RS256","jwk":{"kty":"RSA"}}"#, .wrongSignature),
    ]

    static let forger = SigningKey(.rs256)

    @Test(arguments: headers) func `a header like that is refused`(_ header: String, _ error: TokenError) {
        #expect(refusal(Self.forger.token(header: header, claims: Self.good)) == error)
    }

    @Test func `a header of thousands of fields is not read to its end`() {
        let fields = (0..<100).map { "\"f\($0)\":1," }.joined()
        let token = SigningKey.rsa.token(header: "{\(fields)\"alg\":\"RS256\",\"kid\":\"rsa\"}", claims: Self.good)
        #expect(refusal(token) == .json(.header, field: nil, .tooManyMembers))
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        let nested = SigningKey.rsa.token(header: "{\"a\":\(deep),\"alg\":\"RS256\"}", claims: Self.good)
        #expect(refusal(nested) == .json(.header, field: nil, .tooDeep))
        let long = String(repeating: "k", count: 257)
        let named = SigningKey.rsa.token(header: "{\"alg\":\"RS256\",\"kid\":\"\(long)\"}", claims: Self.good)
        #expect(refusal(named) == .json(.header, field: "kid", .tooLong))
    }

    /// Who verifies HMACs with whatever key he finds takes the public key, which everybody has, for the secret.
    @Test(arguments: [#"{"alg":"HS256","kid":"rsa"}"#, #"{"alg":"RS256","kid":"rsa"}"#, #"{"alg":"EdDSA","kid":"ed"}"#])
    func `an HMAC with the public key as its secret is refused`(_ header: String) {
        for secret in [
            SigningKey.rsa.number("n"), Array(SigningKey.rsa.jwk("rsa").utf8), SigningKey.ed.publicBytes,
        ] {
            let error = refusal(forgedHS256(header: header, claims: Self.good, secret: secret))
            #expect(error == .algorithm || error == .wrongSignature)
        }
    }

    @Test func `types and other words of an issuer in the header are tolerated`() throws {
        for header in [
            #"{"alg":"RS256","kid":"rsa","typ":"JWT"}"#, #"{"alg":"RS256","kid":"rsa","typ":"at+jwt","cty":"x"}"#,
            #"{"typ":7,"alg":"RS256","kid":"rsa"}"#, #"{"alg":"\u0052S256","kid":"\u0072sa"}"#,
            // The only key for RS256.
            #"{"alg":"RS256"}"#, #"{"alg":"RS256","kid":null}"#,
            #"{"alg":"RS256","kid":"rsa","jku":"https://evil.test","jwk":{"kty":"oct"}}"#,
        ] { _ = try verify(SigningKey.rsa.token(header: header, claims: Self.good)) }
    }

    @Test func `only the three parts of a signed token are a token`() {
        let token = SigningKey.ed.token("ed", claims: Self.good)
        let parts = token.split(separator: ".")
        for text in [
            "", ".", "x", "\(parts[0]).\(parts[1])", "\(token).", ".\(token)", "\(token).\(parts[2])", "....",
            "\(token)....", token.replacing(".", with: ".."), token.replacing(".", with: "-"),
        ] { #expect(refusal(text) == .notThreeParts, "\(text)") }
        #expect(refusal(".\(parts[1]).\(parts[2])") == .json(.header, field: nil, .notAnObject))
    }

    @Test func `only one text stands for some bytes`() {
        let token = SigningKey.ed.token("ed", claims: Self.good)
        let parts = token.split(separator: ".").map(String.init)
        for wrong in ["=", "==", " ", "\n", "+", "/", "%", "\0", "é", "A "] {
            #expect(refusal("\(parts[0])\(wrong).\(parts[1]).\(parts[2])") == .notBase64URL(.header), "\(wrong)")
            #expect(refusal("\(parts[0]).\(wrong)\(parts[1]).\(parts[2])") == .notBase64URL(.claims), "\(wrong)")
            #expect(refusal("\(parts[0]).\(parts[1]).\(parts[2])\(wrong)") == .notBase64URL(.signature), "\(wrong)")
        }
        #expect(refusal(" \(token)") == .notBase64URL(.header))
        // 64 bytes leave two bits of the last dead letter: a text with others in them is not the same signature.
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = letters.firstIndex(of: token.last ?? "A") ?? 0
        for bits in 1...15 {
            #expect(refusal(token.dropLast() + "\(letters[last ^ bits])") == .notBase64URL(.signature))
        }
        #expect(refusal("\(token)AAA") == .notBase64URL(.signature))
    }

    @Test(arguments: [("rsa", SigningKey.rsa), ("ec", .ec), ("ed", .ed)])
    func `a signature that is empty, short, long or another's is wrong`(_ id: String, _ key: SigningKey) throws {
        let parts = key.token(id, claims: Self.good).split(separator: ".")
        let signed = "\(parts[0]).\(parts[1])"
        let right = key.sign(Array(signed.utf8))
        var wrong: [[UInt8]] = [
            [], [0], Array(right.dropLast()), right + [0], [0] + right, Array(repeating: 0, count: right.count),
            Array(repeating: 255, count: right.count), SigningKey(key.kind).sign(Array(signed.utf8)),
            key.sign(Array("\(signed).".utf8)), right.reversed(),
        ]
        for place in [0, right.count / 2, right.count - 1] {
            var changed = right
            changed[place] ^= 1
            wrong.append(changed)
        }
        for signature in wrong { #expect(refusal("\(signed).\(base64URL(signature))") == .wrongSignature) }
        #expect(refusal("\(signed).\(base64URL(right))") == nil)
        // What another token's issuer has signed.
        let other = key.token(id, claims: Self.good.replacing("kim", with: "lee")).split(separator: ".")
        #expect(refusal("\(parts[0]).\(other[1]).\(parts[2])") == .wrongSignature)
    }

    /// CVE-2022-21449: r and s of zero, or beyond the curve's order, are right for everything where nobody looks.
    @Test func `the numbers of an ECDSA signature are between zero and the order`() {
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
            0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
        let zero = [UInt8](repeating: 0, count: 32)
        let one: [UInt8] = zero.dropLast() + [1]
        let parts = SigningKey.ec.token("ec", claims: Self.good).split(separator: ".")
        for (r, s) in [(zero, zero), (zero, one), (one, zero), (order, order), (order, one), (one, order), (one, one)] {
            #expect(refusal("\(parts[0]).\(parts[1]).\(base64URL(r + s))") == .wrongSignature)
        }
    }

    @Test func `one set of keys verifies on several threads at once`() {
        let tokens = [("rsa", SigningKey.rsa), ("ec", .ec), ("ed", .ed)].map { $1.token($0, claims: Self.good) }
        let wrong = Self.forger.token("rsa", claims: Self.good)
        let failures = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for round in 0..<100 where refusal(tokens[(thread + round) % 3]) != nil || refusal(wrong) != .wrongSignature
            {
                failures.withLock { $0 += 1 }
            }
        }
        #expect(failures.withLock { $0 } == 0)
    }

    @Test func `however a token is garbled it is refused, and nothing else happens`() {
        var state: UInt64 = 1
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        for key in [SigningKey.rsa, .ec, .ed] {
            let id = [SigningKey.Kind.rs256: "rsa", .es256: "ec", .edDSA: "ed"][key.kind]
            let good = Array(key.token(id, claims: Self.good).utf8)
            let alphabet = Array("ABCXYZabcxyz0189-_.={}\" \n".utf8)
            for _ in 0..<2000 {
                var bytes = good
                for _ in 0...random(3) {
                    switch random(4) {
                    case 0: bytes.remove(at: random(bytes.count))
                    case 1: bytes.insert(alphabet[random(alphabet.count)], at: random(bytes.count + 1))
                    case 2: bytes[random(bytes.count)] = alphabet[random(alphabet.count)]
                    default: bytes.removeLast(random(bytes.count / 2))
                    }
                }
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(refusal(text) != nil || bytes == good, "\(text)")
            }
            // And with headers and claims that are garbled and signed nevertheless.
            for _ in 0..<300 {
                var claims = Array(Self.good.utf8)
                for _ in 0...random(3) { claims[random(claims.count)] = UInt8(random(256)) }
                let signed = "\(base64URL(Array("{\"alg\":\"\(key.kind.rawValue)\"}".utf8))).\(base64URL(claims))"
                _ = refusal("\(signed).\(base64URL(key.sign(Array(signed.utf8))))")
            }
        }
    }

    @Test func `a token has at most 8 KiB`() throws {
        func token(_ filler: Int) -> String {
            let more = #""x":"\#(String(repeating: "x", count: filler))","iss""#
            return SigningKey.ed.token("ed", claims: Self.good.replacing(#""iss""#, with: more))
        }
        let size = token(6000).utf8.count
        let largest = 6000 + (CompactToken.limit - size) * 3 / 4 - 1
        #expect(CompactToken.limit - 4...CompactToken.limit ~= token(largest).utf8.count)
        _ = try verify(token(largest))
        #expect(refusal(token(largest + 4)) == .tooLong)
        #expect(refusal(String(repeating: ".", count: 10_000_000)) == .tooLong)
    }

    @Test func `what is said about a token holds nothing of it`() {
        let secret = "s3cretMarker"
        var texts: [String] = []
        for header in [
            #"{"alg":"\#(secret)"}"#, #"{"alg":"RS256","kid":"\#(secret)"}"#, #"{"alg":7,"kid":"\#(secret)"}"#,
            #"{"\#(secret)"#, secret,
        ] { texts.append(Self.forger.token(header: header, claims: Self.good)) }
        for change in [
            #""iss":"\#(secret)""#, #""iss":7,"x":"\#(secret)""#, #""iss":"\#(secret)"#, #""exp":"\#(secret)""#,
        ] {
            let claims = Self.good.replacing(#""iss":"https://issuer.test""#, with: change)
            texts.append(SigningKey.rsa.token("rsa", claims: claims))
        }
        for text in texts {
            let error = refusal(text)
            #expect(error != nil)
            #expect(
                error.map { "\($0)".contains(secret) || "\($0)".contains("\"") } == false,
                "\(String(describing: error))")
        }
    }
}
