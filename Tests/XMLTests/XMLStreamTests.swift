import Testing
import XML

@Suite struct XMLStreamTests {
    private final class Heard: XMLStream.Listener {
        var words: [String] = []
        var limit = Int.max

        func begins(_ name: String, _ attributes: [String: String], line: Int) {
            let attributes = attributes.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            words.append("<\(name)\(attributes)>\(line)")
        }
        func ends(_ name: String, text: String, line: Int) { words.append("\(text)</\(name)>") }
        var hasEnough: Bool { words.count >= limit }
    }

    private func read(_ text: String, pieces: Int = .max, _ heard: Heard = Heard()) throws(XMLFault) -> [String] {
        let stream = try XMLStream(heard)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(pieces)
            rest = rest.dropFirst(piece.count)
            try stream.take(Array(piece).span, isLast: false)
        }
        try stream.take([UInt8]().span, isLast: true)
        return heard.words
    }

    private func fault(_ text: String, pieces: Int = .max) -> XMLFault? {
        do throws(XMLFault) { _ = try read(text, pieces: pieces) } catch { return error }
        return nil
    }

    @Test(arguments: [1, 2, 7, 1000]) func `elements come with their text, attributes and lines, in pieces of any size`(
        _ pieces: Int
    ) throws {
        let text = "<?xml version=\"1.0\"?>\n<a:f xmlns:a='x' b:c='&lt;'>\n<d>한 &amp; <!-- no --><e/>t</d></a:f>"
        #expect(
            try read(text, pieces: pieces) == [
                "<f a=x c=<>2", "<d>3", "<e>3", "</e>", "한 & t</d>", "\n</f>",
            ])
    }

    @Test(arguments: [
        ("<a><b></a>", 1), ("<a>", 1), ("", 1), ("<a/>\n<b/>", 2), ("<a>\n&x;</a>", 2), ("\n\n<a", 3),
        ("<a>\u{0}</a>", 1),
    ]) func `what is no XML is a fault with its line`(_ text: String, _ line: Int) {
        guard let fault = fault(text), case .syntax = fault.reason else {
            Issue.record("\(text) is taken")
            return
        }
        #expect(fault.line == line)
    }

    @Test func `a DOCTYPE is refused before its entities are read`() {
        let entities = (1...9).map { "<!ENTITY e\($0) \"\(String(repeating: "&e\($0 - 1);", count: 10))\">" }.joined()
        let text = "<!DOCTYPE a [<!ENTITY e0 \"lol\">\(entities)]><a>&e9;</a>"
        #expect(fault(text)?.reason == .doctype)
        #expect(fault("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>")?.reason == .doctype)
    }

    @Test func `depth, text and tags are bounded`() throws {
        let (open, close) = (String(repeating: "<a>", count: 64), String(repeating: "</a>", count: 64))
        #expect(try read(open + close).count == 128)
        #expect(fault("<a>" + open + close + "</a>")?.reason == .tooDeep)
        let long = String(repeating: "x", count: XMLStream.text)
        #expect(fault("<a>\(long)</a>", pieces: 4096) == nil)
        #expect(fault("<a>\(long)x</a>", pieces: 4096)?.reason == .tooLong)
        #expect(fault("<a b='\(long)'/>", pieces: 4096)?.reason == .tooLong)
        // A tag that never ends.
        #expect(fault("<a b='" + String(repeating: long, count: 10), pieces: 4096)?.reason == .tooLong)
        #expect(fault("<a><!--" + String(repeating: long, count: 10), pieces: 4096)?.reason == .tooLong)
    }

    @Test func `whoever has enough ends it`() {
        let heard = Heard()
        heard.limit = 10
        do throws(XMLFault) {
            _ = try read("<a>" + String(repeating: "<b/>", count: 1000) + "</a>", pieces: 8, heard)
            Issue.record("it is read to its end")
        } catch { #expect(error.reason == .stopped) }
        #expect(heard.words.count < 20)
    }
}
