import Contracts
import Foundation
import Glibc
import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// Kafka that is not there, on a broker of their own.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30)), .serialized) struct OutageTests {
    @Test func `daemons wait for Kafka and say so once`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("outage")) }
        let broker = try RealKafka.Broker()
        let world = try World(Here.self, on: broker)
        try broker.kill()
        // Absent at the start.
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory) {
            $0.callTimeout = .seconds(3)
        }
        try daemon.awaitLine("Kafka cannot be reached: waiting, nothing is lost")
        #expect(try daemon.get("/readyz").status == 503)
        #expect(try daemon.get("/startupz").status == 200)
        try broker.restart()
        try daemon.awaitLine("running")
        #expect(try daemon.get("/readyz").status == 200)
        try world.add(0..<100)
        try world.awaitAdded(0..<100)

        // Gone in the middle of the work, not in order.
        try world.add(100..<3000)
        try broker.kill()
        // It may have said so once more before, when a connection ended.
        try daemon.awaitLine("Kafka cannot be reached: waiting, nothing is lost", count: 2)
        try eventually("not ready") { try daemon.get("/readyz").status == 503 }
        #expect(try daemon.get("/livez").status == 200)
        // Everything is tried again: what was open, and producers after it.
        let failures = try daemon.failures()
        try eventually("three more tries") { try daemon.failures() >= failures + 3 }
        try broker.restart()
        try eventually("ready again") { try daemon.get("/readyz").status == 200 }
        try world.add(3000..<3100)
        try world.awaitAdded(0..<3100)
        // Once each time, and then that it is back.
        let words = daemon.log.lines.map(\.message).filter { $0.hasPrefix("Kafka cannot be") || $0 == "Kafka is back" }
        #expect(words.count >= 4 && words.count.isMultiple(of: 2), "\(daemon.lines)")
        #expect(words.enumerated().allSatisfy { ($1 == "Kafka is back") == !$0.isMultiple(of: 2) }, "\(daemon.lines)")
        // Some for each try: on a machine that is slow there are more of these.
        #expect(daemon.log.lines("librdkafka").filter { $0.level >= .warning }.count <= 20, "\(daemon.lines)")
        try daemon.stop()
        #expect(try world.sums() == World.expectedSums(0..<3100))

        // Told to stop while Kafka is away.
        let bench = try Bench(broker)
        let directory = try Leftovers.temporaryDirectory("state")
        let child = try bench.start(directory: directory)
        try bench.send(500)
        try child.wait(for: "work") { $0.contains("msg=handled") }
        try bench.send(3000)
        try broker.kill()
        try child.wait(for: "the outage") { $0.contains("Connection refused") || $0.contains("cannot be reached") }
        child.send(SIGTERM)
        #expect(try child.awaitExit(within: Patience.promised) == .code(0), "\(child.log.suffix(2000))")
        // Within the time that was promised, in order or not.
        #expect(child.log.contains("msg=stopped") || child.log.contains("stopping takes too long"))
        try broker.restart()
        try bench.checkFiles(directory)
        let next = try bench.start(directory: directory)
        try bench.finish(next)
    }
}

/// A Kafka that keeps its connections and says nothing.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct SilenceTests {
    @Test func `an idle daemon notices that nobody answers`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("silence")) }
        let broker = try RealKafka.Broker()
        let world = try World(Here.self, on: broker)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try daemon.awaitLine("running")
        #expect(try daemon.get("/readyz").status == 200)
        try broker.freeze()
        defer { try? broker.thaw() }
        try eventually("a word about it", within: Patience.promised) { try daemon.get("/readyz").status == 503 }
        #expect(try daemon.get("/livez").status == 200)
        try broker.thaw()
        try eventually("ready again") { try daemon.get("/readyz").status == 200 }
        try world.add(0..<10)
        try world.awaitAdded(0..<10)
        try daemon.stop()
    }
}

/// A disk without room.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct FullDiskTests {
    @Test func `a full disk is said and damages nothing and work continues when there is room`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("full")) }
        let world = try World(Here.self)
        do { try Command.run("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", world.directory]) } catch {
            FileHandle.standardError.write(Data("*** THE FULL DISK IS NOT TESTED: \(error)\n".utf8))
            return
        }
        defer { _ = try? Command.run("umount", ["-l", world.directory]) }
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.add(0..<100)
        try world.awaitAdded(0..<100)
        // Nothing is left.
        let filler = world.directory + "/filler"
        // An optional in some headers, and not in others.
        let opened: UnsafeMutablePointer<FILE>? = unsafe fopen(filler, "w")
        let file = try unsafe #require(opened)
        let byte: [UInt8] = Array(repeating: 1, count: 4096)
        while unsafe fwrite(byte, 1, byte.count, file) == byte.count, unsafe fflush(file) == 0 {}
        unsafe fclose(file)
        try world.add(100..<5000, users: 2000)
        let full: (MemoryLog.Line) -> Bool = { $0["reason"]?.contains("full") == true }
        try eventually("a word about it") { daemon.log.lines.contains(where: full) }
        #expect(daemon.end == nil)
        try FileManager.default.removeItem(atPath: filler)
        try eventually("all events") { try world.addedIDs().count >= 5000 }
        #expect(try world.addedIDs() == Array(0..<5000))
        try daemon.stop()
        var sums = World.expectedSums(0..<100)
        for (user, sum) in World.expectedSums(100..<5000, users: 2000) { sums[user, default: 0] += sum }
        #expect(try world.sums() == sums)
        #expect(
            daemon.log.lines.contains {
                $0.message.contains("the disk with the state directory is full") || $0.message == "restoring failed"
            }, "\(daemon.lines)")
    }
}
