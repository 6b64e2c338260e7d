/// Characters that a reader does not see, or that do something to what he sees. No id holds them, and no terminal gets
/// them from us: this is the one list. It is written out, and not asked of Unicode's properties, which grow with the
/// toolchain: what an id may hold is the contract in topics/.
extension Unicode.Scalar {
    /// What such a character is, in words.
    package enum Unprintable: String, Sendable {
        case control = "a control character"
        case separator = "a line separator"
        case direction = "a character that changes the direction of text"
        case invisible = "an invisible character"
        case format = "a format character"
        case placeholder = "an object replacement character"
        case none = "a noncharacter code point"
    }

    /// nil for a character that can be seen, and for blanks.
    package var unprintable: Unprintable? {
        switch value {
        case 0x20..<0x7F: nil
        case 0..<0x20, 0x7F..<0xA0: .control
        case 0xA0..<0xAD: nil
        case 0x2028, 0x2029: .separator
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: .direction
        case 0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x200B...0x200D, 0x2060...0x206F, 0x2800,
            0x3164,
            0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF:
            .invisible
        // Signs that span other characters, and controls of hieroglyphs.
        case 0x0600...0x0605, 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD, 0x13430...0x1343F: .format
        case 0xFFFC: .placeholder
        case 0xFDD0...0xFDEF: Unprintable.none
        // The last two of each plane.
        default: value & 0xFFFE == 0xFFFE ? Unprintable.none : nil
        }
    }

    /// White space of any kind, also such as is a control character or a separator.
    package var isBlank: Bool {
        switch value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// As U+200B.
    package var codePoint: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    }
}

extension String {
    /// For people: what cannot be seen stands as `\u{200B}`. Nothing in it is obeyed, and it stays on its line.
    package var printable: String { printable(keeping: nil) }

    /// The same for a text of several lines.
    package var printableLines: String { printable(keeping: "\n") }

    private func printable(keeping kept: Unicode.Scalar?) -> String {
        guard unicodeScalars.contains(where: { $0.unprintable != nil && $0 != kept }) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.unprintable == nil || scalar == kept {
                text.unicodeScalars.append(scalar)
            } else {
                text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            }
        }
        return text
    }

    /// JSON text in which nothing is invisible: the same value, with escapes. Control characters of ASCII but for DEL
    /// cannot stand in a string of valid JSON, and between its tokens they are white space.
    package var printableJSON: String {
        func isHidden(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 0x7F && scalar.unprintable != nil }
        guard unicodeScalars.contains(where: isHidden) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            guard isHidden(scalar) else {
                text.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }

    /// Whether there is something in it that can be seen.
    package var isVisible: Bool { unicodeScalars.contains { $0.unprintable == nil && !$0.isBlank } }

    /// As a reason shows a text that was found: in quotes, printable, about 40 characters of it.
    package var shown: String { "\"\(prefixShown)\"" }

    /// The same without quotes.
    package var prefixShown: String {
        let head = unicodeScalars.prefix(41)
        guard head.count > 40 else { return printable }
        return String(String.UnicodeScalarView(head.dropLast())).printable + "…"
    }
}
