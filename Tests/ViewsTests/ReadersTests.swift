import Foundation
import RealKafka
import SQLite
import Testing

@testable import Views

/// Those who read while it is written.
@Suite(.timeLimit(.minutes(30))) struct ReadersTests {
    private let directory: String
    private let kafka = ScriptedKafka(["changelog": .init(2), "events": .init(1)])

    init() throws { directory = try Leftovers.temporaryDirectory("view") }

    @Test func `a reading is of one moment and holds nobody up`() throws {
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        kafka.add("events", 0, "e", "")
        try running.awaitPassed("events", 0, 0)
        try running.readers.read { queries in
            let first = try queries.all()
            kafka.add("events", 0, "e", "")
            try running.awaitPassed("events", 0, 1)
            let (other, second) = (try running.content(), try queries.all())
            #expect([first.counts, other.counts, second.counts] == [["e": 1], ["e": 2], ["e": 1]])
            #expect([first, other, second].map { $0.positions["events/0"] } == [1, 2, 1])
        }
        #expect(try running.content().counts == ["e": 2])
        try running.stop()
    }

    @Test func `positions and rows agree whatever is being written`() throws {
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        var seen: Set<Int64> = []
        for round in 0..<300 {
            for _ in 0..<50 { kafka.add("events", 0, "e", "") }
            let content = try running.content()
            #expect(content.counts["e"] ?? 0 == content.positions["events/0"] ?? 0, "round \(round)")
            seen.insert(content.positions["events/0"] ?? 0)
        }
        try running.awaitPassed("events", 0, 14_999)
        #expect(try running.content().counts == ["e": 15_000])
        try running.stop()
    }

    @Test func `no more read than may`() throws {
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        try running.readers.read { _ in
            try running.readers.read { _ in
                do {
                    _ = try running.content()
                    Issue.record("a third one reads")
                } catch { #expect(error as? ViewUnread == .busy) }
            }
        }
        #expect(try running.content().counts.isEmpty)
        try running.stop()
    }

    @Test func `a reading continues while the view is rebuilt`() throws {
        for _ in 0..<5 { kafka.add("events", 0, "old", "") }
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        try running.readers.read { queries in
            let first = try queries.all()
            kafka.change { state in
                state.topics["events"] = ScriptedKafka.Topic()
                state.topics["events"]?.partitions[0].add("new", "")
            }
            try running.awaitCaughtUp(rebuilds: 1)
            let (second, other) = (try queries.all(), try running.content())
            #expect([first.counts, second.counts, other.counts] == [["old": 5], ["old": 5], ["new": 1]])
        }
        #expect(try running.content().counts == ["new": 1])
        kafka.add("events", 0, "new", "")
        try running.awaitPassed("events", 0, 1)
        #expect(try running.content().counts == ["new": 2])
        try running.stop()
        #expect(try Database("\(directory)/toy/view.sqlite").integer(of: "SELECT events FROM counts") == 2)
    }

    @Test func `damage that a reader finds is mended by the view`() throws {
        for number in 0..<5000 { kafka.add("changelog", 0, "k\(number)", "\(number)") }
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        running.view.isDamaged(try damage())
        try running.awaitCaughtUp(rebuilds: 1)
        #expect(try running.content().rows.count == 5000)
        try running.stop()
    }

    /// What SQLite says of a file that is none.
    private func damage() throws -> SQLiteError {
        let path = "\(directory)/none"
        try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: path))
        do { _ = try Database(path) } catch { return error }
        throw Trouble("it is a database")
    }
}
