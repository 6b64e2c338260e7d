import Daemon
import Glibc
import Kafka
import SQLite
import Telemetry
import Threads
import Views

/// How fast a view is made: a changelog of customers, each with a row and an answer to an order, is followed into an
/// empty directory; and beside it, in the same process, the same rows go into the same tables without Kafka: the floor.
struct ViewMeasurement {
    private static let partitions: Int32 = 8
    private static let limit = Duration.seconds(300)

    let bootstrapServers: String
    let customers: Int
    /// Else in the order of their keys, as a register is.
    let isShuffled: Bool

    func run() throws {
        let topic = "view-\(getpid()).changelog"
        try fill(topic)
        let directory = "/tmp/negawatt-view-\(getpid())"
        defer {
            for name in ["view", "floor"] { remove("\(directory)/\(name)") }
            unsafe _ = rmdir(directory)
        }
        for round in 0..<3 {
            remove("\(directory)/view")
            let view = BenchmarkView.make(bootstrapServers, directory, [FollowedTopic(topic, .changelog)])
            let (cpu, began) = (Self.cpu(), ContinuousClock.now)
            let thread = Thread("view") { do { try view.run() } catch { complain("\(error)") } }
            while !view.status.snapshot.isCaughtUp {
                guard .now - began < Self.limit else { throw MeasurementError(description: "the view is not made") }
                usleep(1000)
            }
            report("view_\(round)", began, cpu)
            view.requestStop()
            thread.join()
            let floor = try floor("\(directory)/floor")
            report("floor_\(round)", floor.began, floor.cpu)
            say("floor_\(round)_bytes", floor.bytes)
        }
        say("rss_mb", ProcessUsage(Int(getpid())).map { $0.residentBytes / 1_000_000 } ?? 0)
        try Client(bootstrapServers).admin.deleteTopics([topic])
    }

    private func report(_ name: String, _ began: ContinuousClock.Instant, _ cpu: Duration) {
        say("\(name)_seconds", (ContinuousClock.now - began).seconds)
        say("\(name)_us", (Self.cpu() - cpu).seconds * 1e6 / Double(2 * customers))
    }

    private static func cpu() -> Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func remove(_ directory: String) {
        for name in DatabaseFiles.all.map({ "view.sqlite\($0)" }) + ["lock"] {
            unsafe _ = unlink("\(directory)/\(name)")
        }
        unsafe _ = rmdir(directory)
    }

    /// Lends the rows in the order in which they are sent.
    private func forEachRow(_ body: (Span<UInt8>, Span<UInt8>) throws -> Void) throws {
        for number in 0..<customers {
            // A number without a common factor with theirs: each comes up once, and none beside its neighbours.
            let customer = isShuffled ? number * 611_953 % customers : number
            let id = String(customers + customer)
            let user = #"{"id":"c\#(id)","name":"Kim Minsu","capacity":8000,"point":1200,"registeredAt":1700000000000}"#
            let answer = #"{"drId":"dr-1","userId":"c\#(id)","userName":"Kim Minsu","capacity":8000,"answer":"accept"}"#
            try body("c\(id)".utf8.span, user.utf8.span)
            try body("answers:dr-1.c\(id)".utf8.span, answer.utf8.span)
        }
    }

    private func fill(_ topic: String) throws {
        let client = try Client(bootstrapServers)
        try client.admin.createTopics([
            NewTopic(topic, partitions: Self.partitions, config: ["cleanup.policy": "compact"])
        ])
        let producer = try Producer(
            ["bootstrap.servers": bootstrapServers, "linger.ms": "20"],
            log: Logger(level: .warning, sink: FileLog(.logfmt, descriptor: STDERR_FILENO)))
        try forEachRow { key, value in
            // A customer's rows lie in one partition.
            let last = Int32(key[key.count - 1] &+ key[key.count - 2])
            try producer.send(topic, partition: last % Self.partitions, key: key, value: value)
        }
        try producer.flush(milliseconds: 60_000)
    }

    /// Plain inserts, as a view that is being made has them.
    private func floor(_ directory: String) throws -> (began: ContinuousClock.Instant, cpu: Duration, bytes: Int64) {
        remove(directory)
        unsafe _ = mkdir(directory, 0o700)
        let database = try Database("\(directory)/view.sqlite")
        try database.execute(
            """
            PRAGMA journal_mode = PERSIST; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; \(BenchmarkView.tables)
            """)
        let put = try ["users", "answers"].map { table in
            FloorStatement(
                try database.prepare(
                    "INSERT INTO \(table) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2"))
        }
        let (cpu, began) = (Self.cpu(), ContinuousClock.now)
        var rows = 0
        try database.begin()
        try forEachRow { key, value in
            try put[rows & 1].statement.run(text: key, text: value)
            rows += 1
            guard rows % 500_000 == 0 else { return }
            try database.commit()
            try database.begin()
        }
        try database.commit()
        let bytes = try database.integer(of: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return (began, cpu, bytes)
    }

    private final class FloorStatement {
        let statement: Statement
        init(_ statement: consuming Statement) { self.statement = statement }
    }
}
