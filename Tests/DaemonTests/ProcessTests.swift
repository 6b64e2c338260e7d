import Daemon
import Foundation
import Glibc
import RealKafka
import Testing

/// Daemons as processes that are killed, stopped and paused under load.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct ProcessTests {
    @Test func `killed at any time it does everything once`() throws {
        let bench = try Bench(RealKafka.shared())
        let kept = try Leftovers.temporaryDirectory("kept")
        let seed = Self.seed()
        var dice = Dice(seed: seed)
        for round in 0..<20 {
            let directory = round % 2 == 0 ? kept : try Leftovers.temporaryDirectory("empty")
            try bench.send(500)
            let before = try bench.committed()
            let daemon = try bench.start(directory: directory, isStatic: true)
            try bench.send(1000)
            // By what it has come to, not by the clock: a machine that is busy restarts it slower than a clock would
            // kill it.
            switch dice.weighted([1, 1, 1, 5]) {
            case 0: try daemon.wait(for: "its first line") { !$0.isEmpty }
            case 1: try daemon.wait(for: "its partitions") { $0.contains("msg=\"partitions assigned\"") }
            case 2: try daemon.wait(for: "running") { $0.contains("msg=running") }
            default:
                let wanted = before + Int64(dice.number(in: 1...1400))
                try daemon.wait(for: "\(wanted) records") { _ in try bench.committed() >= wanted }
            }
            usleep(UInt32(dice.number(in: 0...50)) * 1000)
            daemon.send(SIGKILL)
            #expect(try daemon.awaitExit() == .signal(SIGKILL), "seed \(seed): \(daemon.log.suffix(2000))")
            try bench.checkFiles(directory)
        }
        let daemon = try bench.start(directory: kept, isStatic: true)
        // Everything may have been done before.
        try bench.finish(daemon)
        try bench.checkFiles(kept, areComplete: true)
    }

    /// Another one each time, unless it is given in the variable `SEED`.
    private static func seed(_ test: String = #function) -> UInt64 {
        let given = ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 0..<1_000_000)
        print("\(test): seed \(seed)")
        return seed
    }

    @Test func `killed in the middle of a restore it restores all of it`() throws {
        let bench = try Bench(RealKafka.shared())
        try bench.send(48_000)
        let first = try bench.start(directory: Leftovers.temporaryDirectory("first"), isStatic: true)
        try bench.awaitDone()
        first.send(SIGKILL)
        _ = try first.awaitExit()

        let directory = try Leftovers.temporaryDirectory("state")
        func names() -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: directory + "/benchmark")) ?? []
        }
        func isBuilding() -> Bool { names().contains { $0.hasSuffix(".building") } }
        var dice = Dice(seed: Self.seed())
        var (kills, rounds) = (0, 0)
        // How fast it restores is the machine's affair: as often as it takes.
        while rounds < 6 || kills == 0 && rounds < 30 {
            rounds += 1
            let daemon = try bench.start(directory: directory, isStatic: true)
            try eventually("a file that is built") { isBuilding() || names().count { $0.hasSuffix(".sqlite") } == 4 }
            usleep(UInt32(dice.number(in: 0...150)) * 1000)
            daemon.send(SIGKILL)
            #expect(try daemon.awaitExit() == .signal(SIGKILL), "\(daemon.log.suffix(2000))")
            if isBuilding() { kills += 1 }
            try bench.checkFiles(directory)
            for name in names().sorted() where name.hasSuffix(".sqlite") && dice.chance(of: 1, in: 2) {
                try FileManager.default.removeItem(atPath: "\(directory)/benchmark/\(name)")
            }
        }
        #expect(kills > 0, "no kill met a restore")
        let last = try bench.start(directory: directory, isStatic: true)
        try last.wait(for: "running") { $0.contains("msg=running") }
        #expect(!isBuilding())
        try bench.send(200)
        try bench.awaitDone()
        last.send(SIGTERM)
        #expect(try last.awaitExit() == .code(0))
        try bench.checkFiles(directory, areComplete: true)
        try bench.checkOutput()
    }

    @Test func `told to stop under load it ends in time with its files where Kafka is`() throws {
        let bench = try Bench(RealKafka.shared())
        let directory = try Leftovers.temporaryDirectory("state")
        let daemon = try bench.start(directory: directory)
        try bench.send(2000)
        try daemon.wait(for: "work") { $0.contains("handled more") }
        try bench.send(3000)
        let told = ContinuousClock.now
        daemon.send(SIGTERM)
        #expect(try daemon.awaitExit() == .code(0), "\(daemon.log.suffix(2000))")
        #expect(.now - told < Patience.promised)
        try bench.checkFiles(directory, areComplete: true)
        for partition in 0..<Bench.partitions {
            let wal = "\(directory)/benchmark/\(partition).sqlite-wal"
            #expect(!FileManager.default.fileExists(atPath: wal), "a file was not closed")
        }
        let next = try bench.start(directory: directory)
        try bench.finish(next)
    }

    @Test(arguments: [false, true]) func `replicas that come go and are killed lose and repeat nothing`(
        _ isStatic: Bool
    ) throws {
        let bench = try Bench(RealKafka.shared())
        let directories = try ["a", "b"].map { _ in try Leftovers.temporaryDirectory("state") }
        func start(_ replica: Int) throws -> Child {
            let daemon = try bench.start(
                directory: directories[replica], replica: ["a", "b"][replica], isStatic: isStatic)
            try daemon.wait(for: "running") { $0.contains("msg=running") }
            return daemon
        }
        var a = try start(0)
        try bench.send(1000)
        let b = try start(1)
        try bench.send(1000)
        a.send(SIGTERM)
        #expect(try a.awaitExit() == .code(0))
        try bench.send(1000)
        a = try start(0)
        try bench.send(1000)
        b.send(SIGKILL)
        _ = try b.awaitExit()
        try bench.send(1000)
        // The other one's partitions come when its session has ended.
        try bench.awaitDone()
        a.send(SIGTERM)
        #expect(try a.awaitExit() == .code(0))
        try bench.checkOutput()
        for directory in directories { try bench.checkFiles(directory) }
    }

    /// Late: the broker has aborted its transaction, which is the end of its producer. Early: its transaction is open
    /// and as good as ever, and only the group, which has continued without it, keeps it from committing.
    @Test(arguments: ["early", "late"]) func `a zombie writes nothing when it wakes`(_ wakes: String) throws {
        let bench = try Bench(RealKafka.shared())
        let directories = try ["a", "b"].map { _ in try Leftovers.temporaryDirectory("state") }
        let isLate = wakes == "late"
        // Early, nothing may end for its age, however long the other one takes.
        let limits =
            isLate
            ? "transaction.timeout.ms=2000 message.timeout.ms=2000"
            : "transaction.timeout.ms=300000 message.timeout.ms=300000"
        // Behind the last record of its third transaction, and before the group hears of it: surely open, however busy
        // the machine.
        let zombie = try bench.start(
            directory: directories[0], replica: "a", properties: limits,
            crashPoint: "\(CrashPoint.inputsNoted.rawValue)@3=stop")
        try zombie.wait(for: "a transaction that is open") { _ in
            guard !zombie.isStopped else { return true }
            try bench.send(100)
            return false
        }
        let length = zombie.log.utf8.count
        let other = try bench.start(directory: directories[1], replica: "b", properties: limits)
        try other.wait(for: "its session's end") { $0.contains("msg=\"partitions assigned\"") }
        if isLate {
            try other.wait(for: "running") { $0.contains("msg=running") }
            try bench.awaitDone()
        }
        try bench.send(1000)
        zombie.send(SIGCONT)
        func said() -> String { String(decoding: zombie.log.utf8.dropFirst(length), as: UTF8.self) }
        try zombie.wait(for: "its return") { _ in said().contains("msg=running") }
        // Late, it depends on the machine what tells it first: the group, the commit, the age of a message, the state
        // of its client.
        let reasons =
            ["transaction aborted"]
            + (isLate ? ["took longer than Kafka allows", "starting over from what Kafka holds"] : [])
        #expect(reasons.contains { said().contains($0) }, "\(said())")
        try bench.send(1000)
        try bench.awaitDone()
        for daemon in [zombie, other] {
            daemon.send(SIGTERM)
            #expect(try daemon.awaitExit() == .code(0), "\(daemon.log.suffix(2000))")
        }
        try bench.checkOutput()
        for directory in directories { try bench.checkFiles(directory) }
    }
}
