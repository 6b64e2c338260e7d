import AnswerLinks
import Contracts
import NotifyContext
import Testing

@testable import Notify

/// What customers read.
@Suite struct TemplatesTests {
    private func call(
        _ kind: NoticeKind, _ language: Language = .ko, _ facts: NoticeFacts = NoticeFacts(), reference: String = "dr-1"
    ) -> NoticeCall {
        let key = NoticeKey(
            subject: kind.subject, reference: reference, user: UserID(text: "kim"), version: 1, channel: "push")
        return NoticeCall(
            partition: 0, key: key, attempt: 1, address: "a", language: language, kind: kind, facts: facts,
            end: .last)
    }

    private let facts = NoticeFacts(
        startsAt: Timestamp("2026-11-21T09:00:00Z"), endsAt: Timestamp("2026-11-21T10:00:00Z"), amount: -1_234_567,
        balance: 999, reason: "KPX withdrew it")

    @Test func `each kind has words in both languages, with every fact in its place`() {
        let templates = Templates(utcOffset: 540)
        for kind in NoticeKind.allCases {
            for language in Language.allCases {
                let (title, text) = templates.words(call(kind, language, facts))
                #expect(!title.isEmpty && !text.isEmpty && !text.contains("{") && text.count <= 1000, "\(kind)")
            }
        }
        let asked = templates.words(call(.asked, .en, facts)).text
        #expect(asked.contains("from 2026-11-21 18:00 to 2026-11-21 19:00") && asked.contains("dr-1"))
        #expect(templates.words(call(.points, .en, facts)).text.contains("-1,234,567; your balance is 999"))
    }

    @Test func `what others have written cannot hide anything, nor make a text endless`() {
        let templates = Templates(utcOffset: 540)
        var facts = facts
        facts.reason = "a\u{202E}b\u{0}c\nd" + String(repeating: "x", count: 3000)
        let text = templates.words(call(.withdrawn, .en, facts, reference: "d\u{200B}r")).text
        #expect(text.contains("a b c d") && text.unicodeScalars.count == 1000 && !text.contains("\u{202E}"))
    }

    @Test func `other words take the place of ours`() throws {
        var templates = Templates(utcOffset: 0)
        try templates.take("# ours\r\n\r\n asked.en.text = From {start}: {id} = {end}\n")
        #expect(templates.words(call(.asked, .en, facts)).text == "From 2026-11-21 09:00: dr-1 = 2026-11-21 10:00")
    }

    @Test(arguments: [
        ("asked.ko.text = {ende}", "line 1: there is no {ende} for asked: it has {id}, {start}, {end}"),
        ("\n# x\npaid.ko.text = {start}", "line 3: there is no {start} for paid: it has {id}, {amount}"),
        ("asked.ko.text {id}", "line 1: has no =: write KIND.LANGUAGE.PART = words"),
        ("asked.ko.text = {id", "line 1: a brace is not closed, or not opened"),
        ("asked.ko.text = id}", "line 1: a brace is not closed, or not opened"),
        ("asked.ko.text =", "line 1: words have 1 to 500 characters"),
    ]) func `what is wrong is named with its line`(_ text: String, _ fault: String) {
        var templates = Templates(utcOffset: 540)
        #expect { try templates.take(text) } throws: { "\($0)" == fault }
    }

    @Test(arguments: ["asked.kr.text = a", "ask.ko.text = a", "asked.ko = a", "asked.ko.body = a"])
    func `a name that is none is refused`(_ text: String) {
        var templates = Templates(utcOffset: 540)
        #expect(throws: Templates.Fault.self) { try templates.take(text) }
    }

    private let links = AnswerLinkMaker(.random()) { "https://dr.example.com/answer" }

    @Test func `who is asked by an order gets a link to answer by, and nobody else`() {
        let templates = Templates(utcOffset: 540, links: links)
        for kind in NoticeKind.allCases {
            for language in Language.allCases {
                let call = call(kind, language, facts)
                let link = templates.link(call)
                let isAsked = kind == .asked || kind == .changed
                #expect((link != nil) == isAsked, "\(kind)")
                #expect(templates.words(call).text.contains(link ?? "https") == isAsked, "\(kind)")
            }
        }
        #expect(Templates(utcOffset: 540).link(call(.asked)) == nil)
    }

    @Test func `a text that is cut has its whole link`() throws {
        var templates = Templates(utcOffset: 0, links: links)
        let id = String(repeating: "x", count: 100)
        try templates.take("asked.en.text = {link} " + String(repeating: "{id}", count: 20))
        let call = call(.asked, .en, facts, reference: id)
        let text = templates.words(call).text
        let link = try #require(templates.link(call))
        #expect(text.hasSuffix("x… \(link)") && text.unicodeScalars.count == 1001 + link.unicodeScalars.count)
    }

    @Test func `a link to nowhere is no fact`() throws {
        var templates = Templates(utcOffset: 540)
        #expect {
            try templates.take("asked.ko.text = {link}")
        } throws: { "\($0)" == "line 1: there is no {link} for asked: it has {id}, {start}, {end}" }
        var linked = Templates(utcOffset: 540, links: links)
        try linked.take("asked.ko.text = {link}")
        #expect { try linked.take("paid.ko.text = {link}") } throws: { "\($0)".contains("no {link} for paid") }
    }
}
