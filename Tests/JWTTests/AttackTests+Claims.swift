import Foundation
import JSON
import JWT
import Synchronization
import Testing
import Tokens

/// What a token claims, however well it is signed.
extension AttackTests {
    static let claims: [(change: (from: String, to: String), error: TokenError)] = [
        ((#""iss":"https://issuer.test","#, ""), .json(.claims, field: "iss", .missing)),
        ((#""https://issuer.test""#, #""https://issuer.test/""#), .issuer),
        ((#""https://issuer.test""#, #""https://ISSUER.test""#), .issuer),
        ((#""https://issuer.test""#, #"["https://issuer.test"]"#), .json(.claims, field: "iss", .notText)),
        ((#""iss":"#, #""iss":"x","iss":"#), .json(.claims, field: "iss", .repeated)),
        ((#""aud":"negawatt","#, ""), .json(.claims, field: "aud", .missing)),
        ((#""negawatt""#, #""Negawatt""#), .audience),
        ((#""negawatt""#, #""""#), .audience),
        ((#""negawatt""#, #"[]"#), .audience),
        ((#""negawatt""#, #"["other","negawatt2"]"#), .audience),
        ((#""negawatt""#, #"["negawatt",7]"#), .json(.claims, field: "aud", .notText)),
        ((#""negawatt""#, #"{"negawatt":true}"#), .json(.claims, field: "aud", .notText)),
        ((#""negawatt""#, "null"), .json(.claims, field: "aud", .notText)),
        ((#""aud":"#, #""aud":"x","aud":"#), .json(.claims, field: "aud", .repeated)),
        ((#""exp":\#(seconds + 300),"#, ""), .json(.claims, field: "exp", .missing)),
        ((#""exp":\#(seconds + 300)"#, #""exp":null"#), .json(.claims, field: "exp", .missing)),
        ((#""exp":\#(seconds + 300)"#, #""exp":"\#(seconds + 300)""#), .json(.claims, field: "exp", .notNumber)),
        ((#""exp":\#(seconds + 300)"#, #""exp":1e400"#), .json(.claims, field: "exp", .outOfRange)),
        ((#""exp":\#(seconds + 300)"#, #""exp":-1"#), .json(.claims, field: "exp", .outOfRange)),
        ((#""exp":"#, #""exp":99999999999,"exp":"#), .json(.claims, field: "exp", .repeated)),
        ((#""exp":\#(seconds + 300)"#, #""exp":\#(seconds - 60)"#), .expired),
        ((#""exp":\#(seconds + 300)"#, #""exp":0"#), .expired),
        ((#""nbf":\#(seconds)"#, #""nbf":\#(seconds + 61)"#), .notYetValid),
        ((#""nbf":\#(seconds)"#, #""nbf":"now""#), .json(.claims, field: "nbf", .notNumber)),
        ((#""iat":\#(seconds)"#, #""iat":\#(seconds + 61)"#), .issuedInFuture),
        ((#""exp":\#(seconds + 300)"#, #""exp":\#(seconds - 1)"#), .issuedAfterExpiry),
        ((#""sub":"kim""#, #""sub":7"#), .json(.claims, field: "sub", .notText)),
        (("{", "[{"), .json(.claims, field: nil, .notAnObject)),
    ]

    @Test(arguments: claims) func `claims like that are refused, however well they are signed`(
        _ change: (from: String, to: String), _ error: TokenError
    ) {
        let claims = Self.good.replacing(change.from, with: change.to)
        #expect(claims != Self.good)
        #expect(refusal(SigningKey.ed.token("ed", claims: claims)) == error, "\(claims)")
    }

    @Test(arguments: [
        (from: #""negawatt""#, to: #"["other","negawatt"]"#), (#""nbf":\#(seconds),"#, ""),
        (#","iat":\#(seconds)"#, ""),
        (#""sub":"kim","#, ""), (#""exp":\#(seconds + 300)"#, #""exp":\#(seconds + 300).1234567"#),
        (#""exp":\#(seconds + 300)"#, #""exp":253402300799"#), (#""exp":\#(seconds + 300)"#, #""exp":1.8000003e9"#),
        (#""nbf":\#(seconds)"#, #""nbf":\#(seconds + 60)"#), (#""iat":\#(seconds)"#, #""iat":\#(seconds + 60)"#),
        (#""iat":\#(seconds)"#, #""iat":\#(seconds - 100),"exp2":1"#),
    ]) func `claims that are unusual and right are taken`(_ change: (from: String, to: String)) throws {
        let claims = Self.good.replacing(change.from, with: change.to)
        #expect(claims != Self.good)
        _ = try verify(SigningKey.ed.token("ed", claims: claims))
    }

    @Test func `a token is taken until a minute after it expires, and from a minute before it begins`() throws {
        let token = SigningKey.ed.token("ed", claims: Self.good)
        let end = Self.now + 300_000 + TokenRules.leeway
        #expect(refusal(token, at: end - 1) == nil)
        #expect(refusal(token, at: end) == .expired)
        #expect(TokenRules.end(of: try verify(token)) == end)
        #expect(refusal(token, at: Self.now - TokenRules.leeway) == nil)
        #expect(refusal(token, at: Self.now - TokenRules.leeway - 1) == .notYetValid)
    }

    /// Nothing is looked at before: what a forger's claims do to us is no matter then.
    @Test func `the signature comes before the claims`() {
        for claims in ["", "{}", "\u{0}", Self.good.replacing("negawatt", with: "x"), #"{"exp":0}"#] {
            #expect(refusal(Self.forger.token("rsa", claims: claims)) == .wrongSignature)
        }
    }
}
