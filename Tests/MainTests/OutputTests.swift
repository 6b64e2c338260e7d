import JSON
import Testing

@testable import Main

/// What a terminal is given holds nothing that it obeys, nor what nobody sees.
@Suite struct OutputTests {
    private static let odd = "c1\u{200B}\u{1B}[2J\u{9B}\u{202E}\u{E0041}"

    @Test func `rows of a table show what is invisible`() {
        var table = TextTable("KEY")
        table.add(Self.odd)
        #expect(table.text == "KEY\n" + #"c1\u{200B}\u{1B}[2J\u{9B}\u{202E}\u{E0041}"# + "\n")
    }

    @Test func `lines of JSON are valid and show what is invisible`() throws {
        let line = JSONLine.text { $0.field("key", Self.odd) }
        #expect(line == #"{"key":"c1\u200b\u001b[2J\u009b\u202e\udb40\udc41"}"#)
        var reader = JSONReader()
        let key: String = try reader.fields(of: line.utf8.span).required("key")
        #expect(key == Self.odd)
        #expect(PrettyJSON.text(Array(line.utf8)) == "{\n  \"key\": " + line.dropFirst(7).dropLast() + "\n}")
        let raw = "{\"key\":\"\u{200B}\u{7F}\"}"
        #expect(PrettyJSON.text(Array(raw.utf8)) == "{\n  \"key\": \"\\u200b\\u007f\"\n}")
    }
}
