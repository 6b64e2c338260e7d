import Contracts
import Testing
import Workers
import WorkersTesting

@testable import NotifyContext

/// Contacts that do not hold any more, whichever of two records is read first. The clock begins at 09:00 UTC.
@Suite struct LateContactTests {
    private let harness = Harness([NotifyWorker()], partitions: 2, check: keepsItsContract)

    private var letters: [String] { harness.deadLetters.map { "\($0.rejection.kind.rawValue)" } }
    private var contacts: [String] { harness.rows(.notify, Contacts.self).values.sorted() }

    /// A contact that Kafka got so long ago.
    private func set(_ user: String, _ address: String, ago: Duration) throws {
        harness.send(.notifyCommands, key: user, Sample.contact(user, address: address), at: harness.clock - ago)
        try harness.run()
    }

    private func remove(_ user: String, ago: Duration) throws {
        harness.send(
            .notifyCommands, key: user, #"{"eventType":"RemoveContact","userId":"\#(user)"}"#, at: harness.clock - ago)
        try harness.run()
    }

    @Test func `a contact from before he left is late, and one from behind it holds`() throws {
        // Whose clock is ahead: times of events are their senders'.
        try harness.leave("kim", at: harness.clock + .seconds(1800))
        try harness.leave("kim", at: harness.clock - .seconds(3600))
        try harness.command("kim", Sample.contact("kim"))
        #expect(letters == ["late"] && harness.values(.notifyEvents).isEmpty && contacts.isEmpty)
        try harness.advance(by: .seconds(1801))
        try harness.command("kim", Sample.contact("kim"))
        try harness.leave("kim", at: harness.clock - .seconds(1))
        #expect(letters == ["late"] && contacts.count == 1)
        try harness.leave("kim", at: harness.clock)
        #expect(contacts.isEmpty && harness.said == ["ContactRemoved", "ContactSet"])
    }

    @Test func `of two contacts, and of a contact and a removal, the later one counts`() throws {
        try set("kim", "new", ago: .seconds(10))
        try set("kim", "old", ago: .seconds(15))
        #expect(letters == ["late"] && contacts.count == 1 && contacts[0].contains("new-push"))
        try remove("kim", ago: .seconds(11))
        #expect(letters == ["late", "late"] && contacts.count == 1)
        // Said twice is said once, and later.
        try set("kim", "new", ago: .seconds(3))
        try remove("kim", ago: .seconds(5))
        #expect(letters.count == 3 && contacts.count == 1)
    }

    @Test func `a removal that is read before the contact ends it`() throws {
        try harness.remove("kim")
        try set("kim", "a", ago: .milliseconds(1))
        #expect(letters == ["late"] && harness.said == ["ContactRemoved"])
        // Of the same millisecond the one that is read later counts.
        try set("kim", "a", ago: .zero)
        #expect(contacts.count == 1)
    }

    @Test func `that he has gone is known as long as commands are kept`() throws {
        try harness.remove("kim")
        try harness.advance(by: .seconds(3600))
        try harness.remove("kim")
        #expect(harness.timers(.notify).map { $0.hasSuffix("/gone/kim") } == [true])
        try harness.advance(by: .seconds(31 * 86_400 - 1))
        #expect(harness.rows(.notify, Gone.self).count == 1)
        try harness.advance(by: .seconds(2))
        #expect(harness.rows(.notify, Gone.self).isEmpty && harness.timers(.notify).isEmpty)
    }
}
