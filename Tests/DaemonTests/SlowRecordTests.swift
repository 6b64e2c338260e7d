import Contracts
import Kafka
import RealKafka
import Telemetry
import TelemetryTesting
import Testing

@testable import Daemon

/// Records that take long, and how many of them a transaction has.
@Suite struct TransactionSizeTests {
    @Test func `those that are there are taken up to ten thousand`() {
        var size = TransactionSize()
        for _ in 0..<9999 { size.add() }
        #expect(!size.isFull)
        size.add()
        #expect(size.isFull)
        size.committed()
        #expect(!size.isFull && size.limit == 10_000)
    }

    /// Each time with so many records in the transaction.
    @Test(arguments: [
        ([8], 2), ([8, 2], 1), ([1], 1), ([0], 2500), ([10_000], 2500), ([10_000, 2500, 625, 156, 39, 9, 2], 1),
        ([400, 1000], 25),
    ]) func `one that was too slow is done in smaller ones down to a record each`(_ records: [Int], _ limit: Int) {
        var size = TransactionSize()
        for count in records {
            for _ in 0..<count { size.add() }
            size.tooSlow()
        }
        #expect(size.limit == limit && size.records == 0)
    }

    /// Effects of timers, and their bytes, with so many records beside them.
    @Test(arguments: [
        (39_996, 0, 0, false), (39_997, 0, 0, true), (4, 40_959_999, 0, false), (4, 40_960_000, 0, true),
        (4000, 0, 8999, false), (4000, 0, 9000, true),
    ]) func `four effects of timers are as much as a record`(
        _ effects: Int, _ bytes: Int, _ records: Int, _ isFull: Bool
    ) {
        var size = TransactionSize()
        size.add(timerEffects: effects / 2, bytes: bytes / 2)
        size.add(timerEffects: effects - effects / 2, bytes: bytes - bytes / 2)
        for _ in 0..<records { size.add() }
        #expect(size.isFull == isFull)
        size.committed()
        #expect(!size.isFull && size.timerEffects == 0)
    }

    @Test func `one of timers that was too slow is done in smaller ones down to a timer each`() {
        var size = TransactionSize()
        let limits = [4000, 400, 40, 4, 1, 1].map { effects in
            size.add(timerEffects: effects, bytes: effects * 100)
            size.tooSlow()
            return size.limit
        }
        #expect(limits == [250, 25, 2, 1, 1, 1])
        size.add(timerEffects: 1, bytes: 10)
        #expect(size.isFull)
    }

    @Test func `each commit doubles it up to what it was`() {
        var size = TransactionSize()
        size.add()
        size.tooSlow()
        let limits = (0..<15).map { _ in
            size.committed()
            return size.limit
        }
        #expect(limits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 10_000, 10_000])
    }

    /// A group that has continued says nothing of its size.
    @Test func `any other end leaves it as it was`() {
        var size = TransactionSize()
        for _ in 0..<8 { size.add() }
        size.aborted()
        #expect(size.limit == 10_000 && size.records == 0)
    }
}

/// The same on a real Kafka.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct SlowRecordTests {
    private func send(_ world: World, _ count: Int, milliseconds: Int) throws {
        try world.send(
            (0..<count).map { ("u", #"{"eventType":"Burn","id":"\#($0)","user":"u","ms":\#(milliseconds)}"#) })
    }

    private func metric(_ name: String, _ daemon: Running) throws -> Int {
        let line = try daemon.get("/metrics").body.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? -1
    }

    /// All of them are there, and Kafka does not wait until they are handled.
    @Test func `a transaction ends by the clock however many records are there`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("clock")) }
        let world = try World(Here.self)
        try send(world, 120, milliseconds: 30)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<120)
        // 3.6 s of work: eight records are 240 ms, and a commit takes what it takes.
        let name = "negawatt_transaction_duration_seconds"
        let all = try metric("\(name)_count", daemon)
        #expect(all >= 8)
        #expect(try metric("negawatt_slow_transactions_total", daemon) == 0)
        try daemon.stop()
    }

    /// Else it would be done and aborted for ever.
    @Test func `what took longer than Kafka allows is done again in smaller transactions`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("slow")) }
        let world = try World(Here.self)
        // 8 take 4.8 s, 2 take 1.2 s.
        try send(world, 8, milliseconds: 600)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory) {
            $0.properties["transaction.timeout.ms"] = "2000"
            $0.properties["message.timeout.ms"] = "2000"
        }
        try world.awaitAdded(0..<8)
        let slow = daemon.log.lines(
            "a transaction took longer than Kafka allows and was aborted: its records took too long, or the process was paused; retrying with fewer records"
        )
        // Where they came in two answers it had fewer.
        #expect(["1", "2"].contains(slow.first?["next.records"]), "\(daemon.lines)")
        #expect(try metric("negawatt_slow_transactions_total", daemon) == slow.count)
        #expect(daemon.log.lines("starting over from what Kafka holds").isEmpty, "\(daemon.lines)")
        try daemon.stop()
    }
}
