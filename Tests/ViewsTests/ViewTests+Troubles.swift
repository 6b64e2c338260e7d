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

/// What cannot be continued with.
extension ViewTests {
    enum Trouble: String, CaseIterable {
        case cluster, partitions, id, shorter, otherRecord, otherEvents, rows, newer, damaged, old, unfinished
    }

    @Test(arguments: Trouble.allCases) func `what cannot be resumed is rebuilt`(_ trouble: Trouble) throws {
        kafka.change { $0.topics["events"]?.id = "one" }
        for number in 0..<20 {
            kafka.add("changelog", number % 2, "k\(number)", "v")
            kafka.add("events", 0, "e", "")
        }
        let first = Running(directory, kafka)
        try first.awaitCaughtUp()
        try first.stop()
        kafka.change { state in
            switch trouble {
            case .cluster: state.cluster = "there"
            case .partitions: state.topics["changelog"]?.partitions.append(ScriptedKafka.Partition())
            case .id: state.topics["events"]?.id = "two"
            case .shorter: state.topics["changelog"]?.partitions[0].entries.removeLast(3)
            case .otherRecord: state.topics["changelog"]?.partitions[1].entries[9]?.time = 8
            case .otherEvents:
                state.topics["events"]?.partitions[0].entries[19] = nil
                state.topics["events"]?.partitions[0].add("e", "")
            case .old: state.time = state.time + ShardFile.maximumAge + .seconds(1)
            case .rows, .newer, .damaged, .unfinished: break
            }
        }
        // Of a machine that has been started since.
        if trouble == .unfinished { try Database(path).execute("INSERT INTO view_meta VALUES ('making', 'before')") }
        if trouble == .newer { try Database(path).setUserVersion(99) }
        if trouble == .damaged {
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.write(contentsOf: Data(repeating: 7, count: 64))
            try file.close()
        }
        let running = Running(directory, kafka, Running.topics, trouble == .rows ? Toy2.self : Toy.self)
        try running.awaitCaughtUp(rebuilds: 1)
        let content = try running.content()
        #expect(content.rows.count == (trouble == .shorter ? 17 : 20))
        #expect(content.counts == ["e": 20])
        #expect(running.log.lines("the view is rebuilt from Kafka").count == 1)
        #expect(FileManager.default.fileExists(atPath: path + ".damaged") == (trouble == .damaged))
        try running.stop()
    }

    @Test func `a topic that is created again while it is followed is seen`() throws {
        for _ in 0..<5 { kafka.add("events", 0, "old", "") }
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        kafka.change { state in
            state.topics["events"] = ScriptedKafka.Topic()
            state.topics["events"]?.partitions[0].add("new", "")
        }
        try running.awaitCaughtUp(rebuilds: 1)
        #expect(try running.content().counts == ["new": 1])
        try running.stop()
    }

    @Test func `what retention has taken of events is said and of a changelog is not`() throws {
        for number in 0..<4 {
            kafka.add("events", 0, "e", "")
            kafka.add("changelog", 0, "k", "\(number)")
        }
        let first = Running(directory, kafka)
        try first.awaitCaughtUp()
        try first.stop()
        for number in 4..<9 {
            kafka.add("events", 0, "e", "")
            kafka.add("changelog", 0, "k", "\(number)")
        }
        kafka.change { state in
            for topic in ["events", "changelog"] { state.topics[topic]?.partitions[0].low = 7 }
        }
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        #expect(try running.content().counts == ["e": 6])
        #expect(try running.content().rows == ["k": "8"])
        let said = running.log.lines("records expired in Kafka before the view read them: continuing at the oldest one")
        #expect(said.map { "\($0["topic"] ?? "") \($0["from"] ?? "") \($0["to"] ?? "")" } == ["events 4 7"])
        #expect(running.view.status.snapshot.rebuilds == 0)
        try running.stop()
    }

    @Test func `a file of someone else is left alone`() throws {
        try FileManager.default.createDirectory(atPath: "\(directory)/toy", withIntermediateDirectories: true)
        try Database(path).execute("CREATE TABLE mine(x)")
        let running = Running(directory, kafka)
        try eventually("its end") { running.ending != nil }
        #expect(throws: StateError.notOurs(path)) { try running.stop() }
        #expect(try Database(path).integer(of: "SELECT count(*) FROM mine") == 0)
    }

    @Test func `a directory belongs to one process`() throws {
        let running = Running(directory, kafka)
        try running.awaitCaughtUp()
        let second = Running(directory, kafka)
        try eventually("its end") { second.ending != nil }
        #expect(throws: StateError.self) { try second.stop() }
        try running.stop()
    }
}
