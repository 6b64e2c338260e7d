import JSON
import Testing

@testable import Webhooks

/// What goes to receivers and what they answer.
@Suite struct WebhookNoticeTests {
    private func notice(_ key: String) -> WebhookNotice {
        WebhookNotice(
            key: key, channel: "push", to: "token \"1\"", language: "ko", kind: "asked", title: "전력", text: "a\nb",
            link: "https://g/answer#a-_.b", expiresAt: "2026-11-21T09:00:00Z")
    }

    @Test func `a call's notices are read back as they were written`() throws {
        let notices = (0..<100).map { notice("order/dr-1/u\($0)/1/push") }
        #expect(try WebhookNotice.read(WebhookNotice.body(notices)) == notices)
        #expect(throws: JSONError.self) { try WebhookNotice.read(WebhookNotice.body(notices + notices)) }
    }

    private func results(_ text: String) throws -> [String: WebhookStatus] {
        try WebhookResults.read(Array(text.utf8), keys: ["a", "b"])
    }

    @Test(arguments: ["", " \r\n"]) func `an answer without a body takes all`(_ text: String) throws {
        #expect(try results(text) == ["a": .accepted, "b": .accepted])
    }

    @Test func `each notice has its own answer, and of some there is none`() throws {
        let said = #"{"results":[{"key":"a","status":"refused","reason":"who?"},{"key":"c","status":"accepted"}]}"#
        #expect(try results(said) == ["a": .refused])
        #expect(try results(#"{"results":[{"key":"b","status":"perhaps"}]}"#) == [:])
        let twice = #"{"results":[{"key":"a","status":"refused"},{"key":"a","status":"accepted"}]}"#
        #expect(try results(twice) == [:], "who says both says neither")
    }

    @Test(arguments: ["{", "[]", "ok", "{}", #"{"results":7}"#, #"{"results":[7]}"#, #"{"results":[{"key":"a"}]}"#])
    func `anything else is no answer`(_ text: String) { #expect(throws: JSONError.self) { try results(text) } }
}
