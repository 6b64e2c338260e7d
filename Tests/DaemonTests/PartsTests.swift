import Contracts
import Foundation
import Glibc
import HTTP
import Kafka
import RealKafka
import SQLite
import Synchronization
import Telemetry
import TelemetryTesting
import TestTraits
import Testing
import Threads

@testable import Daemon

@Suite struct StateDirectoryTests {
    let parent: String
    init() throws { parent = try Leftovers.temporaryDirectory("directory") }

    @Test func `a directory belongs to one at a time`() throws {
        let parent = parent + "/made/on the way"
        var one: StateDirectory? = try StateDirectory(parent, .user)
        #expect(one?.file(3) == "\(parent)/user/3.sqlite")
        let error = #expect(throws: StateError.self) {
            try StateDirectory(parent, .user, timeout: .milliseconds(100))
        }
        #expect(error?.description.contains("in use by another daemon") == true)
        _ = try StateDirectory(parent, .dr)
        one = nil
        _ = try StateDirectory(parent, .user)
    }

    @Test func `an error tells whose file it is about`() throws {
        let directory = try StateDirectory(parent, .user)
        for (name, partition) in [("12.sqlite", 12), ("3.sqlite.building", 3), ("other", nil)] as [(String, Int32?)] {
            let path = "\(directory.path)/\(name)"
            try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: SQLiteError.self) {
                try Database(path).integer(of: "SELECT count(*) FROM sqlite_schema")
            }
            #expect(error.map(StateDirectory.partition(of:)) == partition)
        }
    }

    /// Else it is room that is missing, for a file's log, and passes.
    @Test func `what cannot be written is told from what has no room`() throws {
        #expect(StateDirectory.canWrite(parent + "/new.sqlite"))
        try Data().write(to: URL(fileURLWithPath: parent + "/there.sqlite"))
        #expect(StateDirectory.canWrite(parent + "/there.sqlite"))
        #expect(!StateDirectory.canWrite(parent + "/away/new.sqlite"))
        try FileManager.default.createDirectory(atPath: parent + "/0.sqlite", withIntermediateDirectories: false)
        #expect(!StateDirectory.canWrite(parent + "/0.sqlite"))
    }

    @Test func `a directory that is let go in a moment is waited for`() throws {
        let one = Mutex<StateDirectory?>(try StateDirectory(parent, .user))
        let began = ContinuousClock.now
        let thread = Thread("holder") {
            usleep(300_000)
            one.withLock { $0 = nil }
        }
        _ = try StateDirectory(parent, .user)
        #expect(.now - began >= .milliseconds(300))
        thread.join()
    }

    @Test func `what a killed restore has left is taken away`() throws {
        let directory = try StateDirectory(parent, .user).path
        for name in ["7.sqlite", ShardFile.buildingPath("7.sqlite")] {
            try Data().write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
        }
        _ = try StateDirectory(parent, .user)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["7.sqlite", "lock"])
    }

    @Test func `what cannot be a directory is refused`() throws {
        try Data().write(to: URL(fileURLWithPath: parent + "/file"))
        let error = #expect(throws: StateError.self) { try StateDirectory(parent + "/file", .user) }
        #expect(error?.description.contains("Not a directory") == true)
        #expect(throws: StateError.self) { try StateDirectory("/proc/nowhere", .user) }
    }
}

@Suite struct BackoffTests {
    @Test func `each wait is twice the last up to half a minute`() {
        var backoff = Backoff()
        let now = ContinuousClock.now
        #expect(backoff.isDue(at: now))
        let waits = (0..<9).map { _ in backoff.failed(at: now) }
        #expect(waits.prefix(4) == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)])
        #expect(waits.last == .seconds(30))
        #expect(!backoff.isDue(at: now + .milliseconds(29_999)))
        #expect(backoff.isDue(at: now + .seconds(30)))
        backoff.reset()
        #expect(backoff.isDue(at: now))
        #expect(backoff.failed(at: now) == .milliseconds(500))
    }
}

// They wait for all other tests to leave them a thread.
@Suite(.timeLimit(.minutes(60))) struct WatchdogTests {
    static let log = Logger(level: .error, sink: MemoryLog())

    @Test(.ahead) func `a call that hangs ends the process`() async {
        await #expect(processExitsWith: .exitCode(70)) {
            let watchdog = Watchdog()
            watchdog.start(WatchdogTests.log)
            watchdog.guarding(.milliseconds(500)) { _ = pause() }
        }
    }

    @Test(.ahead) func `a guard within another is the one that counts`() async {
        await #expect(processExitsWith: .exitCode(70)) {
            let watchdog = Watchdog()
            watchdog.start(WatchdogTests.log)
            watchdog.guarding(.seconds(60)) {
                watchdog.guarding(.milliseconds(500)) { _ = pause() }
            }
        }
    }

    @Test(.ahead) func `calls that return are left alone`() async {
        await #expect(processExitsWith: .exitCode(3)) {
            let watchdog = Watchdog()
            watchdog.start(WatchdogTests.log)
            for _ in 0..<10 { watchdog.guarding(.seconds(5)) { _ = usleep(100_000) } }
            usleep(1_000_000)
            watchdog.end()
            exit(3)
        }
    }
}

@Suite struct HealthTests {
    let status = DaemonStatus(MetricsRegistry(), .user)

    private func ask(_ path: String, limit: Duration = .seconds(60)) -> Int {
        Health.answer(HTTPRequest(method: "GET", path: path), status, livenessLimit: limit).status
    }

    @Test func `only a daemon that runs is ready`() {
        for state in DaemonStatus.State.allCases {
            status.set(state)
            #expect(ask("/readyz") == (state == .running ? 200 : 503))
        }
    }

    @Test func `what stops does not begin again`() {
        status.set(.stopping)
        for state in DaemonStatus.State.allCases {
            status.set(state)
            #expect(status.current == .stopping && ask("/readyz") == 503)
        }
    }

    @Test func `a daemon without Kafka is not ready but lives`() {
        let log = Logger(level: .info, sink: MemoryLog())
        status.set(.running)
        status.unreachable(outage.reason, log)
        #expect(ask("/readyz") == 503)
        let answer = Health.answer(
            HTTPRequest(method: "GET", path: "/readyz"), status, livenessLimit: .seconds(1))
        #expect(String(decoding: answer.body, as: UTF8.self) == "not ready: Kafka cannot be reached\n")
        #expect(ask("/livez") == 200)
        status.reachable(log)
        #expect(ask("/readyz") == 200)
    }

    @Test func `waiting for Kafka at the start is no reason to start again`() {
        #expect(ask("/startupz") == 503)
        status.set(.waiting)
        #expect(ask("/startupz") == 200)
    }

    @Test func `a loop that does not poll is dead`() {
        #expect(ask("/livez", limit: .zero) == 503)
        #expect(ask("/nothing") == 404)
        #expect(
            Health.answer(HTTPRequest(method: "POST", path: "/livez"), status, livenessLimit: .seconds(1)).status == 405
        )
    }

    @Test func `an outage is said once`() {
        let sink = MemoryLog()
        let log = Logger(level: .info, sink: sink)
        for _ in 0..<5 { status.unreachable(outage.reason, log) }
        status.reachable(log)
        status.reachable(log)
        #expect(sink.lines.count == 2)
    }
}

@Suite struct LoopSettingsTests {
    @Test(arguments: ["isolation.level", "transactional.id", "partition.assignment.strategy", "auto.offset.reset"])
    func `what exactly once rests on cannot be set`(_ property: String) {
        let settings = LoopSettings(context: .user, bootstrapServers: "x", properties: [property: "y"])
        let error = #expect(throws: StateError.self) { try settings.check() }
        #expect(error?.description.contains(property) == true)
    }

    @Test func `others win`() throws {
        let settings = LoopSettings(
            context: .user, bootstrapServers: "x", instance: 2,
            properties: ["linger.ms": "0", "session.timeout.ms": "6000", "security.protocol": "ssl"])
        try settings.check()
        #expect(settings.producer["linger.ms"] == "0" && settings.consumer["linger.ms"] == nil)
        #expect(settings.consumer["session.timeout.ms"] == "6000" && settings.producer["session.timeout.ms"] == nil)
        #expect(settings.common["security.protocol"] == "ssl")
        #expect(settings.producer["transactional.id"] == "user-2" && settings.consumer["group.instance.id"] == "user-2")
        // Kafka's own is 60 s: so long a predecessor that is gone would hold its records back.
        #expect(settings.producer["transaction.timeout.ms"] == "10000")
    }
}

/// What an unreachable Kafka says.
let outage: KafkaError = {
    do throws(KafkaError) {
        _ = try Admin(["bootstrap.servers": "127.0.0.1:1"], log: quiet).clusterID(timeout: .milliseconds(1))
    } catch { return error }
    preconditionFailure("port 1 answers")
}()
