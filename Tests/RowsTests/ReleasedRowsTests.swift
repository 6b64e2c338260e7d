import Contracts
import JSON
import Schemas
import Testing
import Workers

@testable import Daemon

/// A canary, an upgrade and a way back: what one version has written, its neighbours read.
@Suite struct ReleasedRowsTests {
    @Test(arguments: Release.all)
    func `every row of a released version is read, and nothing in it is lost when it is written again`(
        _ release: Release
    ) throws {
        #expect(release.rows.count > 50)
        for row in release.rows {
            let again = try Tables.rewritten(row)
            let (before, after) = (try JSONTree(row.value), try JSONTree(again.value))
            for (name, value) in before.object ?? [:] where after[name] != value {
                Issue.record("\(release): \(name) of \(row) becomes \(after[name]?.description ?? "nothing")")
            }
            try release.check(again)
        }
    }

    @Test(arguments: Release.all)
    func `the rules of a released version hold for its own rows, and cover its tables`(_ release: Release) throws {
        var tables: Set<String> = []
        for row in release.rows {
            try release.check(row)
            tables.insert("\(row.context)/\(row.table)")
        }
        // But for the timers of those that have none.
        #expect(tables.count == 15)
    }

    @Test func `the last released version reads the rows and events of this one`() throws {
        let release = try #require(Release.all.last)
        // In three orders in which things can happen.
        let stories = try (1...3).map { try TodaysRows(seed: $0) }
        let rows = stories.flatMap(\.rows.values)
        let messages = stories.flatMap(\.messages)
        // Each kind of fault once: the rows are thousands.
        var faults: Set<String> = []
        func look(_ check: () throws -> Void) {
            do { try check() } catch { faults.insert("\(error)".replacing(/[0-9]+/, with: "N")) }
        }
        // Contexts that it has not are nothing to it.
        let known = Set(release.contexts.map(\.name))
        for row in rows where known.contains(row.context) { look { try release.check(row) } }
        for message in messages { look { try release.check(message.topic, message.value) } }
        #expect(faults.sorted().prefix(20) == [])
        // The stories have all of it: a table or a state that they lack is not looked at.
        for context in release.contexts {
            for table in Tables.of(context.name) {
                let name = table.name.description
                #expect(rows.contains { $0.context == context.name && $0.table == name }, "\(context) \(name)")
            }
        }
        for state in ["settling", "asking", "open", "saving", "saved"] {
            #expect(rows.contains { $0.value.contains("\"state\":\"\(state)\"") }, "\(state)")
        }
        for progress in ["changing", "closing", "cancelling", "changedEnd", "cancelReason"] {
            #expect(rows.contains { $0.context == "response" && $0.value.contains("\"\(progress)\":") }, "\(progress)")
        }
        for (context, part) in [
            ("kepco", "\"version\":2"), ("user", "\"version\":2"), ("response", "\"checkVersion\":"),
        ] {
            #expect(rows.contains { $0.context == context && $0.value.contains(part) }, "corrections of \(context)")
        }
        for left in ["leftAt", "registrations", "leavings"] {
            #expect(rows.contains { $0.table == "customers" && $0.value.contains("\"\(left)\":") }, "\(left)")
        }
        for part in ["leftAt", "earnedOn", "expiredOf"] {
            #expect(rows.contains { $0.table == "users" && $0.value.contains("\"\(part)\":") }, "\(part)")
        }
        for part in [
            #""status":"requested""#, #""status":"paid""#, "failure", "failedWithdrawal", "adjustment", "earnedBefore",
            #""paidOn""#, #""taken""#, #""spared""#,
        ] {
            #expect(rows.contains { $0.table == "ledger" && $0.value.contains(part) }, "\(part)")
        }
        #expect(Set(messages.map(\.topic)).isSuperset(of: release.contexts.map(\.events)))
    }

    /// A row that no worker writes.
    @Test func `the input positions are a timer like others to the last released version, and never fire there`() throws
    {
        let release = try #require(Release.all.last)
        var positions = InputPositions(topics: ["user.commands", "user.internal"], offsets: [17, 0])
        positions.advance(0, past: 17, time: 1_795_251_600_000)
        (positions.mark, positions.straysReported, positions.topicIDs[0]) = (5, 3, "AbJ6c3YSQKGMZzqGQ1ZQxg")
        var json = JSONWriter()
        _ = json.object { positions.write(&$0) }
        let bytes = json.bytes
        let value = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        for context in release.contexts {
            let row = Release.Row(context: context.name, table: "timers", key: InputPositions.rowKey, value: value)
            try release.check(row)
            let again = try Tables.rewritten(row)
            #expect(try JSONTree(again.value)["due"] == .string("2099-12-31T23:59:59.999Z"))
        }
    }

    @Test(arguments: Release.all) func `every event of a released version is read`(_ release: Release) throws {
        for message in Events.all {
            for (topic, file) in release.topics.sorted(by: { $0.key < $1.key }) {
                guard let known = file.messages[message.type.description] else { continue }
                #expect(throws: Never.self, "\(topic) \(message.type)") { try message.read(known.example.description) }
            }
        }
        let known = Set(Events.all.map(\.type.description))
        for (topic, file) in release.topics where topic.hasSuffix(".events") {
            #expect(known.isSuperset(of: file.messages.keys), "\(topic)")
        }
    }
}

/// What contexts say to each other.
enum Events {
    struct Event: Sendable {
        let type: MessageType
        let read: @Sendable (String) throws -> Void

        init<M: Message>(_ message: M.Type) {
            type = M.type
            read = { text in
                var reader = JSONReader()
                _ = try M(reader.fields(of: text.utf8.span))
            }
        }
    }

    static let all = [
        Event(DRStarted.self), Event(DREnded.self), Event(UserRegistered.self), Event(UserUpdated.self),
        Event(PointChanged.self), Event(PointWithdrawn.self), Event(WithdrawalPaid.self), Event(WithdrawalFailed.self),
        Event(ListMade.self), Event(AcceptChosen.self),
        Event(DenyChosen.self), Event(ListSaved.self), Event(ReductionCheck.self), Event(MakeList.self),
        Event(SaveList.self), Event(DRChanged.self), Event(DRCancelled.self), Event(ChangeList.self),
        Event(CancelList.self), Event(ListChanged.self), Event(ListCancelled.self),
        Event(ResourceRegistered.self),
    ]
}
