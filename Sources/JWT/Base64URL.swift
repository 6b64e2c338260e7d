/// Base64 as tokens have it (RFC 7515, section 2): the URL's alphabet, no padding, nothing between.
enum Base64URL {
    /// nil for a text that no encoder makes: also when the bits that are left over at the end are not zero, for then
    /// other texts would be the same bytes.
    static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var (bits, count) = (0, 0) as (UInt32, UInt32)
        for position in text.indices {
            let value = values[Int(text[position])]
            guard value < 64 else { return nil }
            bits = bits &<< 6 | UInt32(value)
            count &+= 6
            if count >= 8 {
                count &-= 8
                bytes.append(UInt8(truncatingIfNeeded: bits &>> count))
            }
        }
        return bits & (1 &<< count &- 1) == 0 ? bytes : nil
    }

    /// What each byte of a text stands for; 64 for those that are not of the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        alphabet.withUTF8Buffer { alphabet in
            for unsafe(value, byte) in unsafe alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
        }
        return values
    }()
}
