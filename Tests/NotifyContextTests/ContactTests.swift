import Contracts
import Testing
import Workers
import WorkersTesting

@testable import NotifyContext

/// How customers are told, and that it is kept to oneself.
@Suite struct ContactTests {
    private func harness(_ settings: NotifySettings = .init()) -> Harness {
        Harness([NotifyWorker(settings)], partitions: 2, check: keepsItsContract)
    }

    @Test func `who is removed or leaves is told no more, and nothing of him stays`() throws {
        let harness = harness(NotifySettings(window: 1))
        for user in ["kim", "lee", "park"] {
            try harness.command(user, Sample.contact(user))
            try harness.list("Listmade", user)
            try harness.list("Listmade", user, "dr-2")
        }
        try harness.beat()
        let underway = harness.takeCalls()
        for user in ["kim", "lee"] { try harness.remove(user) }
        try harness.leave("park", at: harness.clock)
        let ends = harness.calls.compactMap { ($0 as? NoticeCallEnd)?.key }
        #expect(Set(ends).isSuperset(of: underway.map(\.key)))
        for call in underway { try harness.answer(call, .accepted) }
        for user in ["kim", "lee", "park"] { try harness.list("Listchanged", user) }
        try harness.advance(by: .seconds(86_400))
        try harness.beat()
        #expect(harness.takeCalls().isEmpty)
        #expect(harness.rows(.notify, Notices.self).isEmpty && harness.sendings.isEmpty)
        #expect(harness.rows(.notify, Contacts.self).isEmpty && harness.deadLetters.isEmpty)
        #expect(harness.timers(.notify).allSatisfy { $0.contains("/gone/") })
        #expect(harness.values(.notifyEvents, ContactRemoved.type).count == 3)
    }

    @Test func `what has not been taken yet goes by the new contact, under a key of its own`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim"))
        try harness.list("Listmade", "kim")
        try harness.beat()
        let old = try #require(harness.takeCalls().first)
        try harness.command("kim", Sample.contact("kim", address: "b-2"))
        try harness.beat()
        let new = try #require(harness.takeCalls().first)
        #expect(new.key != old.key && new.address == "b-2-push" && new.attempt == 2)
        try harness.answer(old, .refused)
        try harness.command("kim", Sample.contact("kim", address: "b-2"))
        try harness.command("kim", Sample.contact("kim", quiet: "01:00-02:00", address: "b-2"))
        try harness.beat()
        let same = try #require(harness.takeCalls().first)
        #expect(same.key == new.key, "the address is the same")
        try harness.answer(same, .accepted)
        try harness.command("kim", Sample.contact("kim", ["mail"]))
        try harness.beat()
        #expect(harness.takeCalls().isEmpty, "what has been taken stays")
        #expect(harness.said == Array(repeating: "ContactSet", count: 5) + ["NoticeAccepted"])
    }

    @Test func `what was taken is not told again a day later, whichever channels there are by then`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"]))
        try harness.list("Listmade", "kim", from: .seconds(3 * 86_400), to: .seconds(4 * 86_400))
        try harness.beat()
        try harness.answer(try #require(harness.takeCalls().first), .accepted)
        try harness.command("kim", Sample.contact("kim", ["mail", "sms"]))
        try harness.advance(by: .seconds(86_500))
        try harness.beat()
        #expect(harness.takeCalls().isEmpty && harness.notice("kim") == nil)
    }

    @Test func `a channel more does not tell anybody twice`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"]))
        try harness.list("Listmade", "kim")
        try harness.beat()
        let first = try #require(harness.takeCalls().first)
        for channels in [["push", "sms"], ["push", "sms", "mail"]] {
            try harness.command("kim", Sample.contact("kim", channels))
            try harness.beat()
            #expect(try #require(harness.takeCalls().first).key == first.key)
        }
        try harness.command("kim", Sample.contact("kim", ["push"], address: "b-2"))
        try harness.beat()
        #expect(try #require(harness.takeCalls().first).key != first.key)
    }

    @Test func `what has failed is told anew under another key`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"]))
        try harness.list("Listmade", "kim")
        try harness.beat()
        let first = try #require(harness.takeCalls().first)
        try harness.answer(first, .accepted)
        try harness.confirm(first.key, "failed")
        try harness.command("kim", Sample.contact("kim", ["push"], quiet: "01:00-02:00"))
        try harness.beat()
        #expect(try #require(harness.takeCalls().first).key != first.key)
    }

    @Test func `an order that comes again behind a removal has another key`() throws {
        let harness = harness()
        var keys: Set<NoticeKey> = []
        for _ in 0..<2 {
            try harness.command("kim", Sample.contact("kim"))
            try harness.list("Listchanged", "kim")
            try harness.beat()
            keys.formUnion(harness.takeCalls().map(\.key))
            try harness.remove("kim")
        }
        #expect(keys.count == 2)
    }

    @Test(arguments: [
        #""channels":[]"#, #""channels":"010-1234-5678""#, #""channels":[{"channel":"010-1234-5678","address":"a"}]"#,
        #""channels":[{"channel":"push","address":"010-1234-5678\u0000"}]"#, #""channels":["010-1234-5678"]"#,
        #""channels":[{"channel":"push","address":"a"}],"language":"010-1234-5678""#,
        #""channels":[{"channel":"push","address":"a"}],"quietHours":{"from":"010-1234-5678","to":"08:00"}"#,
        #""channels":[{"channel":"push","address":"a"}],"quietHours":{"from":"08:00","to":"08:00"}"#,
        #""channels":[{"channel":"push","address":"010-1234-5678"},{"channel":"push","address":"b"}]"#,
        #""channels":[{"channel":"fax","address":"010-1234-5678"}]"#, #""channels" 010-1234-5678"#,
        #""channels":[{"channel":"push","address":"\#(String(repeating: "010-1234-5678", count: 20))"}]"#,
        #""channels":[{"channel":"push","address":"a"}],"eventType":"010-1234-5678""#,
    ]) func `neither an event nor a rejection says an address`(_ fields: String) throws {
        let harness = harness()
        try harness.command("kim", #"{"eventType":"SetContact","userId":"kim",\#(fields)}"#)
        #expect(harness.deadLetters.count == 1 && harness.rows(.notify, Contacts.self).isEmpty)
        for letter in harness.deadLetters { #expect(!"\(letter.rejection)".contains("010"), "\(letter.rejection)") }
        try harness.command("kim", Sample.contact("kim", address: "010-1234-5678"))
        try harness.list("Listmade", "kim")
        try harness.beat()
        try harness.answer(try #require(harness.takeCalls().first), .refused)
        for value in harness.values(.notifyEvents) + harness.values(.notifyInternal) {
            #expect(!value.contains("010-1234"))
        }
    }

    @Test func `more notices of a customer than are kept fail`() throws {
        let harness = harness(NotifySettings(customerLimit: 3))
        try harness.command("kim", Sample.contact("kim"))
        for number in 1...5 { try harness.list("Listmade", "kim", "dr-\(number)") }
        #expect(harness.rows(.notify, Notices.self).count == 3)
        #expect(harness.values(.notifyEvents, NoticeFailed.type).count { $0.contains("too-many") } == 2)
    }

    @Test func `a notice that is finished gives way to another`() throws {
        let harness = harness(NotifySettings(customerLimit: 3))
        try harness.command("kim", Sample.contact("kim", ["push"]))
        for number in 1...5 {
            try harness.list("Listmade", "kim", "dr-\(number)")
            try harness.beat()
            let call = try #require(harness.takeCalls().first)
            if number <= 2 { try harness.answer(call, .refused) }
        }
        #expect(["dr-3", "dr-4", "dr-5"].allSatisfy { harness.notice("kim", $0) != nil })
        try harness.list("Listmade", "kim", "dr-6")
        #expect(harness.values(.notifyEvents, NoticeFailed.type).count { $0.contains("too-many") } == 1)
        for _ in 0..<2 {
            try harness.advance(by: .seconds(86_400))
            try harness.beat()
        }
        #expect(harness.rows(.notify, Notices.self).isEmpty && harness.timers(.notify).isEmpty)
    }

    @Test func `a receipt of nothing, or of an earlier notice, says nothing`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim"))
        try harness.list("Listmade", "kim")
        try harness.beat()
        let old = try #require(harness.takeCalls().first).key
        try harness.list("Listchanged", "kim")
        try harness.confirm(old, "delivered")
        #expect(harness.deadLetters.isEmpty && !harness.said.contains("NoticeDelivered"))
        let other = NoticeKey(subject: .result, reference: "x", user: old.user, version: 1, channel: "push")
        try harness.confirm(other, "delivered")
        try harness.command("kim", #"{"eventType":"AcknowledgeNotice","key":"\#(other)"}"#)
        #expect(harness.deadLetters.isEmpty && harness.said == ["ContactSet"])
    }

    @Test(arguments: [
        "", "order/dr-1/kim/1", "order/dr-1/kim/0/push", "order/dr-1/kim/1/PUSH", "list/dr-1/kim/1/push",
        "order//kim/1/push", "order/dr-1/kim/01/push", "order/dr-1/kim/1000000000000000/push",
    ])
    func `a text that is no key is refused`(_ text: String) { #expect(NoticeKey(text) == nil) }
}
