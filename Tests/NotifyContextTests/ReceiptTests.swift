import Contracts
import Testing
import Workers
import WorkersTesting

@testable import NotifyContext

/// Receipts that come before the answers of their calls: receivers may be faster.
@Suite struct ReceiptTests {
    private func harness() -> Harness { Harness([NotifyWorker()], partitions: 2, check: keepsItsContract) }

    @Test(arguments: [true, false])
    func `a receipt that it has not arrived sends it over the next channel at once`(isAnswered: Bool) throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim"))
        try harness.list("Listmade", "kim")
        let key = NoticeKey(
            subject: .order, reference: "dr-1", user: UserID(text: "kim"), version: harness.clock.milliseconds,
            channel: "push")
        try harness.confirm(key, "failed")
        try harness.beat()
        let call = try #require(harness.takeCalls().first)
        #expect(call.key == key, "nobody has had it by then")
        // Receivers may be faster than their answers.
        if isAnswered { try harness.answer(call, .accepted) }
        try harness.confirm(call.key, "failed")
        try harness.answer(call, .accepted)
        try harness.beat()
        let next = try #require(harness.takeCalls().first)
        #expect(next.key.channel == "sms")
        if isAnswered { try harness.answer(next, .accepted) }
        try harness.confirm(next.key, "failed")
        try harness.answer(next, .accepted)
        #expect(
            harness.said == ["ContactSet"] + (isAnswered ? ["NoticeAccepted", "NoticeAccepted"] : []) + ["NoticeFailed"]
        )
        #expect(harness.sendings.isEmpty)
    }

    @Test(arguments: ["delivered", "seen"])
    func `a receipt that it has arrived counts before the answer of its call`(state: String) throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim"))
        try harness.list("Listmade", "kim")
        try harness.beat()
        let call = try #require(harness.takeCalls().first)
        if state == "seen" {
            try harness.command("kim", #"{"eventType":"AcknowledgeNotice","key":"\#(call.key)"}"#)
        } else {
            try harness.confirm(call.key, state)
        }
        try harness.answer(call, .unavailable)
        try harness.advance(by: .seconds(1000))
        #expect(harness.takeCalls().isEmpty && harness.sendings.isEmpty)
        #expect(harness.said == ["ContactSet", state == "seen" ? "NoticeSeen" : "NoticeDelivered"])
    }
}
