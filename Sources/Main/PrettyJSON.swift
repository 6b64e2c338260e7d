import JSON

/// JSON for people: what our own writer has written, one field a line.
enum PrettyJSON {
    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        /// The brackets that are open.
        var open: [UInt8] = []
        var isInString = false
        var isEscaped = false
        func line() {
            text.append(UInt8(ascii: "\n"))
            text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * open.count))
        }
        for (index, byte) in bytes.enumerated() {
            if isInString {
                text.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch UnicodeScalar(byte) {
            case "{", "[":
                text.append(byte)
                open.append(byte)
                // Lists stay on their line.
                let isEmpty = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "}")
                if byte == UInt8(ascii: "{"), !isEmpty { line() }
            case "}", "]":
                open.removeLast(open.isEmpty ? 0 : 1)
                if byte == UInt8(ascii: "}"), text.last != UInt8(ascii: "{") { line() }
                text.append(byte)
            case ",":
                text.append(byte)
                if open.last == UInt8(ascii: "{") { line() } else { text.append(UInt8(ascii: " ")) }
            case ":":
                text.append(byte)
                text.append(UInt8(ascii: " "))
            case "\"":
                isInString = true
                text.append(byte)
            default: text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self).printableJSON
    }
}

/// One JSON object as text, in which nothing is invisible.
enum JSONLine {
    static func text(_ fields: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        json.object(fields)
        let bytes = json.bytes
        return unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }.printableJSON
    }
}
