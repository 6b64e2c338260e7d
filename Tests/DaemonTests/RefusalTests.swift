import Contracts
import RealKafka
import Telemetry
import Testing

@testable import Daemon

/// A topic that does not take what is sent to it.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct RefusalTests {
    /// A record that does not get in is the end of its transaction and its producer, and of nothing else. With the same
    /// producer librdkafka would send out of order what comes next.
    @Test func `what is refused once is done by the next producer`() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("refusal")) }
        let world = try World(Here.self)
        let daemon = Running(
            Here.self, on: world.bootstrapServers, directory: world.directory,
            // Said by the loop, which so continues when the limit is as it was.
            hearing: { line in
                if ["starting over from what Kafka holds", "transaction aborted"].contains(line.description) {
                    try? limitChangelog(of: world, to: 1_048_588)
                }
            })
        try daemon.awaitLine("running")
        try world.add(0..<100)
        try world.send([("u1", #"{"eventType":"Later","user":"u1","wait":5000}"#)])
        try world.awaitAdded(0..<100)

        try limitChangelog(of: world, to: 100)
        // The broker hears of it a moment later.
        var end = 100
        try eventually("a refusal") {
            try world.add(end..<end + 20)
            end += 20
            return try daemon.failures() > 0
        }
        try world.awaitAdded(0..<end)
        try eventually("the timer") { try world.events().contains { $0.text.contains("Woke") } }
        #expect(try daemon.failures() == 1, "\(daemon.lines)")
        #expect(!daemon.lines.contains { $0.contains("OUT_OF_ORDER_SEQUENCE_NUMBER") }, "\(daemon.lines)")
        try daemon.stop()
        #expect(try world.sums() == World.expectedSums(0..<end))
    }
}

/// As an operator who lowers a topic's limit.
private func limitChangelog(of world: World, to bytes: Int) throws {
    _ = try Command.run(
        "java",
        [
            "-cp", RealKafka.home + "/libs/*", "kafka.admin.ConfigCommand", "--bootstrap-server",
            world.bootstrapServers, "--alter",
            "--topic", world.context.changelog, "--add-config", "max.message.bytes=\(bytes)",
        ])
}
