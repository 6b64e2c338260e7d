import Contracts
import Testing
import Webhooks

@testable import AnswerLinks

/// What a link says, and who can have made it.
@Suite struct AnswerLinkTests {
    private static let one = "0123456789abcdef0123456789abcdef"
    private static let two = "fedcba9876543210fedcba9876543210"
    private let keys = AnswerLinkKeys(Array("\(one)\n".utf8))!

    private static func link(
        _ order: String = "dr-1", _ user: String = "kim", language: Language = .ko, version: Int64 = 1_795_251_600_123
    ) -> AnswerLink {
        AnswerLink(
            NoticeKey(
                subject: .order, reference: order, user: UserID(text: user), version: version, channel: "sms"),
            language: language, expiresAt: Timestamp("2026-11-21T10:00:00Z")!)
    }

    @Test(arguments: [
        link(), link("저녁-피크", "김.하나", language: .en), link(String(repeating: "한", count: 100), "~?>", version: 1),
    ]) func `a token says all of a link, in letters that a URL has`(_ link: AnswerLink) throws {
        let token = link.token(keys)
        #expect(AnswerLink(token: token, keys) == link)
        let isPlain = { (letter: Character) in letter.isASCII && (letter.isLetter || letter.isNumber) }
        #expect(token.allSatisfy { isPlain($0) || "-_.".contains($0) }, "\(token)")
        #expect(token == link.token(keys))
    }

    @Test func `whatever else is said, no key has signed it`() {
        let token = Self.link().token(keys)
        for place in token.indices {
            var other = token
            other.replaceSubrange(place...place, with: token[place] == "A" ? "B" : "A")
            #expect(AnswerLink(token: other, keys) == nil, "\(other)")
        }
        let parts = token.split(separator: ".").map(String.init)
        let others = Self.link("dr-2").token(keys).split(separator: ".").map(String.init)
        for text in [
            "", ".", "a.b", parts[0], parts[0] + ".", ".\(parts[1])", "\(token).", "\(token).\(parts[1])", "\(token)=",
            " \(token)", "\(token) ", "\(others[0]).\(parts[1])", "\(parts[0]).\(others[1])",
            String(repeating: "A", count: 100_000),
        ] {
            #expect(AnswerLink(token: text, keys) == nil, "\(text.prefix(200))")
        }
    }

    @Test func `what the key has signed for something else is no link`() throws {
        let token = Self.link().token(keys)
        let said = String(token.prefix { $0 != "." })
        let key = try #require(WebhookKey(Array(Self.one.utf8)))
        let other = Base64.text(HMACSHA256.of(Array(said.utf8), key))
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(AnswerLink(token: "\(said).\(other)", keys) == nil)
    }

    @Test func `a new key signs, and what the old one has signed stays good`() {
        let old = Self.link().token(keys)
        let both = AnswerLinkKeys(Array("\r\n  \(Self.two)\r\n\r\n\(Self.one)".utf8))!
        let new = Self.link().token(both)
        #expect(old != new && AnswerLink(token: old, both) == Self.link())
        #expect(AnswerLink(token: new, both) == Self.link())
        #expect(AnswerLink(token: new, keys) == nil)
        #expect(AnswerLink(token: old, AnswerLinkKeys(Array(Self.two.utf8))!) == nil)
        #expect(AnswerLink(token: old, .random()) == nil)
    }

    @Test(arguments: [
        "", " \n", "0123456789abcdef", "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "\(one)\nshort",
        Array(repeating: one, count: 5).joined(separator: "\n"),
    ]) func `a file without keys, with short ones or too many is none`(_ text: String) {
        #expect(AnswerLinkKeys(Array(text.utf8)) == nil)
    }

    @Test func `nothing shows a key`() {
        var dumped = ""
        dump(keys, to: &dumped)
        #expect(!"\(keys) \(String(reflecting: keys)) \(dumped)".contains("0123"))
        #expect(!dumped.contains("48"))
    }

    @Test func `a link is an address with the token behind it, where there is a page`() {
        let link = Self.link()
        let maker = AnswerLinkMaker(keys) { "https://dr.example.com/answer" }
        #expect(
            maker.link(link.key, language: .ko, expiresAt: link.expiresAt)
                == "https://dr.example.com/answer#\(link.token(keys))")
        #expect(AnswerLinkMaker(keys) { nil }.link(link.key, language: .ko, expiresAt: link.expiresAt) == nil)
    }
}
