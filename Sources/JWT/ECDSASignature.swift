/// Two forms of one signature: tokens have r and s side by side, 32 bytes each (RFC 7518, section 3.4), and OpenSSL
/// wants DER.
enum ECDSASignature {
    static func der(_ pair: [UInt8]) -> [UInt8] {
        let numbers = integer(pair.prefix(32)) + integer(pair.suffix(32))
        // At most 70: a length of one byte.
        return [0x30, UInt8(numbers.count)] + numbers
    }

    /// As short as it can be, and not negative.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var digits = bytes.drop { $0 == 0 }
        if digits.first ?? 0x80 >= 0x80 { digits = [0] + digits }
        return [0x02, UInt8(digits.count)] + digits
    }
}
