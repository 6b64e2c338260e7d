import Contracts
import Kafka
import RealKafka
import Testing

@testable import Daemon

/// The headers `actor`, `command` and `idempotency`, in what a daemon makes of records.
@Suite(.timeLimit(.minutes(30))) struct RequestHeaderTests {
    private static let all = ["actor": "김 kim@kt.kr", "command": "c-1", "idempotency": "ab12.cd34"]
    private static let names = ["actor", "command", "idempotency"]

    private func send(
        _ value: String, _ world: World, partition: Int32? = nil, _ headers: [(String, [UInt8]?)]
    ) throws {
        let producer = try Producer(world.properties, log: quiet)
        let list = Headers()
        list.add("x", "y")
        for (name, value) in headers {
            if let value { list.add(name, value.span) } else { list.add(name, nil) }
        }
        let home = partition ?? Partitioner.partition(of: "u", among: World.partitions)
        try producer.send(
            world.context.commands, partition: home, key: "u".utf8.span, value: value.utf8.span, headers: list)
        try producer.flush(milliseconds: 120_000)
    }

    private static let said: [(String, [UInt8]?)] = all.sorted { $0.key < $1.key }.map {
        ($0.key, Array($0.value.utf8))
    }

    private func provenance(_ record: Seen) -> [String: String] {
        record.headers.filter { Self.names.contains($0.key) }
    }

    @Test func `events, copies and dead letters say them, and timers do not`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("asked")) }
        let broker = try EmbeddedBroker()
        let (world, daemon) = try World.start(Here.self, on: broker)
        try daemon.awaitLine("running")
        try check(world, daemon)
    }

    @Test(.enabled(if: RealKafka.isAvailable)) func `the same on a real Kafka`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("asked")) }
        let world = try World(Here.self)
        try check(world, Running(Here.self, on: world.bootstrapServers, directory: world.directory))
    }

    private func check(_ world: World, _ daemon: Running) throws {
        let home = Partitioner.partition(of: "u", among: World.partitions)
        try send(World.add(1, user: "u", amount: 1), world, Self.said)
        try send(World.add(2, user: "u", amount: 2), world, partition: (home + 1) % World.partitions, Self.said)
        try send(World.add(3, user: "u", amount: 3), world, [])
        try send(#"{"eventType":"Later","user":"u","wait":50}"#, world, Self.said)
        try send("wrong", world, Self.said)
        try send("wrong too", world, [])
        // Is kept, and given up by a timer.
        let kept = #"{"eventType":"Wait","user":"u"}"#
        try send(kept, world, Self.said)
        try eventually("four events") { try world.events().count == 4 }
        try eventually("three letters") { try world.deadLetters().count == 3 }
        try daemon.stop()
        for event in try world.events() {
            let id = event.json["id"] as? String
            let isAsked = event.json["eventType"] as? String != "Woke" && id != "3"
            #expect(provenance(event) == (isAsked ? Self.all : [:]), "\(event)")
        }
        let copies = try world.read(world.context.internal)
        #expect(copies.count == 1 && copies.allSatisfy { provenance($0) == Self.all })
        for letter in try world.deadLetters() {
            #expect(provenance(letter) == (letter.text == "wrong too" ? [:] : Self.all), "\(letter)")
            #expect(letter.headers["x"] == (letter.text == kept ? nil : "y"))
        }
        #expect(daemon.lines.contains { $0.hasPrefix("warning dead letter") && $0.contains("command=c-1") })
    }

    @Test func `whatever an outsider writes there is taken or left out, and nothing is refused for it`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("outsiders")) }
        let broker = try EmbeddedBroker()
        let (world, daemon) = try World.start(Here.self, on: broker)
        let long = [UInt8](repeating: 0x61, count: 100_000)
        let cases: [(headers: [(String, [UInt8]?)], left: [String: String])] = [
            (Self.names.map { ($0, long) }, [:]), (Self.names.map { ($0, nil) }, [:]),
            (Self.names.map { ($0, [0xFF, 0]) }, [:]), (Self.names.map { ($0, Array("a\nb".utf8)) }, [:]),
            ([("actor", long), ("command", Array("c".utf8))], ["command": "c"]),
            ([("actor", Array("a".utf8)), ("actor", Array("b".utf8))], ["actor": "b"]),
            ((0..<5000).map { ("actor", Array("\($0)".utf8)) }, ["actor": "4999"]),
        ]
        for (id, item) in cases.enumerated() {
            try send(World.add(id, user: "u", amount: 1), world, item.headers)
            try send("wrong \(id)", world, item.headers)
        }
        try world.awaitAdded(0..<cases.count)
        try eventually("the dead letters") { try world.deadLetters().count == cases.count }
        try daemon.stop()
        for event in try world.events() {
            let id = try #require((event.json["id"] as? String).flatMap { Int($0) })
            #expect(provenance(event) == cases[id].left)
        }
        for (id, letter) in try world.deadLetters().enumerated() {
            #expect(letter.text == "wrong \(id)" && provenance(letter) == cases[id].left)
            #expect(letter.headers["deadletter.kind"] == "malformed")
        }
    }
}
