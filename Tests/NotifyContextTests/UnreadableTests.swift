import Contracts
import Testing
import Workers
import WorkersTesting

@testable import NotifyContext

/// Rows that cannot be read, and daemons that were away.
@Suite struct UnreadableTests {
    private func harness(_ settings: NotifySettings = .init()) -> Harness {
        Harness([NotifyWorker(settings)], partitions: 1, check: keepsItsContract)
    }

    private func order(_ harness: Harness, _ users: [String]) throws {
        for user in users {
            try harness.command(user, Sample.contact(user, ["push"]))
            try harness.list("Listmade", user)
        }
    }

    @Test(arguments: [true, false])
    func `a row that cannot be read holds up nobody, and is told when it can`(isNotice: Bool) throws {
        let harness = harness()
        try order(harness, ["kim", "lee"])
        let good = try #require(isNotice ? harness.notice("kim") : harness.rows(.notify, Contacts.self)["kim"])
        func put(_ value: String) {
            if isNotice {
                harness.put(.notify, Notices.self, "kim/order/dr-1", value, in: 0)
            } else {
                harness.put(.notify, Contacts.self, "kim", value, in: 0)
            }
        }
        put("{}")
        try harness.beat()
        let calls = harness.takeCalls()
        #expect(calls.map(\.key.user.text) == ["lee"])
        put(good)
        try harness.advance(by: .seconds(60))
        try harness.beat()
        let late = harness.takeCalls()
        #expect(late.map(\.key.user.text) == ["kim"])
        for call in calls + late { try harness.answer(call, .accepted) }
        try harness.advance(by: .seconds(600))
        #expect(harness.takeCalls().isEmpty && harness.sendings.isEmpty)
        #expect(harness.said.count { $0 == "NoticeAccepted" } == 2 && harness.deadLetters.isEmpty)
    }

    @Test func `one that is on its way gives its place back`() throws {
        let harness = harness(NotifySettings(window: 1))
        try order(harness, ["kim", "lee"])
        try harness.beat()
        #expect(harness.takeCalls().map(\.key.user.text) == ["kim"])
        let good = try #require(harness.notice("kim"))
        harness.put(.notify, Notices.self, "kim/order/dr-1", "{}", in: 0)
        try harness.advance(by: .seconds(121))
        try harness.beat()
        let second = harness.takeCalls()
        #expect(second.map(\.key.user.text) == ["lee"])
        try harness.answer(try #require(second.first), .accepted)
        harness.put(.notify, Notices.self, "kim/order/dr-1", good, in: 0)
        try harness.advance(by: .seconds(60))
        try harness.beat()
        #expect(harness.takeCalls().map(\.attempt) == [2])
    }

    @Test func `what was forgotten unread leaves nothing that could be told`() throws {
        let harness = harness()
        try order(harness, ["kim"])
        harness.put(.notify, Notices.self, "kim/order/dr-1", "{}", in: 0)
        try harness.remove("kim")
        #expect(harness.rows(.notify, Notices.self).isEmpty && harness.deadLetters.isEmpty)
        try harness.advance(by: .milliseconds(1))
        try order(harness, ["kim"])
        try harness.advance(by: .milliseconds(200))
        #expect(harness.takeCalls().count == 1)
        #expect(harness.sendings.count == 1)
    }

    @Test func `behind an absence nothing goes out before the commands of the meantime are read`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"]))
        harness.send(
            .responseEvents, key: "kim",
            Sample.list(
                "Listmade", "kim", at: harness.clock - .seconds(60), from: harness.clock,
                to: harness.clock + .seconds(3600)))
        try harness.run()
        func timers() throws -> [Timer] {
            try harness.timers(.notify).map { try #require(Timer(key: $0)) }
        }
        #expect(try timers().map(\.kind) == ["resume"] && harness.calls.isEmpty)
        let first = try #require(try timers().first)
        #expect(NotifyWorker().firesBehindCommands(first) && first.id.isEmpty)
        #expect(!NotifyWorker().firesBehindCommands(Timer(kind: "send", id: "", due: first.due)))
        try harness.beat()
        #expect(harness.takeCalls().count == 1)
        try harness.advance(by: .seconds(200))
        #expect(try timers().map { "\($0.kind)/\($0.id)" } == ["resume/push"] && harness.calls.isEmpty)
        try harness.beat()
        #expect(harness.takeCalls().count == 1)
    }
}
