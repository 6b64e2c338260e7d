import Daemon

/// A strong entity tag: two hashes of 64 bits over whatever an answer is made of. No two answers that anybody compares
/// are taken for one another by it.
struct Tag {
    private var (one, other): (UInt64, UInt64) = (0xCBF2_9CE4_8422_2325, 0x9E37_79B9_7F4A_7C15)

    mutating func add(_ word: UInt64) {
        one = (one ^ word) &* 0xFF51_AFD7_ED55_8CCD
        one ^= one >> 32
        other = (other &+ word) &* 0x5851_F42D_4C95_7F2D
        other ^= other >> 29
    }

    /// Eight bytes at a step, then what is left and how many there were.
    mutating func add(_ bytes: Span<UInt8>) {
        let whole = bytes.count & ~7
        unsafe bytes.withUnsafeBytes { bytes in
            for place in stride(from: 0, to: whole, by: 8) {
                add(unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            }
        }
        var rest: UInt64 = 0
        for place in whole..<bytes.count { rest = rest << 8 | UInt64(bytes[place]) }
        add(rest)
        add(UInt64(bytes.count))
    }

    mutating func add(_ text: String) { add(text.utf8.span) }
    mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }
    mutating func add(_ isSo: Bool) { add(isSo ? 1 as UInt64 : 0) }

    /// What is not there is not the same as what is empty.
    mutating func add(_ text: String?) {
        add(text != nil)
        if let text { add(text) }
    }

    mutating func add(_ number: Int64?) {
        add(number != nil)
        if let number { add(number) }
    }

    mutating func add(_ numbers: [Int64]) {
        add(Int64(numbers.count))
        for number in numbers { add(number) }
    }

    /// As it stands in a header.
    var text: String { "\"\(digits)\"" }

    /// The same with a second part, of what moves by itself: see `stands(in:for:)`.
    func text(_ moving: Tag) -> String { "\"\(digits).\(moving.digits)\"" }

    private var digits: String {
        unsafe String(unsafeUninitializedCapacity: 32) { text in
            for digit in 0..<32 {
                let half = digit < 16 ? one : other
                let value = UInt8(truncatingIfNeeded: half >> UInt64(60 - digit % 16 * 4)) & 15
                unsafe text[digit] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
            }
            return 32
        }
    }

    /// Whether If-None-Match says that the answer of a tag is known.
    static func isAmong(_ header: String, _ tag: String) -> Bool { header == tag || any(of: header) { $0 == tag } }

    /// Whether If-Match means the state that a tag stands for: its second part does not matter.
    static func stands(in header: String, for tag: String) -> Bool {
        let state = tag.prefix { $0 != "." }
        return any(of: header) { $0.prefix { $0 != "." } == state }
    }

    /// Proxies that compress make tags weak.
    private static func any(of header: String, _ isMeant: (Substring) -> Bool) -> Bool {
        header.split(separator: ",").contains { part in
            let text = part.filter { $0 != " " }
            return text == "*" || isMeant(text.hasPrefix("W/") ? text.dropFirst(2) : text[...])
        }
    }
}

extension Tag {
    /// Of a body as it goes out.
    init(_ body: [UInt8]) { add(body.span) }

    /// The beginning of the tag of what is shown in this call: the rest of it is what the thing itself is made of.
    /// Another version may write the same in another way.
    init(_ call: Call) {
        add(Version.text)
        add(call.links.base)
        let permissions = call.permissions
        add(permissions.isOperator)
        add(permissions.seesAll)
        add(permissions.customer)
    }
}
