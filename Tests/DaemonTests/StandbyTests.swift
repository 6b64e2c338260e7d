import Contracts
import Foundation
import Kafka
import KafkaTesting
import RealKafka
import SQLite
import Synchronization
import Telemetry
import TelemetryTesting
import Testing
import Workers

@testable import Daemon

/// A standby's files, with a changelog and a clock of the test's own.
@Suite struct StandbyTests {
    /// Two partitions of a changelog, from whose ends nothing comes.
    private final class Script: ScriptedReader, @unchecked Sendable {
        var records: [[(key: String, value: String?)]] = [[], []]
        var now = ContinuousClock.now
        /// What the reader says next in place of a record.
        var failure: KafkaError?
        private(set) var readers = 0
        private var positions: [Int32: Int] = [:]
        private var told: Set<Int32> = []

        func reader(_ properties: [String: String], log: Logger) -> any ChangelogReader {
            readers += 1
            return self
        }

        func assign(_ partitions: [TopicPartition]) {
            positions = Dictionary(uniqueKeysWithValues: partitions.map { ($0.partition, Int($0.offset)) })
            told = []
        }

        func next(milliseconds: Int32) -> Reader.Event? {
            if let failure {
                self.failure = nil
                return .failure(failure)
            }
            for (partition, position) in positions.sorted(by: { $0.key < $1.key }) {
                guard position < records[Int(partition)].count else {
                    guard told.insert(partition).inserted else { continue }
                    return .end(TopicPartition("here.changelog", partition, offset: Int64(position)))
                }
                positions[partition] = position + 1
                told.remove(partition)
                let (key, value) = records[Int(partition)][position]
                return .record(
                    Record(
                        topic: "here.changelog", topicID: 1, partition: partition, offset: Int64(position),
                        timestamp: nil, key: Array(key.utf8), value: value.map { Array($0.utf8) }, headers: Headers()))
            }
            return nil
        }

        func watermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64) {
            (0, Int64(records[Int(partition)].count))
        }
    }

    private let changelog = Script()
    private let directory: StateDirectory
    private let log = MemoryLog()
    private let metrics = DaemonMetrics(MetricsRegistry(), Context("here"))

    init() throws { directory = try StateDirectory(Leftovers.temporaryDirectory("standby"), Context("here")) }

    private func make() -> (Standby, ChangelogFollower) {
        let plan = RestoreJob.Plan(
            context: Context("here"), inputs: [], group: "here", properties: [:],
            identity: ShardFile.Identity(cluster: "here", partitions: 2, cacheKiB: 256), directory: directory,
            partitions: [], watchdog: Watchdog(), callLimit: .seconds(10))
        let standby = Standby(plan, tables: [Timers.self, Sums.self], in: changelog)
        let logger = Logger(level: .info, sink: log)
        standby.lend([0, 1])
        return (standby, ChangelogFollower(standby, metrics, log: logger, kafkaLog: quiet, in: changelog))
    }

    /// Reads what is there, and lets a second pass, so that it is saved.
    private func follow(_ follower: ChangelogFollower) {
        for _ in 0..<3 {
            while follower.turn() {}
            changelog.now += .milliseconds(1001)
        }
    }

    private func rows(_ partition: Int32) throws -> [String] {
        var rows: [String] = []
        try Database(directory.file(partition), mode: .readOnly).prepare("SELECT key, value FROM sums").forEachRow {
            rows.append("\(String(copying: $0.text(0)))=\(String(copying: $0.text(1)))")
            return true
        }
        return rows
    }

    private func meta(_ name: String, _ partition: Int32) throws -> Int64 {
        try Database(directory.file(partition), mode: .readOnly)
            .integer(of: "SELECT value FROM meta WHERE key = '\(name)'")
    }

    private func setMeta(_ name: String, _ value: Int64, _ partition: Int32) throws {
        try Database(directory.file(partition)).execute("UPDATE meta SET value = '\(value)' WHERE key = '\(name)'")
    }

    @Test func `what comes is in the files a second later, and whoever takes one back has it open`() throws {
        let (standby, follower) = make()
        changelog.records = [[("sums/a", "1"), ("sums/b", "2")], [("sums/c", "3")]]
        follow(follower)
        #expect(standby.isWarm)
        #expect(try rows(0) == ["a=1", "b=2"] && rows(1) == ["c=3"])
        changelog.records[0] += [("sums/a", nil), ("sums/b", "4")]
        follow(follower)
        #expect(try rows(0) == ["b=4"] && meta("position", 0) == 4)
        // Not saved yet when it is taken back.
        changelog.records[0].append(("sums/d", "5"))
        while follower.turn() {}
        let restore = try #require(standby.takeBack(0, quiet))
        #expect(try restore.shard.position == 5 && rows(0) == ["b=4", "d=5"])
        // It is not opened again before it is lent.
        follow(follower)
        #expect(standby.withFiles { $0.partitions } == [1])
        #expect(standby.takeBack(0, quiet) == nil)
        #expect(metrics.standby.partitions.value == 1 && metrics.standby.lag.value == 0)
    }

    @Test func `while a restore is at work nothing is read`() throws {
        let (standby, follower) = make()
        standby.beginRestore()
        changelog.records[0] = [("sums/a", "1")]
        follow(follower)
        #expect(standby.withFiles { $0.partitions } == [])
        standby.endRestore()
        follow(follower)
        #expect(try rows(0) == ["a=1"])
    }

    @Test func `a file that is built gets its name when it is whole, and is followed on`() throws {
        let (standby, follower) = make()
        changelog.records[0] = (0..<100).map { ("sums/k\($0)", "1") }
        follow(follower)
        #expect(!FileManager.default.fileExists(atPath: ShardFile.buildingPath(directory.file(0))))
        #expect(try rows(0).count == 100)
        changelog.records[0].append(("sums/z", "1"))
        follow(follower)
        #expect(try rows(0).count == 101)
        #expect(standby.isWarm)
    }

    /// Whoever works on the partition makes a dead letter of it: it has to see it.
    @Test func `a record of no table is read again by whoever takes the partition back`() throws {
        let (standby, follower) = make()
        changelog.records[0] = [("sums/a", "1"), ("others/x", "?"), ("sums/b", "2")]
        follow(follower)
        #expect(try meta("position", 0) == 1)
        let restore = try #require(standby.takeBack(0, quiet))
        #expect(try restore.shard.position == 1)
        #expect(try rows(0) == ["a=1", "b=2"])
    }

    /// A file that nobody notes to be in use is made anew after half a day.
    @Test(arguments: [true, false]) func `a file is in use while all is in it that there is`(_ isWhole: Bool) throws {
        let (standby, follower) = make()
        changelog.records[0] = [("sums/a", "1")]
        follow(follower)
        try setMeta("savedAt", 7, 0)
        // The reader tells of nothing: it may be that it reaches no broker.
        if !isWhole {
            standby.withFiles { _ in changelog.assign([]) }
            changelog.records[0].append(("sums/b", "2"))
        }
        changelog.now += .seconds(301)
        _ = follower.turn()
        follow(follower)
        #expect(try (meta("savedAt", 0) > 7) == isWhole)
    }

    @Test func `a file that has seen more than there is stays as it is, and the others are followed`() throws {
        do {
            let (_, follower) = make()
            changelog.records = [[("sums/a", "1"), ("sums/b", "1")], []]
            follow(follower)
            follower.end()
        }
        changelog.records = [[("sums/a", "1")], [("sums/c", "1")]]
        let (standby, follower) = make()
        follow(follower)
        #expect(standby.withFiles { $0.partitions } == [1] && standby.isWarm)
        #expect(try rows(0) == ["a=1", "b=1"] && rows(1) == ["c=1"])
        #expect(log.lines("a file cannot be kept warm").count == 1)
    }

    @Test func `a changelog that is too new stops its own file alone`() throws {
        let (standby, follower) = make()
        changelog.records[0] = [(Changelog.positionsKey, #"{"format":99}"#)]
        changelog.records[1] = [("sums/c", "1")]
        follow(follower)
        #expect(standby.withFiles { $0.partitions } == [1])
        #expect(try rows(1) == ["c=1"])
        #expect(log.lines("a file cannot be kept warm").count == 1)
    }

    @Test func `a damaged file is put aside and made anew`() throws {
        do {
            let (_, follower) = make()
            changelog.records[0] = [("sums/a", "1")]
            follow(follower)
            follower.end()
        }
        try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: directory.file(0)))
        let (standby, follower) = make()
        follow(follower)
        #expect(standby.isWarm)
        #expect(try rows(0) == ["a=1"])
        #expect(FileManager.default.fileExists(atPath: directory.file(0) + ".damaged"))
    }

    @Test func `a file that there is no room for goes, and the others are followed`() throws {
        do { try Command.run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", directory.path]) } catch {
            FileHandle.standardError.write(Data("*** A STANDBY'S FULL DISK IS NOT TESTED: \(error)\n".utf8))
            return
        }
        defer { _ = try? Command.run("umount", ["-l", directory.path]) }
        let (standby, follower) = make()
        changelog.records[0] = (0..<100).map { ("sums/k\($0)", String(repeating: "1", count: 50_000)) }
        changelog.records[1] = [("sums/c", "3")]
        // The others are closed with it, and opened again after a pause.
        for _ in 0..<3 { follow(follower) }
        #expect(standby.withFiles { $0.partitions } == [1] && standby.isWarm)
        #expect(try rows(1) == ["c=3"])
        #expect(log.lines("the disk is full: there is no room to keep a file warm").count == 1)
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(!left.contains { $0.hasPrefix("0.sqlite") }, "\(left)")
        follower.end()
    }

    @Test func `what fails again and again is said once, and tried later each time`() throws {
        let (standby, follower) = make()
        changelog.records[0] = [("sums/a", "1")]
        let broken = KafkaError(code: .transport, .fatal, reason: "gone")
        for _ in 0..<5 {
            changelog.failure = broken
            for _ in 0..<40 where changelog.failure != nil {
                _ = follower.turn()
                changelog.now += .seconds(1)
            }
        }
        #expect(metrics.standby.failures.value == 5 && changelog.readers == 5)
        #expect(log.lines("files are not kept warm").map { $0["retry.ms"] } == ["500"])
        // At the next failure it would be 16 s.
        changelog.now += .seconds(8)
        follow(follower)
        #expect(standby.isWarm)
        #expect(try rows(0) == ["a=1"])
        #expect(log.lines("files are kept warm again").count == 1)
    }

    @Test func `who comes new to a group that works waits until its files are warm`() {
        func mayJoin(_ looks: (state: String, clients: [String])...) -> Bool {
            var rule = JoinRule(client: "user-1")
            return looks.map { look in
                var group = Admin.Standing()
                (group.state, group.clients) = look
                return rule.mayJoin(group)
            }.last ?? false
        }
        #expect(!mayJoin(("Stable", ["user-0"])))
        // Nobody is there; it has a place; the group begins.
        #expect(mayJoin(("", [])))
        #expect(mayJoin(("Empty", [])))
        #expect(mayJoin(("Stable", ["user-0", "user-1"])))
        #expect(mayJoin(("PreparingRebalance", ["user-0"])))
        // Somebody else joins, who was warm first; or the last one has gone.
        #expect(!mayJoin(("Stable", ["user-0"]), ("PreparingRebalance", ["user-0", "user-2"])))
        #expect(mayJoin(("Stable", ["user-0"]), ("Empty", [])))
    }
}
