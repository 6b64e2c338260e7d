import JSON

/// JSON for people: what our own writer has written, one field a line.
struct PrettyJSON {
    private var text: [UInt8] = []
    /// The brackets that are open.
    private var open: [UInt8] = []
    private var isInString = false
    private var isEscaped = false

    static func text(_ bytes: [UInt8]) -> String {
        var json = PrettyJSON()
        for (index, byte) in bytes.enumerated() {
            if json.isInString {
                json.addToString(byte)
            } else {
                json.add(byte, before: index + 1 < bytes.count ? bytes[index + 1] : nil)
            }
        }
        return String(decoding: json.text, as: UTF8.self).printableJSON
    }

    private mutating func addToString(_ byte: UInt8) {
        text.append(byte)
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
        }
    }

    private mutating func add(_ byte: UInt8, before next: UInt8?) {
        switch UnicodeScalar(byte) {
        case "{", "[":
            text.append(byte)
            open.append(byte)
            // Lists stay on their line.
            if byte == UInt8(ascii: "{"), next != UInt8(ascii: "}") { breakLine() }
        case "}", "]":
            open.removeLast(open.isEmpty ? 0 : 1)
            if byte == UInt8(ascii: "}"), text.last != UInt8(ascii: "{") { breakLine() }
            text.append(byte)
        case ",":
            text.append(byte)
            if open.last == UInt8(ascii: "{") { breakLine() } else { text.append(UInt8(ascii: " ")) }
        case ":":
            text.append(byte)
            text.append(UInt8(ascii: " "))
        default:
            isInString = byte == UInt8(ascii: "\"")
            text.append(byte)
        }
    }

    private mutating func breakLine() {
        text.append(UInt8(ascii: "\n"))
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * open.count))
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
