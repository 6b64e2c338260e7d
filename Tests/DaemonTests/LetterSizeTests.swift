import Contracts
import Kafka
import RealKafka
import Testing

@testable import Daemon

/// Records whose headers or values are too much, on a real Kafka.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct LetterSizeTests {
    private static let home = Partitioner.partition(of: "u", among: World.partitions)
    private static let many = 100_000

    private func send(
        _ world: World, _ value: String, to partition: Int32 = home, trace: String? = nil, headers count: Int = 0
    ) throws {
        let producer = try Producer(world.properties.merging(["message.max.bytes": "2000000"]) { $1 }, log: quiet)
        let headers = Headers()
        if let trace { headers.add("traceparent", trace) }
        for _ in 0..<count { headers.add("h", "") }
        try producer.send(
            world.context.commands, partition: partition, key: "u".utf8.span, value: value.utf8.span, headers: headers)
        try producer.flush(milliseconds: 120_000)
    }

    @Test func `as many headers and as long a trace as a topic takes stop nothing`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("headers")) }
        let world = try World(Here.self)
        let trace = String(repeating: "0", count: 1_000_000)
        try send(world, "wrong", trace: trace)
        try send(world, World.add(0, user: "u", amount: 1), trace: trace)
        try send(world, "wrong", headers: Self.many)
        try send(world, World.add(1, user: "u", amount: 1), headers: Self.many)
        // These would be forwarded.
        let elsewhere = (Self.home + 1) % World.partitions
        let stray = World.add(100, user: "u", amount: 1)
        for count in [Self.many, 1000] { try send(world, stray, to: elsewhere, headers: count) }
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try world.awaitAdded(0..<2)
        try eventually("the dead letters") { try world.deadLetters().count == 4 }
        let all = try world.deadLetters()
        #expect(all.allSatisfy { $0.headers["traceparent"] == nil && $0.key == "u" })
        func cut(_ letter: Seen) -> String? { letter.headers["deadletter.cut"] }
        func left(_ count: Int) -> String { "\(count - DeadLetterHeader.countLimit) more headers" }
        let wrong = all.filter { $0.partition == Self.home }
        #expect(wrong.allSatisfy { $0.text == "wrong" && $0.headers["deadletter.kind"] == "malformed" })
        #expect(wrong.map(cut) == [nil, left(Self.many)])
        let strays = all.filter { $0.partition == elsewhere }
        #expect(strays.allSatisfy { $0.text == stray })
        #expect(strays.map { $0.headers["deadletter.kind"] } == ["refused", "malformed"])
        #expect(strays.map(cut) == [left(Self.many), left(1000)])
        #expect(strays.last?.headers["deadletter.reason"]?.contains("the record has 1000 headers of") == true)
        try daemon.stop()
    }

    /// Whatever it is that does not get in: its place and the reason do.
    @Test func `a dead letter that cannot be produced becomes one of fixed size`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("fixed")) }
        let world = try World(Here.self)
        try send(world, String(repeating: "w", count: 900_000))
        try send(world, World.add(0, user: "u", amount: 1))
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory) {
            $0.properties["message.max.bytes"] = "500000"
        }
        try world.awaitAdded(0..<1)
        let letter = try #require(try world.deadLetters().first)
        #expect(letter.key == nil && letter.value == nil)
        #expect(letter.headers["deadletter.cut"] == "key, value and headers: Kafka does not take them")
        #expect(letter.headers["deadletter.kind"] == "malformed")
        #expect(letter.headers["deadletter.reason"]?.contains("has 900000 bytes") == true)
        #expect(letter.headers["deadletter.source"] == "\(world.context.commands)-\(Self.home)-0")
        try daemon.stop()
    }
}
