import Contracts
import JSON
import Schemas
import Testing

/// Of every character that stands for something, schema and decoder say the same: whether an id may hold it, and
/// whether a name shows something by it.
@Suite struct CharacterTests {
    /// Of planes in which there is nothing both ends.
    private static let scalars = (0...0x10FFFF as ClosedRange<UInt32>).compactMap {
        (value: UInt32) -> Unicode.Scalar? in
        let isEnd = value & 0xFF80 == 0 || value & 0xFF80 == 0xFF80
        return value < 0x20000 || value >> 12 == 0xE0 || isEnd ? Unicode.Scalar(value) : nil
    }

    private func isTaken(_ field: String, _ text: String) throws -> Bool {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar.value {
            case ..<0x20, 0x22, 0x5C: "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }.joined()
        let other = field == "id" ? #""name":"n""# : #""id":"u""#
        let json = #"{"eventType":"RegisterUser","\#(field)":"\#(escaped)",\#(other),"capacity":1}"#
        var reader = JSONReader()
        var bySwift = true
        do throws(JSONError) { _ = try RegisterUser(reader.fields(of: json.utf8.span)) } catch { bySwift = false }
        var bySchema = true
        do { try Schemas.check("user.commands", "RegisterUser", json) } catch { bySchema = false }
        #expect(bySchema == bySwift, "\(field) \(text.printable)")
        return bySwift
    }

    @Test func `what an id cannot hold, neither takes, and the rest both`() throws {
        // As many at once as an id holds; where one of them is refused, each by itself.
        var text = "x"
        for (number, scalar) in Self.scalars.enumerated() {
            guard scalar.unprintable == nil, !scalar.isBlank, !"/\"".unicodeScalars.contains(scalar) else {
                #expect(try !isTaken("id", "x\(scalar)"), "\(scalar.codePoint)")
                continue
            }
            text.unicodeScalars.append(scalar)
            guard text.unicodeScalars.count == 100 || number == Self.scalars.count - 1 else { continue }
            #expect(try isTaken("id", text))
            text = "x"
        }
        if text != "x" { #expect(try isTaken("id", text)) }
    }

    @Test func `what cannot be seen makes no name, by either`() throws {
        var unseen = ""
        var wasSeen = true
        for scalar in Self.scalars {
            let isSeen = scalar.unprintable == nil && !scalar.isBlank
            if !isSeen { unseen.unicodeScalars.append(scalar) }
            // What can be seen is tried where it lies behind what cannot, and here and there.
            if isSeen, !wasSeen || scalar.value % 512 == 7 {
                #expect(try isTaken("name", " \(scalar)"), "\(scalar.codePoint)")
            }
            wasSeen = isSeen
        }
        var rest = Array(unseen.unicodeScalars)[...]
        while !rest.isEmpty {
            #expect(try !isTaken("name", String(String.UnicodeScalarView(rest.prefix(200)))))
            rest = rest.dropFirst(200)
        }
    }
}
