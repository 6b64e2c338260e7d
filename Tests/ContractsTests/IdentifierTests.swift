import Contracts
import JSON
import Testing

@Suite struct IdentifierTests {
    @Test(arguments: [
        ("dr-1.u-1", "dr-1", "u-1"), ("1.2", "1", "2"), ("dr.a.b.c", "dr", "a.b.c"), ("dr..", "dr", "."),
        ("한.글", "한", "글"), ("a b.c d", "a b", "c d"), ("dr.u\u{80}", "dr", "u\u{80}"),
    ])
    func `a response's id ends the order's at the first dot`(text: String, order: String, user: String) throws {
        let id = try #require(ResponseID(text))
        #expect(id.order == OrderID(text: order))
        #expect(id.user == UserID(text: user))
        #expect(id.description == text)
        #expect(ResponseID(id.order, id.user) == id)
    }

    @Test(arguments: [
        "", ".", "dr", ".u", "dr.", "dr/1.u", "dr.u/1", "dr.u\n", "d\u{0}r.u", "dr.u\u{7F}",
        String(repeating: "x", count: 101) + ".u", "dr." + String(repeating: "x", count: 101),
    ])
    func `what is no response's id is refused`(text: String) {
        #expect(ResponseID(text) == nil)
    }

    @Test func `ids of the greatest length fit, in characters and not in bytes`() throws {
        let long = String(repeating: "한", count: 100)
        let id = try #require(ResponseID("\(long).\(long)"))
        #expect(id.order.text == long)
        #expect(id.user.text == long)
    }

    @Test(arguments: [
        (#"{"drId":20261121,"userId":7}"#, "20261121.7"), (#"{"drId":"20261121","userId":"007"}"#, "20261121.007"),
        (#"{"drId":20261121,"userId":007}"#, nil), (#"{"drId":1e3,"userId":7}"#, nil),
        (#"{"drId":-1,"userId":7}"#, nil),
    ])
    func `a whole number is understood as an id, by its digits`(text: String, id: String?) {
        var reader = JSONReader()
        let choice = try? Choice(reader.fields(of: text.utf8.span))
        #expect(choice?.id.description == id)
    }

    @Test func `an answer names order and customer, or the response, and says what it lacks`() throws {
        #expect(fault(#"{"drId":"a","userId":"b"}"#) == nil)
        #expect(fault(#"{"id":"a.b"}"#) == nil)
        #expect(fault(#"{"id":17,"drId":"a","userId":"b"}"#) == nil, "an id beside the two is its sender's own")
        #expect(fault(#"{"id":"a.b","drId":null,"userId":null}"#) == nil)
        #expect(fault("{}") == JSONError(field: "drId", .missing))
        #expect(fault(#"{"drId":"a"}"#) == JSONError(field: "userId", .missing))
        #expect(fault(#"{"userId":"a","id":"a.b"}"#) == JSONError(field: "drId", .missing))
        #expect(
            fault(#"{"id":"ab"}"#)?.description == #"field "id" is "ab", not a response's id: write <drId>.<userId>"#)
        #expect(
            fault(#"{"drId":"a.b","userId":"c"}"#)?.description
                == #"field "drId" is "a.b", which has a dot: an order's id cannot have one"#)
    }

    /// Of case 05 and around it: what nobody sees makes no new customer.
    static let unclean: [(String, String)] = [
        (#"\ufeffc1"#, #"is "\u{FEFF}c1", whose character 1 is U+FEFF, an invisible character, which ids cannot have"#),
        (" c1", #"is " c1", which begins with a space, U+0020: ids cannot"#),
        ("c1 ", #"is "c1 ", which ends with a space, U+0020: ids cannot"#),
        (#"c1\u200b"#, #"is "c1\u{200B}", whose character 3 is U+200B, an invisible character, which ids cannot have"#),
        (#"c1\u00a0"#, "which ends with a space, U+00A0: ids cannot"),
        (#"\u3000c1"#, "which begins with a space, U+3000: ids cannot"),
        (#"=\"5414488\""#, "which has a quotation mark: ids cannot have one"),
        (#"a\"b"#, "which has a quotation mark: ids cannot have one"),
        (#"a\u202eb"#, "whose character 2 is U+202E, a character that changes the direction of text"),
        (#"a\u2028b"#, "whose character 2 is U+2028, a line separator"),
        (#"a\u0085b"#, "whose character 2 is U+0085, a control character"),
        (#"a\udb40\udc41"#, "whose character 2 is U+E0041, an invisible character"),
        ("\u{FE0F}", "whose character 1 is U+FE0F"),
        (#"c1\u2800"#, "whose character 3 is U+2800, an invisible character"),
        (#"\ufffcc1"#, "whose character 1 is U+FFFC, an object replacement character"),
        (#"a\ufdd0"#, "whose character 2 is U+FDD0, a noncharacter code point"),
        (#"a\udbff\udfff"#, "whose character 2 is U+10FFFF, a noncharacter code point"),
        (#"a\u0600"#, "whose character 2 is U+0600, a format character"),
        (#"a\ud834\udd73"#, "whose character 2 is U+1D173, an invisible character"),
    ]

    @Test(arguments: unclean)
    func `an id that makes something new holds nothing that nobody sees`(id: String, words: String) throws {
        for text in [
            #"{"id":"\#(id)","name":"n","capacity":1}"#, #"{"userId":"\#(id)","startsAt":1795251600000,"wh":1}"#,
        ] {
            var reader = JSONReader()
            var found: JSONError?
            do throws(JSONError) {
                let fields = try reader.fields(of: text.utf8.span)
                if fields.has("id") { _ = try RegisterUser(fields) } else { _ = try MeterReading(fields) }
            } catch { found = error }
            #expect(found?.description.contains(words) == true, "\(String(describing: found))")
        }
        for message in [
            "{\"id\":\"\(id)\",\"name\":\"n\",\"type\":\"t\"}", "{\"id\":\"\(id)\",\"userId\":\"u\",\"amount\":1}",
        ] {
            var reader = JSONReader()
            #expect(throws: JSONError.self) {
                let fields = try reader.fields(of: message.utf8.span)
                if fields.has("type") { _ = try StartDr(fields) } else { _ = try WithdrawPoint(fields) }
            }
        }
    }

    @Test(arguments: unclean)
    func `such an id of an earlier version still answers, withdraws and is paid`(id: String, _: String) throws {
        var reader = JSONReader()
        _ = try Choice(reader.fields(of: "{\"drId\":\"dr\",\"userId\":\"\(id)\"}".utf8.span))
        _ = try WithdrawPoint(reader.fields(of: "{\"id\":\"w\",\"userId\":\"\(id)\",\"amount\":1}".utf8.span))
        _ = try UpdateUser(reader.fields(of: "{\"id\":\"\(id)\"}".utf8.span))
        _ = try UserState(reader.fields(of: "{\"id\":\"\(id)\",\"name\":\"n\",\"capacity\":1,\"point\":0}".utf8.span))
        let outcome =
            "{\"drId\":\"dr\",\"userId\":\"\(id)\",\"adjustPoint\":1,\"isReal\":true,\"responseAnswer\":\"accept\",\"reducedWh\":1}"
        _ = try ReductionOutcome(reader.fields(of: outcome.utf8.span))
        #expect(ResponseID(try Choice(reader.fields(of: "{\"id\":\"dr.\(id)\"}".utf8.span)).id.description) != nil)
    }

    @Test(arguments: ["u-1001", "김하나", "a b", "a\u{A0}b", "=1+2", "u\u{E9}", "😀", "e\u{301}", "a'b", "a.b"])
    func `what can be seen is an id`(id: String) throws {
        var reader = JSONReader()
        let text = "{\"id\":\"\(id)\",\"name\":\"n\",\"capacity\":1}"
        #expect(try RegisterUser(reader.fields(of: text.utf8.span)).id.text == id)
    }

    @Test(arguments: [
        #"\u200b"#, " ", #"\u3000\u2800"#, #"\ufeff \u0007"#, #"\ufdd0\ufffc"#,
    ])
    func `a name shows something, where it is new`(name: String) throws {
        var reader = JSONReader()
        let text = #"{"id":"u","name":"\#(name)","type":"t","capacity":1,"point":0}"#
        func fault(_ read: (borrowing Fields) throws(JSONError) -> Void) throws -> JSONError? {
            do throws(JSONError) { try read(reader.fields(of: text.utf8.span)) } catch { return error }
            return nil
        }
        let faults = [
            try fault { fields throws(JSONError) in _ = try StartDr(fields) },
            try fault { fields throws(JSONError) in _ = try RegisterUser(fields) },
            try fault { fields throws(JSONError) in _ = try UpdateUser(fields) },
        ]
        for fault in faults {
            #expect(fault?.field == "name" && fault?.reason == .invisible)
            #expect(fault?.description.hasSuffix("which has no visible character: write a name") == true)
        }
        _ = try UserState(reader.fields(of: text.utf8.span))
    }

    private func fault(_ text: String) -> JSONError? {
        var reader = JSONReader()
        do throws(JSONError) {
            _ = try Choice(reader.fields(of: text.utf8.span))
            return nil
        } catch { return error }
    }
}
