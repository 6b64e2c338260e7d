/// Takes a secret out of words of the utility's, which may say again what it was asked with, in whatever way they write
/// it: as it stands, percent-encoded however often, with JSON's or HTML's escapes, or a part of it alone.
package enum SecretWords {
    /// So much of a secret is hidden also where the rest is not there.
    private static let part = 8

    /// What some bytes of a text stand for.
    private struct Unit {
        let byte: UInt8
        let range: Range<Int>
    }

    /// - Parameters:
    ///   - secret: nothing is hidden where it is empty.
    ///   - words: a few hundred bytes: it takes their number times the secret's.
    ///   - isLoose: whether what separates digits does not count: blanks, dots, dashes.
    package static func hide(
        _ secret: some Collection<UInt8>, in words: String, as name: String, isLoose: Bool = false
    ) -> String {
        let bytes = Array(words.utf8)
        let all = { (units: [Unit]) in isLoose ? units.filter { !isSeparator($0.byte) } : units }
        let secret = all(units(Array(secret))).map(\.byte)
        let units = all(units(bytes))
        let least = isLoose ? secret.count : min(part, secret.count)
        guard least > 0, units.count >= least else { return words }
        var (hidden, copied, place) = ([UInt8](), 0, 0)
        while place < units.count {
            let length = longest(units[place...], secret, isWhole: isLoose)
            guard length >= least else {
                place += 1
                continue
            }
            hidden += bytes[copied..<units[place].range.lowerBound] + Array(name.utf8)
            copied = units[place + length - 1].range.upperBound
            place += length
        }
        return String(decoding: hidden + bytes[copied...], as: UTF8.self)
    }

    /// How much of the secret begins here.
    private static func longest(_ units: ArraySlice<Unit>, _ secret: [UInt8], isWhole: Bool) -> Int {
        guard let first = units.first else { return 0 }
        var longest = 0
        for start in secret.indices where secret[start] == first.byte && (start == 0 || !isWhole) {
            let length = zip(units, secret[start...]).prefix { $0.byte == $1 }.count
            longest = max(longest, length)
        }
        return longest
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { [0x20, 0x2D, 0x2E].contains(byte) }

    private static func units(_ bytes: [UInt8]) -> [Unit] {
        var (units, place) = ([Unit](), 0)
        while place < bytes.count {
            let (byte, end) = escape(bytes, at: place) ?? (bytes[place], place + 1)
            units.append(Unit(byte: byte, range: place..<end))
            place = end
        }
        return units
    }

    /// A byte that is written as an escape, and where that ends.
    private static func escape(_ bytes: [UInt8], at place: Int) -> (UInt8, Int)? {
        switch bytes[place] {
        case UInt8(ascii: "%"):
            guard var byte = number(bytes, place + 1, digits: 2, radix: 16) else { return nil }
            var end = place + 3
            // %252B is %2B is +.
            while byte == UInt8(ascii: "%"), let next = number(bytes, end, digits: 2, radix: 16) {
                (byte, end) = (next, end + 2)
            }
            return (byte, end)
        case UInt8(ascii: "\\"):
            guard place + 1 < bytes.count else { return nil }
            guard bytes[place + 1] == UInt8(ascii: "u") else { return (bytes[place + 1], place + 2) }
            return number(bytes, place + 2, digits: 4, radix: 16).map { ($0, place + 6) }
        case UInt8(ascii: "&"): return entity(bytes, at: place)
        default: return nil
        }
    }

    private static func entity(_ bytes: [UInt8], at place: Int) -> (UInt8, Int)? {
        guard let end = bytes[place...].prefix(10).firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
        let names: [String: UInt8] = ["amp": 0x26, "lt": 0x3C, "gt": 0x3E, "quot": 0x22, "apos": 0x27]
        let byte =
            names[name] ?? (name.hasPrefix("#x") ? UInt8(name.dropFirst(2), radix: 16) : UInt8(name.dropFirst()))
        return byte.map { ($0, end + 1) }
    }

    private static func number(_ bytes: [UInt8], _ place: Int, digits: Int, radix: Int) -> UInt8? {
        guard place + digits <= bytes.count else { return nil }
        return UInt8(String(decoding: bytes[place..<(place + digits)], as: UTF8.self), radix: radix)
    }
}
