import JSON

/// A signed token in its compact form, taken apart: header, payload and signature. Nothing in it is trusted yet.
package struct CompactToken: Sendable {
    /// In bytes.
    package static let limit = 8192
    /// Fields of the header, and elements in it, nested ones included.
    private static let headerMembers = 64
    private static let keyIDLimit = 256

    package let algorithm: SignatureAlgorithm
    /// `kid`.
    package let keyID: String?
    package let payload: [UInt8]
    let signature: [UInt8]
    /// What was signed: so many bytes at the beginning.
    let signedCount: Int

    package init(_ text: Span<UInt8>) throws(TokenError) {
        guard text.count <= Self.limit else { throw .tooLong }
        var dots: [Int] = []
        for position in text.indices where text[position] == UInt8(ascii: ".") {
            dots.append(position)
            guard dots.count <= 2 else { break }
        }
        guard dots.count == 2 else { throw .notThreeParts }
        guard let header = Base64URL.decode(text.extracting(0..<dots[0])) else { throw .notBase64URL(.header) }
        guard let payload = Base64URL.decode(text.extracting(dots[0] + 1..<dots[1])) else {
            throw .notBase64URL(.claims)
        }
        guard let signature = Base64URL.decode(text.extracting(dots[1] + 1..<text.count)) else {
            throw .notBase64URL(.signature)
        }
        (algorithm, keyID) = try Self.read(header)
        (self.payload, self.signature, signedCount) = (payload, signature, dots[1])
    }

    /// What else a header holds does not count: keys that a token brings along, or tells the place of, are nobody's
    /// (`jwk`, `jku`, `x5c`, `x5u`), and many issuers write a `typ` of their own.
    private static func read(_ header: [UInt8]) throws(TokenError) -> (SignatureAlgorithm, String?) {
        var reader = JSONReader()
        let name: String
        let keyID: String?
        do throws(JSONError) {
            let fields = try reader.fields(of: header.span, members: headerMembers)
            guard !fields.isThere("crit") else { throw JSONError(field: "crit", .unfit) }
            name = try fields.required("alg")
            keyID = fields.has("kid") ? try fields.string("kid", atMost: keyIDLimit) : nil
        } catch {
            throw error.field == "crit" ? .critical : .json(.header, field: error.field, error.reason)
        }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else { throw .algorithm }
        return (algorithm, keyID)
    }
}
