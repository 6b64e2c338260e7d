/// Which of the 128 characters of ASCII belong to a part of a message; no others do.
struct ByteSet {
    private let low: UInt64
    private let high: UInt64

    init(_ characters: StaticString) {
        var (low, high): (UInt64, UInt64) = (0, 0)
        characters.withUTF8Buffer { bytes in
            for index in bytes.indices {
                let byte = unsafe bytes[index]
                if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
            }
        }
        (self.low, self.high) = (low, high)
    }

    @inline(__always) func contains(_ byte: UInt8) -> Bool {
        byte < 128 && ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
    }

    /// What names of headers and methods consist of (RFC 9110, token).
    static let token = ByteSet("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    /// What the name of a host consists of, with its port; of IPv6 too.
    static let host = ByteSet("-._~%!$&'()*+;=:[]0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    /// What a target consists of. Beside RFC 3986 what browsers leave as it is in a query.
    static let target = ByteSet(
        "!\"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~")
}

@inline(__always) func lowercased(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }

/// Whether the bytes are this text, in capitals or not.
func matches(_ bytes: Span<UInt8>, _ text: StaticString) -> Bool {
    guard bytes.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { text in
        for index in bytes.indices where unsafe lowercased(bytes[index]) != lowercased(text[index]) { return false }
        return true
    }
}
