import Daemon
import Glibc
import Kafka
import SQLite
import Synchronization
import Telemetry
import Threads
import Views

/// How long it takes from a record's commit in Kafka until readers of a view are told that they see it: one record
/// after the other, as on an idle system, and then as many a second as are asked for.
struct ViewLatency {
    private static let limit = Duration.seconds(60)
    private static let samples = 200

    let bootstrapServers: String
    /// Records a second.
    let rate: Int

    func run() throws {
        let (changelog, events) = ("view-\(getpid()).changelog", "view-\(getpid()).events")
        let properties = ["bootstrap.servers": bootstrapServers, "linger.ms": "0"]
        let log = Logger(level: .warning, sink: FileLog(.logfmt, descriptor: STDERR_FILENO))
        let admin = try Admin(properties, log: log)
        let producer = try Producer(properties, log: log)
        try admin.createTopics([changelog, events].map { NewTopic($0, partitions: 1) })
        let directory = "/tmp/negawatt-view-\(getpid())"
        let told = Told()
        let view = BenchmarkView.make(
            bootstrapServers, directory,
            [FollowedTopic(changelog, .changelog), FollowedTopic(events, .events)],
            onCommit: { told.note($0.position(events, 0) ?? 0) })
        let thread = Thread("view") { do { try view.run() } catch { complain("\(error)") } }
        try wait("the view is not made") { view.status.snapshot.isCaughtUp }

        var committed: [ContinuousClock.Instant] = []
        func waitForLast() throws {
            try wait("a record is not seen") { view.status.isPassed(events, 0, Int64(committed.count - 1)) }
        }
        func send(every pause: Duration, _ count: Int, awaited: Bool) throws {
            var due = ContinuousClock.now
            for _ in 0..<count {
                try producer.send(
                    events, partition: 0, key: "e\(committed.count % 7)".utf8.span, value: "".utf8.span)
                try producer.flush(milliseconds: 60_000)
                committed.append(.now)
                if awaited { try waitForLast() }
                due += pause
                let left = due - .now
                if left > .zero { usleep(UInt32(left.seconds * 1e6)) }
            }
            try waitForLast()
        }
        // The first one makes connections.
        try send(every: .zero, 1, awaited: true)
        try send(every: .milliseconds(20), Self.samples, awaited: true)
        told.latencies(of: committed, from: 1).say("view_latency_idle")
        let first = committed.count
        try send(every: .microseconds(1_000_000 / max(rate, 1)), rate * 5, awaited: false)
        told.latencies(of: committed, from: first).say("view_latency_\(rate)_a_second")

        view.requestStop()
        thread.join()
        try admin.deleteTopics([changelog, events])
        for name in DatabaseFiles.all.map({ "view.sqlite\($0)" }) + ["lock"] {
            unsafe _ = unlink("\(directory)/view/\(name)")
        }
        unsafe _ = rmdir("\(directory)/view")
        unsafe _ = rmdir(directory)
    }

    private func wait(_ complaint: String, _ isThere: () -> Bool) throws {
        let deadline = ContinuousClock.now + Self.limit
        while !isThere() {
            guard .now < deadline else { throw MeasurementError(description: complaint) }
            usleep(200)
        }
    }

    /// When readers were told of how many records.
    private final class Told: Sendable {
        private let commits = Mutex<[(next: Int64, at: ContinuousClock.Instant)]>([])

        func note(_ next: Int64) { commits.withLock { $0.append((next, .now)) } }

        /// The acknowledgement may come later than the record is seen: that is none.
        func latencies(of committed: [ContinuousClock.Instant], from first: Int) -> Latencies {
            var latencies = Latencies()
            let commits = commits.withLock { $0 }
            var index = 0
            for offset in first..<committed.count {
                while index < commits.count, commits[index].next <= Int64(offset) { index += 1 }
                guard index < commits.count else { break }
                latencies.add(max(commits[index].at - committed[offset], .zero))
            }
            return latencies
        }
    }
}
