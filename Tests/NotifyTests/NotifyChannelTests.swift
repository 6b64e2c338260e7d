import JSON
import Testing

@testable import Notify

/// The operator's list of channels.
@Suite struct NotifyChannelTests {
    private func read(_ fields: String) throws -> [NotifyChannelEntry] {
        try NotifyChannelEntry.read(Array(#"{"channels":[{\#(fields)}]}"#.utf8))
    }

    @Test func `a channel has a name, an address and a key's file`() throws {
        let found = try read(#""name":"push","url":"https://a/b","keyFile":"/k""#)
        #expect(found.count == 1 && found[0].pace == 200 && found[0].calls == 8 && found[0].keyFile == "/k")
        #expect(try read(#""name":"a","url":"u","keyFile":"k","pace":5,"calls":1"#)[0].pace == 5)
    }

    @Test(arguments: [
        #""url":"u","keyFile":"k""#, #""name":"Push","url":"u","keyFile":"k""#, #""name":"a","keyFile":"k""#,
        #""name":"a","url":"u""#, #""name":"a","url":"u","keyFile":"k","pace":0"#,
        #""name":"a","url":"u","keyFile":"k","calls":101"#, #""name":"a","url":"u","keyFile":"k","key":"secret""#,
    ]) func `anything else is refused`(_ fields: String) { #expect(throws: JSONError.self) { try read(fields) } }
}
