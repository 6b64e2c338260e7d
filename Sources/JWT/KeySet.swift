package import JSON

/// The keys of an issuer, from a JWK Set (RFC 7517). Keys for other algorithms and purposes are left out, as the RFC
/// wants it.
package struct KeySet: Sendable {
    /// Of the text, in bytes.
    package static let sizeLimit = 262_144
    /// Keys in a set, those that are left out included.
    package static let limit = 64

    private struct Entry {
        let id: String?
        let key: PublicKey
    }

    private let entries: [Entry]
    /// Why keys were left out, for an operator, each with its place in the set.
    package let skipped: [String]
    package var count: Int { entries.count }

    /// - Throws: when the text is no set, or none of its keys is fit: a set without keys would refuse all.
    package init(_ text: Span<UInt8>) throws(KeySetError) {
        guard text.count <= Self.sizeLimit else { throw .tooLarge }
        var reader = JSONReader()
        let texts: [[UInt8]?]
        do throws(JSONError) {
            texts = try reader.fields(of: text, members: 64 * Self.limit).objects("keys", atMost: Self.limit)
        } catch { throw .json(error) }
        var (entries, skipped) = ([], []) as ([Entry], [String])
        for (place, text) in texts.enumerated() {
            do throws(WebKey.Unfit) {
                let webKey = try WebKey(text ?? [])
                entries.append(Entry(id: webKey.id, key: webKey.key))
            } catch { skipped.append("key \(place) \(error.rawValue)") }
        }
        guard !entries.isEmpty else { throw .noKeys(skipped) }
        (self.entries, self.skipped) = (entries, skipped)
    }

    /// The key of a token: the one that it names and that is for its algorithm; of a token that names none, the only
    /// one that is.
    func key(of token: CompactToken) throws(TokenError) -> PublicKey {
        guard let id = token.keyID else {
            let fit = entries.filter { $0.key.algorithm == token.algorithm }
            guard let only = fit.first, fit.count == 1 else { throw .noKey }
            return only.key
        }
        // By their bytes: other texts than the same one look the same to a comparison of characters.
        let named = entries.filter { $0.id?.utf8.elementsEqual(id.utf8) == true }
        guard !named.isEmpty else { throw .unknownKey }
        guard let fit = named.first(where: { $0.key.algorithm == token.algorithm }) else { throw .unfitKey }
        return fit.key
    }

    /// Finds the key and has it verify the signature. What the payload says is another matter.
    package func verify(_ token: CompactToken, in text: Span<UInt8>) throws(TokenError) {
        let key = try key(of: token)
        guard key.verifies(token.signature, of: text.extracting(0..<token.signedCount)) else { throw .wrongSignature }
    }
}

/// Why there are no keys.
package enum KeySetError: Error, CustomStringConvertible {
    case tooLarge
    case json(JSONError)
    case noKeys([String])

    package var description: String {
        switch self {
        case .tooLarge: "the set of keys is larger than \(KeySet.sizeLimit) bytes"
        case .json(let error): "the set of keys is not a JWK Set: \(error)"
        case .noKeys(let skipped):
            "the set holds no key for \(SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", "))"
                + (skipped.isEmpty ? "" : ": \(skipped.joined(separator: "; "))")
        }
    }
}
