/// The signatures that are taken, by their names in tokens and keys. There is no other list: what is not here is
/// refused, `none` and the HMACs of HS256 and its like among it.
package enum SignatureAlgorithm: String, CaseIterable, Sendable {
    /// RSA with PKCS #1 v1.5 and SHA-256.
    case rs256 = "RS256"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
    /// Ed25519; the name would stand for Ed448 as well.
    case edDSA = "EdDSA"
}
