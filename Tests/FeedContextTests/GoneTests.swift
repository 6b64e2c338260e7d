import Contracts
import Testing
import Workers
import WorkersTesting

@testable import FeedContext

/// Who has left or revoked is not asked about, whichever of two topics is read first. The clock begins at 09:00 UTC.
@Suite struct GoneTests {
    private let harness = Harness(
        [FeedWorker(FeedSettings(window: 2))], partitions: 2, seed: 1, check: keepsItsContract)

    private func leave(_ user: String, at leftAt: String) throws {
        harness.send(
            .userEvents, key: user,
            #"{"eventType":"UserLeft","timestamp":1795251600000,"id":"\#(user)","leftAt":"\#(leftAt)"}"#)
        try harness.run()
    }

    private var letters: [String] { harness.deadLetters.map { "\($0.rejection.kind.rawValue)" } }

    @Test func `a registration from before he left is late, and one from behind it holds`() throws {
        try leave("kim", at: "2026-11-21T09:30:00Z")
        try leave("kim", at: "2026-11-21T08:00:00Z")
        try harness.command("kim", Sample.register("kim"))
        #expect(harness.takeCalls().isEmpty && letters == ["late"])
        #expect(harness.values(.feedEvents).isEmpty)
        try harness.advance(by: .seconds(1801))
        try harness.command("kim", Sample.register("kim"))
        #expect(harness.takeCalls().count == 1)
    }

    @Test func `a registration from before he revoked is late, also where nothing was known of him`() throws {
        try harness.command("kim", Sample.revoke("kim"))
        #expect(harness.values(.feedEvents, MeterRevoked.type).count == 1 && letters.isEmpty)
        try harness.command("kim", Sample.register("kim"))
        #expect(harness.takeCalls().isEmpty && letters == ["late"])
    }

    @Test(arguments: [true, false])
    func `who has come back since is asked about, though his leaving is read late`(isSame: Bool) throws {
        try harness.command("kim", Sample.register("kim"))
        #expect(harness.takeCalls().count == 1)
        try harness.advance(by: .seconds(60))
        try harness.command("kim", Sample.register("kim", number: isSame ? "0123456789" : "22"))
        try leave("kim", at: "2026-11-21T09:00:30Z")
        #expect(harness.rows(.feed, Meters.self).count == 1)
        #expect(harness.values(.feedEvents, MeterRevoked.type).isEmpty)
        try leave("kim", at: "2026-11-21T09:01:00Z")
        #expect(harness.rows(.feed, Meters.self).isEmpty && harness.rows(.feed, Calls.self).isEmpty)
        #expect(letters.isEmpty)
    }

    @Test func `that he has gone is known as long as commands are kept`() throws {
        try harness.command("kim", Sample.revoke("kim"))
        try harness.advance(by: .seconds(3600))
        try harness.command("kim", Sample.revoke("kim"))
        #expect(harness.timers(.feed).map { $0.hasSuffix("/gone/kim") } == [true])
        try harness.advance(by: .seconds(31 * 86_400 - 1))
        #expect(harness.rows(.feed, Gone.self).count == 1)
        try harness.advance(by: .seconds(2))
        #expect(harness.rows(.feed, Gone.self).isEmpty && harness.timers(.feed).isEmpty)
    }

    @Test func `a row that cannot be read holds up nobody who waits behind it`() throws {
        let harness = Harness([FeedWorker(FeedSettings(window: 1))], partitions: 1, seed: 1, check: keepsItsContract)
        for user in ["kim", "lee", "park"] { try harness.command(user, Sample.register(user)) }
        let first = try #require(harness.takeCalls().first)
        let good = try #require(harness.rows(.feed, Meters.self)["lee"])
        harness.put(.feed, Meters.self, "lee", "{}", in: 0)
        try harness.answer(first, .day, Sample.day(wh: 100))
        #expect(harness.takeCalls().map(\.user.text) == ["park"])
        #expect(harness.deadLetters.isEmpty)
        // It can be read again, by a later version for example.
        harness.put(.feed, Meters.self, "lee", good, in: 0)
        try harness.command("park", Sample.revoke("park"))
        try harness.advance(by: .seconds(61))
        #expect(harness.takeCalls().map(\.user.text) == ["lee"])
    }

    @Test(arguments: [true, false])
    func `what was repaired by hand costs no place, and nobody is forgotten`(isCustomer: Bool) throws {
        let harness = Harness([FeedWorker(FeedSettings(window: 1))], partitions: 1, seed: 1, check: keepsItsContract)
        for user in ["kim", "lee"] { try harness.command(user, Sample.register(user)) }
        #expect(harness.takeCalls().map(\.user.text) == ["kim"])
        if isCustomer {
            harness.takeOut(.feed, Meters.self, "kim")
        } else {
            harness.takeOut(.feed, Calls.self, Calls.key(UserID(text: "kim")))
        }
        try harness.advance(by: .seconds(121))
        let asked = harness.takeCalls().map(\.user.text)
        #expect(asked == [isCustomer ? "lee" : "kim"])
    }
}
