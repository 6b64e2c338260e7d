import Testing

@testable import JSON

@Suite struct JSONWriterTests {
    private func text(_ fields: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        json.object(fields)
        return json.bytes.string
    }

    /// Eight bytes are looked at together: wherever among them one stands, it is found, also beside what only looks so.
    @Test(arguments: [
        ("\"", #"\""#), ("\\", #"\\"#), ("\n", #"\n"#), ("\u{1}", #"\u0001"#), ("한", "한"), ("\u{7F}", "\u{7F}"),
    ])
    func `what needs an escape gets one, wherever it stands`(_ odd: String, _ written: String) throws {
        for (ahead, behind) in [("a", "b"), ("강", "민"), (" ", "~")] {
            for place in 0..<20 {
                let start = String(repeating: ahead, count: place)
                let end = String(repeating: behind, count: 19 - place)
                let json = text { $0.field("name", start + odd + end) }
                #expect(json == #"{"name":""# + start + written + end + #""}"#)
                var reader = JSONReader()
                let read: String = try reader.fields(of: Array(json.utf8).span).required("name")
                #expect(read == start + odd + end)
            }
        }
    }

    @Test func `all kinds of fields stand side by side`() {
        let json = text {
            $0.field("number", Int64.min)
            $0.field("tenths", -5, decimals: 1)
            $0.field("true", true)
            $0.field("word", word: "Listmade")
            $0.field("time", time: 1_795_251_600_007)
            $0.field("none", [] as [String])
            $0.field("numbers", [1, nil], decimals: 3)
            $0.field("object", object: { $0.field("empty", "") })
            $0.null("null")
        }
        #expect(
            json == #"{"number":-9223372036854775808,"tenths":-0.5,"true":true,"word":"Listmade","#
                + #""time":"2026-11-21T09:00:00.007Z","none":[],"numbers":[0.001,null],"object":{"empty":""},"null":null}"#
        )
        #expect(text { _ in } == "{}")
    }

    @Test func `what does not fit into its memory gets more, and loses nothing`() {
        var json = JSONWriter()
        var expected = ""
        for number in 0..<3000 {
            let range = json.object { $0.field("number", Int64(number)) }
            #expect(range == expected.utf8.count..<json.count)
            expected += "{\"number\":\(number)}"
        }
        let long = String(repeating: "x", count: 100_000)
        json.raw(long)
        #expect(json.count == expected.utf8.count + 100_000)
        #expect(json.bytes.string == expected + long)
        json.removeAll()
        json.object { $0.field("again", false) }
        #expect(json.take() == Array(#"{"again":false}"#.utf8))
    }
}
