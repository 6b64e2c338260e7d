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
        #expect(fault(#"{"id":"ab"}"#) == JSONError(field: "id", .notResponse))
        #expect(fault(#"{"drId":"a.b","userId":"c"}"#) == JSONError(field: "drId", .dotted))
    }

    private func fault(_ text: String) -> JSONError? {
        var reader = JSONReader()
        do throws(JSONError) {
            _ = try Choice(reader.fields(of: text.utf8.span))
            return nil
        } catch { return error }
    }
}
