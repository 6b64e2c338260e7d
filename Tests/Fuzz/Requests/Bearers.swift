import Foundation
import Tokens

/// Tokens of an issuer that the gateway trusts, and such as it must not take.
struct Bearers: Sendable {
    enum Kind: CaseIterable {
        case `operator`, auditor, customer
        /// Whoever comes with it is nobody.
        case bad
    }

    static let issuer = "https://issuer.test"
    static let audience = "negawatt"

    let keySet: String
    private let tokens: [Kind: [String]]

    init(now: Date = Date()) {
        let (key, other) = (SigningKey(.edDSA), SigningKey(.edDSA))
        keySet = Tokens.keySet([key.jwk("k")])
        let second = Int64(now.timeIntervalSince1970)
        func claims(
            _ name: String, _ more: String, issuer: String = Self.issuer, audience: String = Self.audience,
            age: Int64 = 0
        ) -> String {
            #"{"iss":"\#(issuer)","aud":"\#(audience)","sub":"\#(name)","iat":\#(second - age),"exp":\#(second - age + 86_400)\#(more)}"#
        }
        let asOperator = #","roles":["operator"]"#
        let good = claims("kim", asOperator)
        tokens = [
            .operator: ["kim", "lee", "김"].map { key.token("k", claims: claims($0, asOperator)) },
            .auditor: [key.token("k", claims: claims("audit", #","roles":"openid auditor""#))],
            .customer: (0..<4).map {
                key.token("k", claims: claims("c\($0)", #","roles":["customer"],"customer":"u-\#($0)""#))
            },
            .bad: [
                key.token("k", claims: claims("late", asOperator, age: 200_000)),
                key.token("k", claims: claims("early", asOperator, age: -200_000)),
                key.token("k", claims: claims("x", asOperator, issuer: "https://other.test")),
                key.token("k", claims: claims("x", asOperator, audience: "other")),
                key.token("k", claims: claims("x", #","roles":["root"]"#)),
                key.token("k", claims: claims("x", #","roles":["customer"]"#)),
                key.token("k", claims: claims("x", #","roles":["customer"],"customer":"a/b""#)),
                key.token("k", claims: "[]"), key.token("k", claims: ""), key.token("other", claims: good),
                other.token("k", claims: good), key.token(header: #"{"alg":"none","kid":"k"}"#, claims: good),
                key.token(header: #"{"alg":"EdDSA","kid":"k","crit":["b64"]}"#, claims: good),
                forgedHS256(header: #"{"alg":"HS256","kid":"k"}"#, claims: good, secret: key.publicBytes),
                "\(base64URL(Array(#"{"alg":"none"}"#.utf8))).\(base64URL(Array(good.utf8))).", "..", "a.b.c",
                String(repeating: "a", count: 9000), "a.\(String(repeating: "e30", count: 2000)).c",
            ],
        ]
    }

    func header(_ kind: Kind, _ number: Int) -> String {
        let tokens = tokens[kind] ?? []
        return "Bearer \(tokens[number % tokens.count])"
    }
}
