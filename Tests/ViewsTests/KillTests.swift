import Daemon
import Foundation
import Glibc
import Kafka
import RealKafka
import SQLite
import Telemetry
import Testing

@testable import Views

/// A view as a process of its own that is killed at each of its steps, and an independent fold of the topics up to the
/// positions that its file has.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct KillTests {
    private static let partitions: Int32 = 2
    private let directory: String
    private let properties: [String: String]
    private let changelog: String
    private let events: String
    private var path: String { "\(directory)/view/view.sqlite" }

    init() throws {
        directory = try Leftovers.temporaryDirectory("view")
        properties = ["bootstrap.servers": try RealKafka.shared().bootstrapServers]
        let name = RealKafka.uniqueName("kill")
        (changelog, events) = ("\(name).changelog", "\(name).events")
        try Admin(properties, log: quiet).createTopics(
            [changelog, events].map { NewTopic($0, partitions: Self.partitions) })
    }

    private func start(_ crashPoint: String? = nil) throws -> Child {
        try Child(
            "benchmark", ["view", properties["bootstrap.servers"] ?? "", directory, changelog, events],
            environment: ["CRASH_POINT": crashPoint])
    }

    /// Rows that are changed and deleted, and events of which some are refused after they have been written.
    private func send(_ numbers: Range<Int>) throws {
        let producer = try Producer(properties, log: quiet)
        for number in numbers {
            let partition = Int32(number % Int(Self.partitions))
            let key = "\(number % 2 == 0 ? "a" : "u")\(number % 37)"
            let value: [UInt8]? = number % 11 == 0 ? nil : Array("v\(number)".utf8)
            if let value {
                try producer.send(changelog, partition: partition, key: key.utf8.span, value: value.span)
            } else {
                try producer.send(changelog, partition: partition, key: key.utf8.span, value: nil)
            }
            let isRefused = number % 101 == 100
            let event = "e\(number % 7)"
            if isRefused {
                try producer.send(events, partition: partition, key: event.utf8.span, value: nil)
            } else {
                try producer.send(events, partition: partition, key: event.utf8.span, value: "".utf8.span)
            }
        }
        try producer.flush(milliseconds: 30_000)
    }

    @Test(
        arguments: [
            CrashPoint.viewMade, .viewBegun, .viewApplied, .viewNoted, .viewSaved, .viewFinishing, .viewReckoned,
            .viewFinished,
        ])
    func `killed at any step its rows are what the topics say`(_ point: CrashPoint) throws {
        try send(0..<400)
        for (round, times) in [1, 2, 250].enumerated() {
            // Later ones are not passed by all.
            let child = try start("\(point.rawValue)@\(times)")
            try eventually("its end, or that it has caught up; \(child.log.suffix(500))") {
                child.exitStatus != nil || child.log.contains("caught up")
            }
            if round == 0 {
                try child.wait(for: "its end") { _ in child.exitStatus != nil }
                #expect(child.exitStatus == .signal(SIGKILL), "\(child.log)")
            }
            child.end()
            try check()
            try send(400 + round * 100..<500 + round * 100)
        }
        let last = try start()
        try last.wait(for: "all") { $0.contains("caught up") }
        last.send(SIGTERM)
        #expect(try last.awaitExit() == .code(0))
        let records = try check()
        #expect(records == 1400, "\(last.log)")
    }

    @Test func `killed while it is rebuilt it is made`() throws {
        try send(0..<300)
        let first = try start()
        try first.wait(for: "all") { $0.contains("caught up") }
        first.end()
        try Database(path).execute("UPDATE view_meta SET value = '0' WHERE key = 'rows'")
        let child = try start("\(CrashPoint.viewRemoved.rawValue)@1")
        try child.wait(for: "its end") { _ in child.exitStatus != nil }
        #expect(child.exitStatus == .signal(SIGKILL))
        #expect(!FileManager.default.fileExists(atPath: path))
        let last = try start()
        try last.wait(for: "all") { $0.contains("caught up") }
        last.end()
        #expect(try check() == 600)
    }

    /// Compares the file with a fold of the topics up to its positions, if it is as far as to have any.
    /// - Returns: how many records lie before those.
    @discardableResult
    private func check() throws -> Int {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        // A copy: who is killed next finds it as it was left.
        let copy = try Leftovers.temporaryDirectory("copy")
        for suffix in ["", "-wal", "-journal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: "\(copy)/view.sqlite\(suffix)")
        }
        let database = try Database("\(copy)/view.sqlite")
        guard try database.integer(of: "SELECT count(*) FROM sqlite_schema") > 0 else { return 0 }
        #expect(try text(database, "PRAGMA integrity_check").keys.sorted() == ["ok"])
        let ends = try text(database, "SELECT key, next FROM view_positions").mapValues { Int64($0) ?? 0 }
        var (users, answers): ([String: String], [String: String]) = ([:], [:])
        var (counts, passed, records) = ([String: Int](), 0, 0)
        for topic in [changelog, events] {
            for partition in 0..<Self.partitions {
                let end = ends["\(topic)/\(partition)"] ?? 0
                var offsets: [Int64] = []
                try forEachRecord(topic, partition, below: end) { offset, key, value in
                    records += 1
                    offsets.append(offset)
                    if topic == events {
                        if value == nil { passed += 1 } else { counts[key, default: 0] += 1 }
                    } else if key.hasPrefix("a") {
                        answers[key] = value
                    } else {
                        users[key] = value
                    }
                }
                #expect(offsets == Array(0..<end), "\(topic) [\(partition)]")
            }
        }
        #expect(try text(database, "SELECT key, value FROM users") == users)
        #expect(try text(database, "SELECT key, value FROM answers") == answers)
        #expect(try text(database, "SELECT key, events FROM counts") == counts.mapValues(String.init))
        #expect(try database.integer(of: "SELECT sum(records) FROM view_passed") == Int64(passed))
        if try database.viewMeta("making") == nil {
            #expect(try database.integer(of: "SELECT rows FROM totals") == Int64(answers.count))
        }
        return records
    }

    private func text(_ database: borrowing Database, _ query: String) throws -> [String: String] {
        var rows: [String: String] = [:]
        try database.prepare(query).forEachRow { row in
            rows[row.string(0)] = row.string(1)
            return true
        }
        return rows
    }

    private func forEachRecord(
        _ topic: String, _ partition: Int32, below end: Int64, _ body: (Int64, String, String?) -> Void
    ) throws {
        guard end > 0 else { return }
        let reader = try Reader(properties, log: quiet, isolation: .readCommitted)
        try reader.assign([TopicPartition(topic, partition, offset: 0)])
        var isRead = false
        try eventually("\(topic) up to \(end)") {
            while !isRead, let event = reader.next(milliseconds: 100) {
                switch event {
                case .record(let record):
                    guard record.offset < end else { return true }
                    let key = Self.text(record.key) ?? ""
                    body(record.offset, key, Self.text(record.value))
                    isRead = record.offset + 1 == end
                case .end(let place): isRead = place.offset >= end
                case .failure(let error): throw error
                }
            }
            return isRead
        }
    }

    private static func text(_ bytes: Span<UInt8>?) -> String? {
        guard let bytes else { return nil }
        return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}
