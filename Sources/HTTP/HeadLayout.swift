/// Where the parts of a head lie in libmicrohttpd's memory, and that nothing lies between them which it has not shown.
///
/// Up to 0.9.77 libmicrohttpd makes C strings out of the head where it lies. Each line is to end with CR and LF, which
/// become two zeros. It also takes a bare LF, which becomes one; a line that continues in the next one is moved; and
/// behind a zero that the client has sent the rest of the line is not shown. Then the parts do not follow each other as
/// they have to, and another server may have read another head. From 1.0 on it refuses all of that by itself, and may
/// lay parts out as it likes.
struct HeadLayout {
    /// Where the next line has to begin.
    private var next: UInt
    private(set) var isContiguous: Bool

    /// - Parameters:
    ///   - method, target, version: where they begin, and how long the first two are up to their first zero.
    init(method: UInt, methodCount: UInt, target: UInt, targetEnd: UInt, version: UInt) {
        isContiguous = method &+ methodCount &+ 1 == target && targetEnd &+ 1 == version
        // HTTP/1.1, CR, LF.
        next = version &+ 10
    }

    mutating func add(name: UInt, nameCount: UInt, value: UInt, valueCount: UInt) {
        // Blanks may lie between the colon and the value: no more than there are in a line.
        if name != next || value <= name &+ nameCount { isContiguous = false }
        next = value &+ valueCount &+ 2
    }

    /// - Parameter end: what lies behind the head: its empty line ends with CR and LF too.
    mutating func close(end: UInt) { if end != next &+ 2 { isContiguous = false } }
}
