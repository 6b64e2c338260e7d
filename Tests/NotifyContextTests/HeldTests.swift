import Contracts
import Testing
import Workers
import WorkersTesting

@testable import NotifyContext

/// Orders of which a customer could not be told when they came.
@Suite struct HeldTests {
    private func harness(_ settings: NotifySettings = .init()) -> Harness {
        Harness([NotifyWorker(settings)], partitions: 2, check: keepsItsContract)
    }

    @Test func `whose contact is read behind an order that runs is told what holds of it`() throws {
        let harness = harness()
        try harness.list("Listmade", "kim")
        try harness.list("Listchanged", "kim", to: .seconds(9000))
        try harness.list("Listmade", "kim", "dr-2", from: .zero, to: .seconds(60))
        harness.send(
            .userEvents, key: "kim",
            #"{"eventType":"WithdrawalPaid","timestamp":1795251600000,"id":"kim","amount":5,"withdrawalId":"w"}"#)
        try harness.advance(by: .seconds(60))
        #expect(harness.takeCalls().isEmpty && harness.rows(.notify, Notices.self).count == 1)
        try harness.command("kim", Sample.contact("kim"))
        try harness.beat()
        let calls = harness.takeCalls()
        let call = try #require(calls.first)
        #expect(calls.count == 1 && call.kind == .changed && call.address == "a-1-push")
        try harness.answer(call, .accepted)
        #expect(harness.said == ["ContactSet", "NoticeAccepted"])
    }

    @Test(arguments: ["Listcancelled", "Listsaved", "UserLeft", "RemoveContact", "its end"])
    func `of an order that is over nothing is held`(_ happening: String) throws {
        let harness = harness()
        try harness.list("Listmade", "kim")
        #expect(harness.notice("kim")?.contains(#""state":"held""#) == true)
        switch happening {
        case "UserLeft": try harness.leave("kim", at: harness.clock)
        case "RemoveContact": try harness.remove("kim")
        case "Listsaved": try harness.list(happening, "kim", from: .seconds(-60), to: .zero, answer: "accept")
        case "Listcancelled": try harness.list(happening, "kim")
        default: try harness.advance(by: .seconds(7200))
        }
        #expect(harness.rows(.notify, Notices.self).isEmpty)
        #expect(harness.timers(.notify).allSatisfy { $0.contains("/gone/") })
        try harness.advance(by: .seconds(1))
        try harness.command("kim", Sample.contact("kim"))
        try harness.beat()
        #expect(harness.takeCalls().isEmpty && !harness.said.contains("NoticeFailed"))
    }

    @Test func `nothing is held where there is no channel, and of a customer no more than may be`() throws {
        let deaf = harness(NotifySettings(channels: []))
        try deaf.list("Listmade", "kim")
        #expect(deaf.rows(.notify, Notices.self).isEmpty)
        let harness = harness(NotifySettings(customerLimit: 2))
        for number in 1...4 { try harness.list("Listmade", "kim", "dr-\(number)") }
        #expect(harness.rows(.notify, Notices.self).count == 2 && harness.said.isEmpty)
    }

    @Test func `what could not be told of an order that runs is told to a new contact, and nothing else is`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"]))
        try harness.list("Listmade", "kim")
        try harness.list("Listmade", "kim", "dr-2")
        harness.send(
            .userEvents, key: "kim",
            #"{"eventType":"WithdrawalPaid","timestamp":1795251600000,"id":"kim","amount":5,"withdrawalId":"w"}"#)
        try harness.run()
        try harness.beat()
        let calls = harness.takeCalls()
        for call in calls { try harness.answer(call, call.key.reference == "dr-2" ? .accepted : .refused) }
        try harness.command("kim", Sample.contact("kim", ["push"]))
        try harness.beat()
        #expect(calls.count == 3 && harness.takeCalls().isEmpty, "said twice is said once")
        try harness.command("kim", Sample.contact("kim", ["push"], address: "b-2"))
        try harness.beat()
        let again = harness.takeCalls()
        #expect(again.map(\.key.reference) == ["dr-1"] && !calls.map(\.key).contains(again[0].key))
    }

    @Test(arguments: ["a contact", "the end", "its end"])
    func `what could not be told of an order is known until the order's end, and no longer`(_ next: String) throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"]))
        try harness.list("Listmade", "kim", to: .seconds(4 * 86_400))
        try harness.beat()
        try harness.answer(try #require(harness.takeCalls().first), .refused)
        try harness.advance(by: .seconds(2 * 86_400))
        #expect(harness.notice("kim")?.contains(#""state":"failed""#) == true)
        switch next {
        case "a contact":
            try harness.command("kim", Sample.contact("kim", ["push"], address: "b-2"))
            try harness.beat()
            #expect(harness.takeCalls().map(\.address) == ["b-2-push"])
        case "the end":
            try harness.list("Listsaved", "kim", from: .seconds(-1800), to: .zero)
            try harness.advance(by: .seconds(86_400))
            try harness.beat()
            #expect(harness.notice("kim") == nil && harness.timers(.notify).isEmpty)
        default:
            try harness.advance(by: .seconds(2 * 86_400))
            try harness.beat()
            #expect(harness.notice("kim") == nil && harness.timers(.notify).isEmpty)
        }
    }
}
