/// What a token has to say to be taken here (RFC 8725). No clock: time comes in as an argument, in ms since 1970.
package struct TokenRules: Hashable, Sendable {
    /// How far the issuer's clock and ours may be apart.
    package static let leeway: Int64 = 60_000

    /// `iss`, by its bytes.
    package var issuer: String
    /// One of `aud`.
    package var audience: String

    package init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
    }

    /// The signature comes before anything that the token says is looked at.
    package func verify(_ text: Span<UInt8>, with keys: KeySet, at now: Int64) throws(TokenError) -> Claims {
        let token = try CompactToken(text)
        try keys.verify(token, in: text)
        let claims = try Claims(token.payload)
        try check(claims, at: now)
        return claims
    }

    /// The last moment at which such claims are taken.
    package static func end(of claims: Claims) -> Int64 { claims.expiresAt + leeway }

    private func check(_ claims: Claims, at now: Int64) throws(TokenError) {
        guard claims.issuer.utf8.elementsEqual(issuer.utf8) else { throw .issuer }
        guard claims.audiences.contains(where: { $0.utf8.elementsEqual(audience.utf8) }) else { throw .audience }
        guard now < Self.end(of: claims) else { throw .expired }
        if let start = claims.notBefore, start - Self.leeway > now { throw .notYetValid }
        if let issued = claims.issuedAt {
            guard issued - Self.leeway <= now else { throw .issuedInFuture }
            guard issued <= claims.expiresAt else { throw .issuedAfterExpiry }
        }
    }
}
