import HTTP
import JSON

/// Absolute addresses, as this client sees the gateway.
struct Links {
    /// Scheme, host, port and what a proxy has in front of our paths: `https://dr.example.com`.
    let base: String

    func to(_ parts: String...) -> String {
        var address = base
        // Made once, and not at each part that is added.
        address.reserveCapacity(base.utf8.count + 80)
        for part in parts {
            address += "/"
            address += part.percentEncoded
        }
        return address
    }

    /// A list of what belongs to one thing: `/responses?drId=7`.
    func to(_ list: String, of name: String, _ id: String) -> String {
        var address = to(list)
        address += "?"
        address += name
        address += "="
        address += id.percentEncoded
        return address
    }

    /// The request's own address: path and query as they were sent.
    func same(_ request: HTTPRequest) -> String {
        let query = request.target.firstIndex(of: "?").map { request.target[$0...] } ?? ""
        return base + request.path + query
    }
}

extension String {
    /// As a part of a path or a value of a query: all but what never has a meaning there is escaped.
    var percentEncoded: String {
        // Ids hardly ever have anything else in them.
        if utf8.allSatisfy(Self.isPlain) { return self }
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
    mutating func link(_ relation: StaticString, _ address: String, isTemplated: Bool = false) {
        field(
            relation,
            object: { json in
                json.field("href", address)
                if isTemplated { json.field("templated", true) }
            })
    }
}
