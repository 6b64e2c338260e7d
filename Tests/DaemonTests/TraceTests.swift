import Contracts
import Kafka
import RealKafka
import Testing

@testable import Daemon

/// The header `traceparent` on a real Kafka.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct TraceTests {
    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func send(
        _ value: String, _ world: World, key: String = "u", partition: Int32? = nil, trace: String?
    ) throws {
        let producer = try Producer(world.properties, log: quiet)
        let headers = Headers()
        if let trace { headers.add("traceparent", trace) }
        if let partition {
            try producer.send(
                world.context.commands, partition: partition, key: key.utf8.span, value: value.utf8.span,
                headers: headers)
        } else {
            try producer.send(world.context.commands, key: key.utf8.span, value: value.utf8.span, headers: headers)
        }
        try producer.flush(milliseconds: 120_000)
    }

    @Test func `events timers copies and dead letters say the trace of their record`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("traced")) }
        let world = try World(Here.self)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        let home = Partitioner.partition(of: "u", among: World.partitions)
        try send(World.add(1, user: "u", amount: 1), world, trace: Self.trace)
        try send(World.add(2, user: "u", amount: 2), world, partition: (home + 1) % World.partitions, trace: Self.trace)
        try send(#"{"eventType":"Later","user":"u","wait":500}"#, world, trace: Self.trace)
        try send("wrong", world, trace: Self.trace)
        try eventually("three events") { try world.events().count == 3 }
        try eventually("a letter") { try world.deadLetters().count == 1 }
        try daemon.stop()
        for record in try world.events() + world.deadLetters() + world.read(world.context.commands) {
            #expect(record.headers["traceparent"] == Self.trace, "\(record)")
        }
        let lines = daemon.lines.filter { $0.contains("trace_id=4bf92f3577b34da6a3ce929d0e0e4736") }
        for (message, count) in [("info handled", 3), ("info timer", 1), ("warning dead letter", 1)] {
            #expect(lines.count { $0.hasPrefix(message) } == count, "\(daemon.lines)")
        }
    }

    @Test func `without a valid trace there is none`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("untraced")) }
        let world = try World(Here.self)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        let traces = [nil, "", "nonsense", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"]
        for (id, trace) in traces.enumerated() {
            try send(World.add(id, user: "u", amount: 1), world, trace: trace)
            try send("wrong", world, trace: trace)
        }
        try world.awaitAdded(0..<traces.count)
        try eventually("the dead letters") { try world.deadLetters().count == traces.count }
        try daemon.stop()
        #expect(try world.events().allSatisfy { $0.headers["traceparent"] == nil })
        // Whatever its sender put there: only a trace is copied.
        #expect(try world.deadLetters().allSatisfy { $0.headers["traceparent"] == nil })
        #expect(daemon.lines.allSatisfy { !$0.contains("trace_id") })
    }
}
