import Contracts
import JSON
import Testing

/// What headers may say of where a record comes from.
@Suite struct ProvenanceTests {
    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    /// As a record lends them: from the last to the first.
    private func read(_ headers: [(String, [UInt8]?)]) -> Provenance {
        var found = ProvenanceHeaders()
        for (name, value) in headers.reversed() {
            if let value { found.see(name.utf8.span, value.span) } else { found.see(name.utf8.span, nil) }
        }
        return found.provenance
    }

    private func read(_ headers: [(String, String)]) -> Provenance {
        read(headers.map { ($0.0, Array($0.1.utf8)) })
    }

    @Test func `all four are read, among others of any name`() throws {
        let found = read([
            ("id", "x"), ("actor", "kim@kt.kr"), ("type", "StartDr"), ("command", "c-1"), ("", "x"), ("actors", "x"),
            ("idempotency", "ab.cd"), ("Actor", "x"), ("traceparenT", "x"), ("traceparent", Self.trace),
            ("actor\0", "x"),
        ])
        #expect(found.trace?.description == Self.trace)
        #expect(found.request == Request(actor: "kim@kt.kr", command: "c-1", idempotency: "ab.cd"))
    }

    @Test func `without any there is nothing, and nothing is kept for it`() {
        #expect(read([("type", "StartDr"), ("id", "x")]).isEmpty)
        #expect(read([("actor", ""), ("command", ""), ("idempotency", "")]).isEmpty)
        #expect(Request() == nil && read([(String, String)]()).isEmpty)
    }

    @Test func `of several the last counts, even where it says nothing`() {
        #expect(read([("actor", "a"), ("actor", "b")]).request?.actor == "b")
        #expect(read([("actor", Array("a".utf8)), ("actor", nil)]).isEmpty)
        #expect(read([("actor", "a"), ("actor", String(repeating: "b", count: 129))]).isEmpty)
    }

    private static let misfits: [(String, [UInt8])] = [
        ("actor", Array(repeating: 0x61, count: 129)), ("command", Array(repeating: 0x61, count: 65)),
        ("idempotency", Array(repeating: 0x61, count: 161)),
        // A control character of each kind, one that turns the direction of text, and what is no UTF-8.
        ("actor", Array("a\nb".utf8)), ("actor", Array("a\u{7F}".utf8)), ("actor", Array("a\u{85}".utf8)),
        ("actor", [0]),
        ("actor", Array("a\u{202E}b".utf8)), ("actor", [0x61, 0xFF]), ("actor", [0xC3]), ("actor", [0xED, 0xA0, 0x80]),
        ("command", Array("a\tb".utf8)), ("command", Array("é".utf8)), ("command", [0x7F]), ("command", [0xFF]),
        ("idempotency", Array("é".utf8)), ("idempotency", [0]),
    ]

    @Test(arguments: misfits.indices) func `what does not fit is left out, and only that`(place: Int) {
        let (name, value) = Self.misfits[place]
        let all = ["actor", "command", "idempotency"]
        let found = read(all.map { ($0, $0 == name ? value : Array("x".utf8)) }).request
        let said = ["actor": found?.actor, "command": found?.command, "idempotency": found?.idempotency]
        for header in all { #expect((said[header] ?? nil) == (header == name ? nil : "x"), "\(header)") }
        #expect(read([(name, value)]).isEmpty)
        // Nor does it get in by way of a row.
        guard let text = String(validating: value, as: UTF8.self) else { return }
        #expect(Request(actor: name == "actor" ? text : nil, command: name == "command" ? text : nil) == nil)
    }

    @Test func `as much as fits is taken to the byte`() {
        let (actor, command) = (String(repeating: "김", count: 42) + "ab", String(repeating: "~", count: 64))
        let idempotency = String(repeating: " ", count: 160)
        #expect(actor.utf8.count == 128)
        let found = read([("actor", actor), ("command", command), ("idempotency", idempotency)])
        #expect(found.request == Request(actor: actor, command: command, idempotency: idempotency))
        #expect(found.request?.actor == actor && found.request?.idempotency == idempotency)
    }

    @Test func `a row keeps them, and of one that was tampered with what fits`() throws {
        var json = JSONWriter()
        let request = Request(actor: #"김 "7"\"#, command: "c-1", idempotency: "a.b")
        _ = json.object { $0.field(ifThere: request) }
        var reader = JSONReader()
        #expect(try reader.fields(of: json.bytes).request() == request)
        let row = #"{"actor":"a\u0000","command":"\#(String(repeating: "c", count: 65))","idempotency":"i"}"#
        #expect(try reader.fields(of: row.utf8.span).request() == Request(idempotency: "i"))
        #expect(try reader.fields(of: "{}".utf8.span).request() == nil)
    }
}
