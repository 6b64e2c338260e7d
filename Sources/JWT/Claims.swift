package import JSON

/// What a token says, once its signature is known to be right. Times are in ms since 1970.
package struct Claims: Sendable {
    /// Fields, and elements in them, nested ones included.
    private static let members = 1000
    /// Elements of a list.
    package static let listLimit = 100

    /// `sub`.
    package let subject: String?
    package let expiresAt: Int64
    let issuer: String
    let audiences: [String]
    let notBefore: Int64?
    let issuedAt: Int64?
    private let payload: [UInt8]

    init(_ payload: [UInt8]) throws(TokenError) {
        var reader = JSONReader()
        do throws(JSONError) {
            let fields = try reader.fields(of: payload.span, members: Self.members)
            issuer = try fields.required("iss")
            switch try fields.loose("aud", atMost: Self.listLimit) {
            case .text(let audience): audiences = [audience]
            case .texts(let all): audiences = all
            case nil: throw JSONError(field: "aud", .missing)
            default: throw JSONError(field: "aud", .notText)
            }
            subject = try fields.optional("sub")
            expiresAt = try Self.time("exp", fields)
            notBefore = fields.has("nbf") ? try Self.time("nbf", fields) : nil
            issuedAt = fields.has("iat") ? try Self.time("iat", fields) : nil
        } catch { throw .json(.claims, field: error.field, error.reason) }
        self.payload = payload
    }

    /// Seconds since 1970. Issuers that compute in floating point write up to seven decimals.
    private static func time(_ name: StaticString, _ fields: borrowing Fields) throws(JSONError) -> Int64 {
        try fields.required(name, decimals: 7, in: 0...Int64.max) / 10_000
    }

    /// A claim that a setting names; nil when there is none.
    package func value(_ path: ClaimPath) throws(TokenError) -> LooseValue? {
        var object = payload
        do throws(JSONError) {
            for name in path.names.dropLast() {
                var reader = JSONReader()
                guard case .object(let inner) = try reader.fields(of: object.span).loose(name, atMost: Self.listLimit)
                else { return nil }
                object = inner
            }
            var reader = JSONReader()
            return try reader.fields(of: object.span).loose(path.names.last ?? "", atMost: Self.listLimit)
        } catch { throw .json(.claims, field: path.description, error.reason) }
    }
}

/// Where a claim stands: its name, or a JSON Pointer (RFC 6901) to one that is nested, as `/realm_access/roles`.
package struct ClaimPath: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    let names: [String]

    package init(_ text: String) {
        description = text
        guard text.hasPrefix("/") else {
            names = [text]
            return
        }
        names = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(Self.unescaped)
    }

    private static func unescaped(_ name: Substring) -> String {
        let parts = name.split(separator: "~1", omittingEmptySubsequences: false)
        return parts.map { $0.split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~") }
            .joined(separator: "/")
    }
}
