/// The bytes behind the escapes of a string, which the scanner has checked: one after the other, so that nobody has to
/// keep them.
struct Unescaped: ~Escapable {
    private var scanner: Scanner
    /// Of a scalar beyond ASCII that was escaped: the bytes still to come, the next one lowest.
    private var pending: UInt32 = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { scanner = Scanner(text) }

    @inline(__always)
    mutating func next() -> UInt8? {
        if pending != 0 {
            let byte = UInt8(truncatingIfNeeded: pending)
            pending >>= 8
            return byte
        }
        guard let byte = scanner.next else { return nil }
        scanner.position &+= 1
        guard byte == UInt8(ascii: "\\"), let escape = scanner.next else { return byte }
        scanner.position &+= 1
        switch escape {
        case UInt8(ascii: "u"): return begin(scanner.scalar())
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        default: return escape
        }
    }

    /// The first byte of a scalar's UTF-8; those behind it are never zero.
    @inline(__always)
    private mutating func begin(_ scalar: UInt32) -> UInt8 {
        func follower(_ shift: UInt32) -> UInt32 { 0x80 | scalar >> shift & 0x3F }
        switch scalar {
        case ..<0x80: return UInt8(truncatingIfNeeded: scalar)
        case ..<0x800:
            pending = follower(0)
            return UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
        case ..<0x10000:
            pending = follower(6) | follower(0) << 8
            return UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
        default:
            pending = follower(12) | follower(6) << 8 | follower(0) << 16
            return UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
        }
    }

    /// Whether this is all of the word; stops at the first difference.
    static func equals(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        var bytes = Unescaped(text)
        for position in 0..<word.utf8CodeUnitCount where unsafe bytes.next() != word.utf8Start[position] {
            return false
        }
        return bytes.next() == nil
    }
}

extension Scanner {
    /// The scalar whose first hexadecimal digit is at the position, and a low surrogate's escape with it.
    @inline(__always)
    fileprivate mutating func scalar() -> UInt32 {
        guard let unit = try? hexUnit() else { return 0xFFFD }
        guard unit & 0xF800 == 0xD800 else { return UInt32(unit) }
        position &+= 2
        guard let low = try? hexUnit() else { return 0xFFFD }
        return 0x10000 &+ (UInt32(unit) & 0x3FF) << 10 &+ UInt32(low) & 0x3FF
    }
}
