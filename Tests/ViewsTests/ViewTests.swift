import Contracts
import Daemon
import Foundation
import Glibc
import Kafka
import RealKafka
import SQLite
import Synchronization
import Telemetry
import TelemetryTesting
import Testing

@testable import Views

/// A view on a Kafka that does what the test says.
@Suite(.timeLimit(.minutes(30))) struct ViewTests {
    let directory: String
    let kafka = ScriptedKafka(["changelog": .init(2), "events": .init(1)])
    var path: String { "\(directory)/toy/view.sqlite" }

    init() throws { directory = try Leftovers.temporaryDirectory("view") }

    @Test func `what lies in the topics is in the rows with the positions`() throws {
        for number in 0..<1000 {
            kafka.add("changelog", number % 2, "k\(number % 70)", "\(number)")
            kafka.add("events", 0, "e\(number % 3)", "")
        }
        kafka.add("changelog", 1, "k69", nil)
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        let content = try running.content()
        #expect(content.positions == ["changelog/0": 500, "changelog/1": 501, "events/0": 1000])
        #expect(content.counts == ["e0": 334, "e1": 333, "e2": 333])
        #expect(content.rows.count == 69)
        #expect(content.rows["k0"] == "980")
        let status = running.view.status
        #expect(status.snapshot.asOf == kafka.time.milliseconds)
        #expect(status.snapshot.records == 2001)
        #expect(status.position("changelog", 1) == 501)
        #expect(status.isPassed("events", 0, 999) && !status.isPassed("events", 0, 1000))
        #expect(!status.isPassed("events", 1, 0))
        kafka.add("events", 0, "e0", "")
        try running.awaitPassed("events", 0, 1000)
        #expect(try running.content().counts["e0"] == 335)
        try running.stop()
    }

    /// Which may wait in memory for that, while the view is made.
    @Test func `large rows are committed before there are many`() throws {
        let value = String(repeating: "x", count: 1 << 20)
        for number in 0..<160 { kafka.add("changelog", 0, "k\(number % 3)", value) }
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        // Its start and its end are two commits, and the moment is a third.
        #expect(running.commits.count >= 5)
        #expect(try running.content().rows.count == 3)
        try running.stop()
    }

    @Test func `where records trickle readers see them and are told`() throws {
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        let before = running.commits.count
        kafka.change { $0.trickle = "events" }
        var (seen, told) = (Int64(0), before)
        for _ in 0..<5 {
            try eventually("more") { try running.content().counts["e"] ?? 0 > seen && running.commits.count > told }
            (seen, told) = (try running.content().counts["e"] ?? 0, running.commits.count)
        }
        kafka.change { $0.trickle = nil }
        try running.stop()
    }

    @Test func `continues where it was`() throws {
        kafka.add("events", 0, "a", "")
        var running = Running(directory, kafka)
        try running.awaitCaughtUp()
        try running.stop()
        kafka.add("events", 0, "a", "")
        running = Running(directory, kafka)
        try running.awaitCaughtUp()
        #expect(try running.content().counts == ["a": 2])
        #expect(running.view.status.snapshot.records == 1)
        try running.stop()
    }

    @Test func `from now is the end at the first start`() throws {
        let topics = [FollowedTopic("events", .events, from: .now)]
        kafka.add("events", 0, "before", "")
        var running = Running(directory, kafka, topics)
        try running.awaitCaughtUp()
        try running.stop()
        kafka.add("events", 0, "meanwhile", "")
        running = Running(directory, kafka, topics)
        try running.awaitCaughtUp()
        #expect(try running.content().counts == ["meanwhile": 1])
        try running.stop()
    }

    @Test func `is caught up only when an open transaction has ended`() throws {
        kafka.add("events", 0, "a", "")
        kafka.add("events", 0, "b", "")
        kafka.change { $0.topics["events"]?.partitions[0].open = 1 }
        let running = Running(directory, kafka)
        try eventually("what is committed") { running.view.status.position("events", 0) == 1 }
        #expect(!running.view.status.snapshot.isCaughtUp)
        #expect(running.view.status.snapshot.asOf == nil)
        kafka.change { state in
            state.topics["events"]?.partitions[0].entries.append(nil)
            state.topics["events"]?.partitions[0].open = nil
        }
        try running.awaitCaughtUp()
        try eventually("the mark") { running.view.status.position("events", 0) == 3 }
        #expect(try running.content().counts == ["a": 1, "b": 1])
        try running.stop()
    }

    @Test func `what cannot be applied is passed over and leaves nothing`() throws {
        for value in ["", "bad", "", "half", "", "half", "bad", ""] { kafka.add("events", 0, "e", value) }
        for value in ["1", "half", "bad"] { kafka.add("changelog", 0, "k", value) }
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        #expect(try running.content().counts == ["e": 4])
        #expect(try running.content().rows == ["k": "1"])
        #expect(running.view.status.snapshot.passedOver == 6)
        try eventually("its word") {
            let said = running.log.lines("records were skipped: the view could not apply them")
            return said.compactMap { Int($0["records"] ?? "") }.reduce(0, +) == 6
        }
        try running.stop()
        #expect(try Database(path).integer(of: "SELECT sum(records) FROM view_passed") == 6)
    }

    /// In one transaction with all before it, as they are while the view is made: more than have a savepoint of their
    /// own after one.
    @Test func `one that is refused behind many does not hold up the view`() throws {
        kafka.change { state in
            for number in 0..<12_000 { state.topics["events"]?.partitions[0].add("e", number == 11_500 ? "half" : "") }
        }
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        #expect(try running.content().counts == ["e": 11_999])
        #expect(running.view.status.snapshot.passedOver == 1)
        try running.stop()
    }

    // MARK: What passes

    @Test func `an answer that is older than what has been read changes nothing`() throws {
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        let isRead = Mutex(false)
        kafka.change { [kafka] state in
            state.meanwhile = {
                kafka.add("events", 0, "e", "")
                do { try running.awaitPassed("events", 0, 0) } catch { Issue.record(error) }
                isRead.withLock { $0 = true }
            }
        }
        try eventually("the look") { isRead.withLock { $0 } }
        kafka.change { $0.time = $0.time + .seconds(9) }
        let time = kafka.time.milliseconds
        try eventually("a later one") { running.view.status.snapshot.asOf == time }
        #expect(running.log.lines("following").count == 1)
        #expect(running.view.status.snapshot.fault == nil)
        try running.stop()
    }

    @Test func `while Kafka is away readers read on`() throws {
        kafka.add("events", 0, "e", "")
        let first = Running(directory, kafka)
        try first.awaitCaughtUp()
        let asOf = try #require(first.view.status.snapshot.asOf)
        try first.stop()
        kafka.change { state in
            state.isAway = true
            state.time = state.time + .seconds(60)
        }
        let running = Running(directory, kafka)
        try eventually("what there is") { running.view.file != nil }
        #expect(try running.content().counts == ["e": 1])
        try eventually("its word") { running.view.status.snapshot.fault != nil }
        #expect(running.view.status.snapshot.asOf == asOf)
        #expect(!running.view.status.snapshot.isCaughtUp)
        kafka.change { $0.isAway = false }
        try running.awaitCaughtUp()
        #expect(running.view.status.snapshot.asOf == asOf + 60_000)
        #expect(running.view.status.snapshot.fault == nil)
        try running.stop()
    }

    @Test func `topics that are missing are waited for`() throws {
        kafka.change { $0.topics["events"] = nil }
        let running = Running(directory, kafka)
        try eventually("its word") { running.view.status.snapshot.fault == "topics are missing: events" }
        #expect(throws: ViewUnread.notThere) { try running.content() }
        kafka.change { $0.topics["events"] = ScriptedKafka.Topic() }
        try running.awaitCaughtUp()
        try running.stop()
    }

    @Test func `a full disk is waited for`() throws {
        let running = Running(directory, kafka, Running.topics, Limited.self)
        try running.awaitCaughtUp()
        Limited.isFull.store(true, ordering: .releasing)
        for number in 0..<3000 { kafka.add("changelog", 0, "k\(number)", String(repeating: "v", count: 100)) }
        kafka.add("events", 0, "e", "")
        try eventually("its word") { running.view.status.snapshot.fault?.hasPrefix("the disk is full") == true }
        #expect(try running.content().rows.count < 3000)
        Limited.isFull.store(false, ordering: .releasing)
        try eventually("the rest") {
            let content = try running.content()
            return content.rows.count == 3000 && content.counts == ["e": 1]
        }
        try eventually("its word") { running.view.status.snapshot.fault == nil }
        #expect(running.view.status.snapshot.passedOver == 0)
        try running.stop()
    }

    /// On a disk that is full when the test says so.
    private final class Limited: ViewRows {
        static let version = 1
        static let tables = Toy.tables
        static let isFull = Atomic(false)
        private let toy: Toy
        private let fill: Statement
        private let clear: Statement

        init(_ database: borrowing Database) throws {
            toy = try Toy(database)
            fill = try database.prepare("PRAGMA max_page_count = 20")
            clear = try database.prepare("PRAGMA max_page_count = 1000000")
        }

        func handler(of topic: String) -> ViewHandler {
            let apply = toy.handler(of: topic)
            return { [self] record in
                _ = try Self.isFull.load(ordering: .acquiring) ? fill.integer() : clear.integer()
                try apply(record)
            }
        }
    }
}
