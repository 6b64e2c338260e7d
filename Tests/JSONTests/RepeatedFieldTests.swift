import Testing

@testable import JSON

/// Of a field that is there twice readers take this one or that: who has checked a record may have read another one
/// than we would.
@Suite struct RepeatedFieldTests {
    private func read(_ text: String, _ body: (borrowing Fields) throws(JSONError) -> Void) -> String? {
        var reader = JSONReader()
        do throws(JSONError) { try body(reader.fields(of: text.utf8.span)) } catch { return error.description }
        return nil
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, true), (#"{"a":1,"a":1}"#, true), (#"{"a":null,"a":1}"#, true),
        (#"{"a":1,"a":null}"#, true), (#"{"a":null,"a":null}"#, true), (#"{"a":1,"b":2,"\u0061":3}"#, true),
        (#"{"\u0061":1,"b":2,"a":3}"#, true), (#"{"\u0061":1,"\u0061":1}"#, true),
        (#"{"a":1,"b":0,"a":2,"a":3}"#, true),
        (#"{"a":1}"#, false), (#"{"a":1,"A":2}"#, false), (#"{"a":1,"aa":2,"":3,"ab":4}"#, false),
        // What nobody reads may be there as often as it likes, and what lies deeper is not ours.
        (#"{"b":1,"a":1,"b":2,"b":3}"#, false), (#"{"a":1,"b":{"a":1,"a":2}}"#, false),
    ])
    func `a field that is read is there once`(_ text: String, _ isRefused: Bool) {
        let words = isRefused ? #"field "a" appears twice"# : nil
        #expect(read(text) { fields throws(JSONError) in _ = try fields.required("a", in: 0...9) } == words)
        #expect(read(text) { fields throws(JSONError) in _ = try fields.optional("a", in: 0...9) } == words)
        #expect(read(text) { fields throws(JSONError) in _ = try fields.identifier("a") } == words)
        var isThere = false
        #expect(read(text) { isThere = $0.has("a") } == nil && isThere)
    }

    @Test func `no field is passed over, of whatever type it is`() {
        func check(_ value: String, _ body: (borrowing Fields) throws(JSONError) -> Void) {
            #expect(read(#"{"a":\#(value)}"#, body) == nil)
            #expect(read(#"{"a":\#(value),"b":1,"a":\#(value)}"#, body) == #"field "a" appears twice"#)
        }
        check("\"x\"") { fields throws(JSONError) in _ = try fields.required("a") as String }
        check("\"x\"") { fields throws(JSONError) in _ = try fields.named("a", among: 0..<1) { _ in "x" } }
        check("true") { fields throws(JSONError) in _ = try fields.required("a") as Bool }
        check("[1]") { fields throws(JSONError) in _ = try fields.numbers("a", in: 0...9, atMost: 9) }
        check("[\"x\"]") { fields throws(JSONError) in _ = try fields.strings("a", atMost: 9) }
    }

    /// The sign by which a record is looked through may err to one side only.
    @Test func `no two names among many are missed, and none is taken for another`() {
        for count in [2, 3, 9, 64, 65, 300] {
            let names = (0..<count).map { "field-\($0 * 7919)" }
            let fields = names.map { "\"\($0)\":1" }
            for place in stride(from: 0, to: count, by: 1 + count / 9) {
                let (first, last) = ("{" + fields.joined(separator: ","), "\"\(names[place])\":2}")
                func number(_ text: String) -> String? {
                    read(text) { fields throws(JSONError) in
                        for index in 0..<9 {
                            // Names are known when this is compiled.
                            let known: StaticString = ["field-0", "field-7919", "field-15838"][index % 3]
                            if fields.has(known) { _ = try fields.required(known, in: 0...9) }
                        }
                    }
                }
                #expect(number(first + "}") == nil)
                #expect(number("\(first),\(last)") == (place < 3 ? "field \"\(names[place])\" appears twice" : nil))
            }
        }
    }
}
