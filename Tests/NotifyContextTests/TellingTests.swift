import Contracts
import Testing
import Workers
import WorkersTesting

@testable import NotifyContext

/// A customer's notices, from what has happened until they are known to have arrived.
@Suite struct TellingTests {
    private func harness(_ settings: NotifySettings = .init(), seed: UInt64 = 1) -> Harness {
        Harness([NotifyWorker(settings)], partitions: 2, seed: seed, check: keepsItsContract)
    }

    @Test func `an order, its change and its withdrawal are told, each under a key of its own`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim"))
        var keys: [String] = []
        for type in ["Listmade", "Listchanged", "Listcancelled"] {
            try harness.list(type, "kim")
            try harness.beat()
            let calls = harness.takeCalls()
            let call = try #require(calls.first)
            #expect(calls.count == 1 && call.address == "a-1-push" && call.language == .en)
            keys.append(call.key.description)
            try harness.answer(call, .accepted)
        }
        #expect(keys[0] == "order/dr-1/kim/1795251600000/push" && Set(keys).count == 3)
        #expect(harness.said == ["ContactSet"] + Array(repeating: "NoticeAccepted", count: 3))
        #expect(harness.deadLetters.isEmpty)
    }

    @Test func `results, points and withdrawals are told, and corrections by their points alone`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim"))
        let check =
            #""id":"dr-1.kim","drId":"dr-1","userId":"kim","responseAnswer":"accept","reducedWh":500,"#
            + #""adjustPoint":500,"isReal":true"#
        for version in ["", #","version":2"#] {
            harness.send(
                .kepcoEvents, key: "kim",
                #"{"eventType":"ReductionCheck","timestamp":1795251600000,\#(check)\#(version)}"#)
        }
        for (type, fields) in [
            ("PointChanged", #""name":"Kim","change":5,"point":9,"reason":"r","drId":"dr-1""#),
            ("PointChanged", #""name":"Kim","change":5,"point":9,"reason":"r","adjustment":"a-1""#),
            ("PointChanged", #""name":"Kim","change":-5,"point":9,"reason":"r","earnedBefore":"2026-01-01T00:00:00Z""#),
            ("WithdrawalPaid", #""amount":5,"withdrawalId":"w-1""#),
            ("WithdrawalFailed", #""change":5,"point":9,"withdrawalId":"w-2","reason":"r""#),
        ] {
            harness.send(
                .userEvents, key: "kim", #"{"eventType":"\#(type)","timestamp":1795251600000,"id":"kim",\#(fields)}"#)
        }
        try harness.run()
        try harness.beat()
        let calls = harness.takeCalls()
        #expect(
            calls.map { "\($0.kind)" }.sorted() == ["adjusted", "expired", "paid", "points", "result", "unpaid"])
        for call in calls { try harness.answer(call, .duplicate) }
        #expect(harness.said.count { $0 == "NoticeAccepted" } == 6 && harness.deadLetters.isEmpty)
        // Nothing more of them: they are forgotten a day later.
        try harness.advance(by: .seconds(86_400))
        try harness.beat()
        #expect(harness.rows(.notify, Notices.self).isEmpty && harness.timers(.notify).isEmpty)
    }

    @Test func `what is refused goes over the next channel, and from the last one nowhere`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim"))
        try harness.list("Listmade", "kim")
        for channel in ["push", "sms"] {
            try harness.beat()
            let call = try #require(harness.takeCalls().first)
            #expect(call.key.channel == channel && call.address == "a-1-\(channel)")
            try harness.answer(call, .refused)
        }
        try harness.beat()
        #expect(harness.takeCalls().isEmpty && harness.said == ["ContactSet", "NoticeFailed"])
        #expect(harness.values(.notifyEvents, NoticeFailed.type).allSatisfy { $0.contains(#""channel":"sms""#) })
    }

    @Test func `an order's notice that nobody has confirmed goes over the next channel in time`() throws {
        let harness = harness()
        for user in ["kim", "lee", "park", "choi"] {
            try harness.command(user, Sample.contact(user, user == "choi" ? ["push"] : ["push", "sms"]))
            try harness.list("Listmade", user)
        }
        try harness.beat()
        let calls = harness.takeCalls()
        for call in calls { try harness.answer(call, .accepted) }
        try harness.confirm(try #require(calls.first { $0.key.user.text == "kim" }).key, "delivered")
        let seen = try #require(calls.first { $0.key.user.text == "lee" }).key
        try harness.command("lee", #"{"eventType":"AcknowledgeNotice","key":"\#(seen)"}"#)
        try harness.advance(by: .seconds(899))
        #expect(harness.takeCalls().isEmpty)
        try harness.advance(by: .seconds(2))
        let fallen = harness.takeCalls()
        let last = try #require(fallen.first)
        #expect(fallen.map(\.key.user.text) == ["park"] && last.key.channel == "sms")
        #expect(harness.said.count { $0 == "NoticeDelivered" } == 1 && harness.said.count { $0 == "NoticeSeen" } == 1)
        // Of the first channel, later: it is known to have arrived all the same.
        let first = try #require(calls.first { $0.key.user.text == "park" }).key
        try harness.confirm(first, "delivered")
        try harness.answer(last, .accepted)
        #expect(harness.said.count { $0 == "NoticeAccepted" } == 4)
    }

    @Test func `a channel that is away does not hold an order's notice up for longer than that`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim"))
        try harness.list("Listmade", "kim")
        var told: [String] = []
        for _ in 0..<(16 * 6) {
            try harness.advance(by: .seconds(10))
            for call in harness.takeCalls() where call.key.channel == "sms" { told.append(call.key.description) }
        }
        #expect(Set(told).count == 1, "\(told)")
    }

    @Test func `what is unavailable is told again, later each time, and an earlier answer says nothing`() throws {
        let harness = harness(NotifySettings(attempts: 4))
        try harness.command("kim", Sample.contact("kim", ["push", "sms"]))
        try harness.list("Listmade", "kim", to: .seconds(86_400))
        var calls: [NoticeCall] = []
        for _ in 0..<200 where calls.last?.key.channel != "sms" {
            try harness.beat()
            for call in harness.takeCalls() {
                calls.append(call)
                try harness.answer(call, .unavailable)
                if let first = calls.dropLast().first { try harness.answer(first, .accepted) }
            }
        }
        #expect(calls.map(\.attempt) == [1, 2, 3, 4, 5] && Set(calls.map(\.key)).count == 2)
        #expect(harness.said == ["ContactSet"])
    }

    @Test func `an outage of the last channel delays, and gives nothing up while there is time`() throws {
        let harness = harness(NotifySettings(attempts: 3))
        for user in ["kim", "lee"] {
            try harness.command(user, Sample.contact(user, ["push"]))
            try harness.list("Listmade", user, to: .seconds(user == "kim" ? 3600 : 7200))
        }
        var tries = 0
        for _ in 0..<480 {
            try harness.advance(by: .seconds(9))
            for call in harness.takeCalls() {
                tries += 1
                try harness.answer(call, .unavailable)
            }
        }
        #expect(tries > 60)
        let failed = harness.values(.notifyEvents, NoticeFailed.type)
        #expect(failed.count == 1 && failed[0].contains(#""userId":"kim""#) && failed[0].contains("unavailable"))
        for _ in 0..<20 {
            try harness.advance(by: .seconds(9))
            for call in harness.takeCalls() { try harness.answer(call, .accepted) }
        }
        #expect(harness.said.filter { $0 != "ContactSet" } == ["NoticeAccepted", "NoticeFailed"])
    }

    @Test func `a call without an answer is made again with the same key`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"]))
        try harness.list("Listmade", "kim")
        try harness.beat()
        let first = try #require(harness.takeCalls().first)
        try harness.advance(by: .seconds(119))
        #expect(harness.takeCalls().isEmpty)
        try harness.advance(by: .seconds(2))
        let second = try #require(harness.takeCalls().first)
        #expect(second.key == first.key && second.attempt == 2)
        try harness.answer(first, .refused)
        try harness.answer(second, .accepted)
        #expect(harness.said == ["ContactSet", "NoticeAccepted"])
    }

    @Test func `what would come too late is not told`() throws {
        let harness = harness()
        try harness.command("kim", Sample.contact("kim", ["push"]))
        // The daemon was away: its timers are overdue.
        harness.send(
            .responseEvents, key: "kim",
            Sample.list(
                "Listmade", "kim", at: harness.clock - .seconds(7200), from: harness.clock - .seconds(3600),
                to: harness.clock - .seconds(60)))
        try harness.beat()
        try harness.beat()
        #expect(harness.takeCalls().isEmpty)
        #expect(harness.values(.notifyEvents, NoticeFailed.type).allSatisfy { $0.contains("too-late") })
        #expect(harness.said == ["ContactSet", "NoticeFailed"])
    }

    @Test func `what is read late has a beat of its own, so that no two events have one id`() throws {
        let harness = harness()
        for user in ["kim", "lee", "park"] { try harness.command(user, Sample.contact(user, ["push"])) }
        let told = harness.clock
        for user in ["kim", "lee", "park"] {
            let value = Sample.list(
                "Listmade", user, at: told, from: told - .seconds(7200), to: told - .seconds(3600))
            harness.send(.responseEvents, key: user, value)
            try harness.beat()
            try harness.beat()
        }
        let ids = harness.topics[Topic.notifyEvents.name]?.joined().compactMap(\.id) ?? []
        #expect(harness.values(.notifyEvents, NoticeFailed.type).count == 3)
        #expect(ids.count == 6 && Set(ids).count == 6)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `no more than the window are on their way over a channel, and others are not held up`(_ seed: UInt64) throws {
        let harness = harness(NotifySettings(window: 3, stepLimit: 2), seed: seed)
        for number in 0..<30 {
            let channel = number.isMultiple(of: 3) ? "mail" : "push"
            harness.send(.notifyCommands, key: "k\(number)", Sample.contact("k\(number)", [channel]))
        }
        try harness.run()
        for number in 0..<30 {
            let value = Sample.list(
                "Listmade", "k\(number)", at: harness.clock, from: harness.clock + .seconds(60), to: nil)
            harness.send(.responseEvents, key: "k\(number)", value)
        }
        var (underway, told): ([NoticeCall], Set<String>) = ([], [])
        for _ in 0..<100 {
            try harness.beat()
            underway += harness.takeCalls()
            for partition: Int32 in 0..<2 {
                #expect(underway.count { $0.partition == partition && $0.key.channel == "push" } <= 3)
            }
            // The receiver of push hangs until all mails are told.
            let mails = underway.filter { $0.key.channel == "mail" }
            for call in mails.isEmpty && told.count >= 10 ? underway : mails {
                #expect(told.insert(call.key.description).inserted)
                try harness.answer(call, .accepted)
                underway.removeAll { $0.key == call.key }
            }
        }
        #expect(told.count == 30 && harness.sendings.isEmpty)
    }

    @Test func `orders go before points`() throws {
        let harness = harness(NotifySettings(window: 1))
        try harness.command("kim", Sample.contact("kim", ["push"]))
        for number in 1...3 {
            harness.send(
                .userEvents, key: "kim",
                #"{"eventType":"WithdrawalPaid","timestamp":1795251600000,"id":"kim","amount":5,"withdrawalId":"w-\#(number)"}"#
            )
        }
        try harness.run()
        try harness.beat()
        try harness.list("Listmade", "kim")
        var kinds: [String] = []
        for _ in 0..<5 {
            for call in harness.takeCalls() {
                kinds.append("\(call.kind)")
                try harness.answer(call, .accepted)
            }
            try harness.beat()
        }
        #expect(kinds == ["paid", "asked", "paid", "paid"])
    }
}
