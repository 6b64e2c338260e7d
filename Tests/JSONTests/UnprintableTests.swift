import Testing

@testable import JSON

@Suite struct UnprintableTests {
    @Test func `what cannot be seen is escaped for a terminal`() {
        #expect("plain, 한글 😀 ~".printable == "plain, 한글 😀 ~")
        #expect(
            "a\u{200B}\u{1B}[31m\u{9B}\u{7F}\u{202E}\n\u{2028}\u{E0041}".printable
                == #"a\u{200B}\u{1B}[31m\u{9B}\u{7F}\u{202E}\u{A}\u{2028}\u{E0041}"#)
        #expect("two\nlines\r\u{85}".printableLines == "two\nlines\\u{D}\\u{85}")
    }

    @Test func `JSON stays the same value`() throws {
        let text = "{\"a\":\"x\u{200B}y\u{E0041}\u{7F}\u{9B}한\"}\n"
        #expect(text.printableJSON == "{\"a\":\"x\\u200by\\udb40\\udc41\\u007f\\u009b한\"}\n")
        var reader = JSONReader()
        let string: String = try reader.fields(of: text.printableJSON.utf8.span).required("a")
        #expect(string == "x\u{200B}y\u{E0041}\u{7F}\u{9B}한")
    }

    @Test func `what is shown is short`() {
        #expect("ab".shown == "\"ab\"")
        #expect(String(repeating: "x", count: 41).shown == "\"" + String(repeating: "x", count: 40) + "…\"")
        #expect(String(repeating: "x", count: 40).shown == "\"" + String(repeating: "x", count: 40) + "\"")
    }

    /// Written out in another way than in the sources: by hand from the standard's names.
    @Test(
        arguments: [
            0x00, 0x1F, 0x7F, 0x80, 0x9F, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, 0x180F,
            0x200B, 0x200C,
            0x200D, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2064, 0x2066, 0x2069, 0x206A, 0x206F,
            0x3164, 0xFE00,
            0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0xFFF9, 0xFFFC, 0xFFFE, 0xE0000, 0xE0FFF, 0x600, 0x605, 0x6DD, 0x70F, 0x890,
            0x891, 0x8E2, 0x2800, 0xFDD0, 0xFDEF, 0x110BD, 0x110CD, 0x13430, 0x1343F, 0x1BCA0, 0x1BCA3, 0x1D173,
            0x1D17A,
            0x1FFFE, 0xFFFFF, 0x10FFFE, 0x10FFFF,
        ] as [UInt32])
    func `the list holds both ends of each range`(_ value: UInt32) throws {
        #expect(try #require(Unicode.Scalar(value)).unprintable != nil)
    }

    @Test(
        arguments: [
            0x20, 0x7E, 0xA0, 0xAC, 0xAE, 0x34E, 0x350, 0x61B, 0x61D, 0x180A, 0x1810, 0x200A, 0x2010, 0x202F, 0x205F,
            0x2070, 0x3163,
            0x3165, 0xFDCF, 0xFDF0, 0xFDFF, 0xFE10, 0xFEFE, 0xFFA1, 0xFFEF, 0xFFFD, 0xDFFFD, 0xE1000, 0x3000, 0xAC00,
            0x5FF, 0x606, 0x88F, 0x892, 0x27FF, 0x2801, 0x1342F, 0x13440, 0x1D172, 0x1D17B, 0x10FFFD,
        ] as [UInt32])
    func `what can be seen is not in the list`(_ value: UInt32) throws {
        #expect(try #require(Unicode.Scalar(value)).unprintable == nil)
    }

    /// When a new toolchain knows further ones, they come into the list, topics/ and the checker.
    @Test func `the list holds what Unicode knows`() {
        let missing = (0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init).filter {
            let kinds: [Unicode.GeneralCategory] = [.control, .format, .lineSeparator, .paragraphSeparator]
            let properties = $0.properties
            return $0.unprintable == nil
                && (kinds.contains(properties.generalCategory) || properties.isDefaultIgnorableCodePoint
                    || properties.isNoncharacterCodePoint)
        }
        #expect(missing == [])
    }

    private static let texts: [(String, Bool)] = [
        ("a", true), (" a ", true), ("\u{200B}-", true), ("", false), (" ", false), ("\u{200B}", false),
        ("\u{3000}\u{2800}", false), ("\u{FE0F}\u{FEFF}", false), ("\u{FFFC}", false),
    ]

    @Test(arguments: texts)
    func `something can be seen`(_ text: String, _ isVisible: Bool) { #expect(text.isVisible == isVisible) }

    @Test func `every blank is one`() {
        let blanks = (0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init).filter(\.isBlank)
        #expect(
            blanks
                == (0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init).filter(
                    \.properties.isWhitespace))
    }
}
