import Glibc

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

extension ArraySlice<UInt8> {
    /// Where these bytes, one or more, begin for the first time. The standard library's own search takes most of a
    /// campaign's time.
    func place(of bytes: StaticString) -> Int? {
        unsafe withUnsafeBytes { own in
            guard let start = own.baseAddress else { return nil }
            let count = bytes.utf8CodeUnitCount
            var place = 0
            while place + count <= own.count,
                let found = unsafe memchr(start + place, Int32(bytes.utf8Start[0]), own.count - count + 1 - place)
            {
                place = unsafe UnsafeRawPointer(found) - start
                if unsafe memcmp(found, bytes.utf8Start, count) == 0 { return startIndex + place }
                place += 1
            }
            return nil
        }
    }
}
