import Contracts
import Glibc
import Kafka
import KafkaTesting
import RealKafka
import Synchronization
import Telemetry
import TelemetryTesting
import TestTraits
import Testing
import Threads
import Workers

@testable import Daemon

/// Reading a changelog, with a reader and a clock of the test's own.
@Suite struct ChangelogReplayTests {
    /// A client whose end does not return.
    private final class Hanging: ChangelogReader {
        let reader: any ChangelogReader
        init(_ reader: any ChangelogReader) { self.reader = reader }
        deinit { _ = Glibc.pause() }
        func assign(_ partitions: [TopicPartition]) throws(KafkaError) { try reader.assign(partitions) }
        func next(milliseconds: Int32) -> Reader.Event? { reader.next(milliseconds: milliseconds) }
    }

    /// As many records as this, and before each some looks that find nothing; the clock continues by ten seconds with
    /// each of those.
    private final class Trickle: ScriptedReader, @unchecked Sendable {
        static let count: Int64 = 6
        private let pauses: Int
        private var paused = 0
        private var next: Int64 = 0
        private(set) var now = ContinuousClock.now
        /// How often the ends were looked at.
        private(set) var looks = 0

        private let hangs: Bool

        init(pauses: Int, hangs: Bool = false) { (self.pauses, self.hangs) = (pauses, hangs) }

        func next(milliseconds: Int32) -> Reader.Event? {
            if paused < pauses {
                paused += 1
                now += .seconds(10)
                return nil
            }
            paused = 0
            next += 1
            return .record(
                Record(
                    topic: "changelog", topicID: 1, partition: 0, offset: next - 1, timestamp: nil,
                    key: Array("sums/\(next)".utf8), value: [1], headers: Headers()))
        }

        func watermarks(_ topic: String, _ partition: Int32) -> (low: Int64, high: Int64) {
            looks += 1
            return (0, Self.count)
        }

        func reader(_ properties: [String: String], log: Logger) -> any ChangelogReader { hangs ? Hanging(self) : self }
    }

    /// Where a record comes now and then nothing is in the way.
    @Test(arguments: [(1, 0), (3, 6)]) func `only where nothing comes the ends are looked at again`(
        _ pauses: Int, _ looks: Int
    ) throws {
        let trickle = Trickle(pauses: pauses)
        let log = MemoryLog()
        let rows = try Self.replay(Leftovers.temporaryDirectory("replay"), trickle, Watchdog(), log)?.rows
        #expect(rows == [0: Int(Trickle.count)])
        #expect(trickle.looks == looks)
        #expect(log.lines("restoring waits for an open transaction to end").count == looks)
    }

    /// It would be waited for without an end, by a daemon that is not ready and says nothing.
    @Test(.ahead) func `a reader that does not end ends the process`() async throws {
        let path = try Leftovers.temporaryDirectory("replay")
        await #expect(processExitsWith: .exitCode(70)) { [path = path as String] in
            let watchdog = Watchdog()
            watchdog.start(quiet)
            _ = try ChangelogReplayTests.replay(path, Trickle(pauses: 0, hangs: true), watchdog, MemoryLog())
        }
    }

    private static func replay(
        _ path: String, _ trickle: Trickle, _ watchdog: Watchdog, _ log: MemoryLog
    ) throws -> ChangelogReplay.Result? {
        let directory = try StateDirectory(path, Context("replay"))
        let plan = RestoreJob.Plan(
            context: Context("replay"), inputs: [], group: "replay", properties: [:],
            identity: ShardFile.Identity(cluster: "here", partitions: 1, cacheKiB: 256), directory: directory,
            partitions: [0], watchdog: watchdog, callLimit: .milliseconds(500))
        let restore = try ShardRestore(0, directory.file(0), plan.identity, [Timers.self, Sums.self]) { _ in true }
        try restore.begin(at: 0, end: Trickle.count)
        let replay = try ChangelogReplay(plan, [restore], [0: Trickle.count], in: trickle)
        let remaining = Atomic(0)
        return try replay.run(remaining, StopSignal(), Logger(level: .info, sink: log), quiet)
    }
}
