package import JSON

/// Why a token is not taken. It says what is wrong and nothing that stands in the token: whoever sent it is not known
/// yet, and what is said here goes into answers and logs.
package enum TokenError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Part: String, Sendable { case header, claims, signature }

    case tooLong
    /// Not a signed token in its compact form: other numbers of parts are other things.
    case notThreeParts
    case notBase64URL(Part)
    /// `field` is one that was looked for; nil is all of the part.
    case json(Part, field: String?, JSONError.Reason)
    case critical
    case algorithm
    /// The key's id is not among the keys. They may have changed since they were fetched.
    case unknownKey
    /// No key's id, and not just one key that its algorithm could have.
    case noKey
    /// The key that it names is for another algorithm.
    case unfitKey
    case wrongSignature
    case issuer
    case audience
    case expired
    case notYetValid
    case issuedInFuture
    case issuedAfterExpiry

    package var description: String {
        switch self {
        case .tooLong: "the token is longer than \(CompactToken.limit) bytes"
        case .notThreeParts: "the token is not three parts with dots between them"
        case .notBase64URL(let part): "the token's \(part.rawValue) part is not base64url without padding"
        case .json(let part, nil, let reason): "the token's \(part.rawValue) part \(reason.rawValue)"
        case .json(let part, let field?, let reason): "\(field) in the token's \(part.rawValue) part \(reason.rawValue)"
        case .critical: "the token has critical extensions (crit), and none is supported"
        case .algorithm:
            "the token's algorithm is not \(SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: " or "))"
        case .unknownKey: "the token's key (kid) is not among the keys"
        case .noKey: "the token names no key (kid), and its algorithm does not identify one"
        case .unfitKey: "the token's key (kid) is not for its algorithm"
        case .wrongSignature: "the token's signature is wrong"
        case .issuer: "the token is not from the expected issuer (iss)"
        case .audience: "the token is not for this audience (aud)"
        case .expired: "the token has expired (exp)"
        case .notYetValid: "the token is not valid yet (nbf)"
        case .issuedInFuture: "the token was issued in the future (iat)"
        case .issuedAfterExpiry: "the token was issued (iat) after it expires (exp)"
        }
    }
}
