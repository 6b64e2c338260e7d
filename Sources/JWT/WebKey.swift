import JSON

/// One key of a JWK Set.
struct WebKey {
    /// Why a key is left out, behind its name.
    enum Unfit: String, Error {
        case object = "is not an object, or one of its fields is not a string or appears twice"
        case type = "is neither RSA, EC nor OKP"
        case curve = "is on a curve other than P-256 and Ed25519"
        case use = "is not for signatures (use, key_ops)"
        case algorithm = "has an algorithm (alg) other than RS256, ES256 and EdDSA, or one of another key type"
        case secret = "holds the private key as well: anyone who reads it can sign tokens"
        case value = "is not a valid key, or its size is out of bounds: RSA takes 2048 to 8192 bits"
    }

    private static let textLimit = 2048

    let id: String?
    let key: PublicKey

    init(_ text: [UInt8]) throws(Unfit) {
        var reader = JSONReader()
        do {
            let fields = try reader.fields(of: text.span)
            let type = try fields.string("kty", atMost: Self.textLimit)
            guard ["RSA", "EC", "OKP"].contains(type) else { throw Unfit.type }
            guard !fields.isThere("d") else { throw Unfit.secret }
            let use: String? = try fields.optional("use")
            let operations = fields.has("key_ops") ? try fields.strings("key_ops", atMost: 16) : ["verify"]
            guard use ?? "sig" == "sig", operations.contains("verify") else { throw Unfit.use }
            id = try fields.optional("kid")
            key = try Self.key(type, fields)
            let algorithm = try fields.optional("alg") ?? key.algorithm.rawValue
            guard algorithm == key.algorithm.rawValue else { throw Unfit.algorithm }
        } catch let unfit as Unfit { throw unfit } catch { throw .object }
    }

    private static func key(_ type: String, _ fields: borrowing Fields) throws -> PublicKey {
        let key: PublicKey?
        switch type {
        case "RSA": key = .rsa(modulus: try bytes("n", fields), exponent: try bytes("e", fields))
        case "EC":
            guard try fields.required("crv") == "P-256" else { throw Unfit.curve }
            key = .p256(x: try bytes("x", fields), y: try bytes("y", fields))
        default:
            guard try fields.required("crv") == "Ed25519" else { throw Unfit.curve }
            key = .ed25519(try bytes("x", fields))
        }
        guard let key else { throw Unfit.value }
        return key
    }

    private static func bytes(_ name: StaticString, _ fields: borrowing Fields) throws -> [UInt8] {
        guard let bytes = Base64URL.decode(try fields.string(name, atMost: textLimit).utf8.span) else {
            throw Unfit.value
        }
        return bytes
    }
}
