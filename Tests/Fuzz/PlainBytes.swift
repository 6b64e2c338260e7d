extension [UInt8] {
    /// On one line, so that it can be typed in again: what is not plain ASCII stands as `\xNN`.
    var plain: String {
        var text = "'"
        for byte in self {
            switch byte {
            case UInt8(ascii: "\\"): text += "\\\\"
            case UInt8(ascii: "'"): text += "\\'"
            case 0x20..<0x7F: text.unicodeScalars.append(UnicodeScalar(byte))
            default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text + "'"
    }
}
