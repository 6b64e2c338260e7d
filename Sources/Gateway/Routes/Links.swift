import HTTP
import JSON

/// Absolute addresses, as this client sees the gateway.
struct Links {
    /// Scheme, host, port and what a proxy has in front of our paths: `https://dr.example.com`.
    let base: String

    /// - Parameters:
    ///   - list: `/users/`, or `/responses?userId=`: what stands in front of the id.
    ///   - rest: what stands behind it: `/ledger`.
    func to(_ list: StaticString, _ id: String = "", _ rest: StaticString = "") -> Address {
        Address(base: base, list: list, id: id.percentEncoded, rest: rest)
    }

    /// The request's own address: path and query as they were sent.
    func same(_ request: HTTPRequest) -> String {
        let query = request.target.firstIndex(of: "?").map { request.target[$0...] } ?? ""
        return base + request.path + query
    }
}

/// An absolute address, in its parts. It goes into JSON part by part: a page has a hundred of them, and to put each
/// together first costs more than all else in it.
struct Address {
    let base: String
    let list: StaticString
    /// Escaped.
    let id: String
    var rest: StaticString

    /// For a header.
    var text: String { "\(base)\(list)\(id)\(rest)" }

    /// What belongs to the thing that has this address.
    func with(_ rest: StaticString) -> Address {
        var address = self
        address.rest = rest
        return address
    }
}

extension String {
    /// As a part of a path or a value of a query: all but what never has a meaning there is escaped.
    var percentEncoded: String {
        // Ids hardly ever have anything else in them.
        let bytes = utf8.span
        if bytes.indices.allSatisfy({ Self.isPlain(bytes[$0]) }) { return self }
        var text = ""
        for byte in utf8 {
            if Self.isPlain(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

extension JSONWriter {
    /// HAL's link: `"self":{"href":"…"}`.
    mutating func link(_ relation: StaticString, _ address: Address, isTemplated: Bool = false) {
        field(
            relation,
            object: { json in
                json.field(
                    "href",
                    text: { json in
                        // No host and no escaped id needs escapes.
                        json.raw(address.base)
                        json.raw(address.list)
                        json.raw(address.id)
                        json.raw(address.rest)
                    })
                if isTemplated { json.field("templated", true) }
            })
    }

    /// The same, of an address that came with the request.
    mutating func link(_ relation: StaticString, _ address: String, isTemplated: Bool = false) {
        field(
            relation,
            object: { json in
                json.field("href", address)
                if isTemplated { json.field("templated", true) }
            })
    }
}
