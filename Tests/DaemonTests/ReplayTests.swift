import Contracts
import Kafka
import RealKafka
import Testing

@testable import Daemon

/// Dead letters that are handled again, on a real Kafka.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(15))) struct ReplayTests {
    /// The letters take more than other topics: it got there whole, and would get nowhere else.
    @Test func aLetterThatIsTooLargeToBeForwardedIsRefusedAgainAndStopsNothing() throws {
        enum Here: Place { static let context = Context(RealKafka.uniqueName("bulkyletter")) }
        let world = try World(Here.self)
        let producer = try Producer(world.properties.merging(["message.max.bytes": "2000000"]) { $1 }, log: quiet)
        let elsewhere = (Partitioner.partition(of: "u0", among: World.partitions) + 1) % World.partitions
        let key = [UInt8](repeating: 0x6b, count: 950_000)
        try producer.send(
            world.context.commands, partition: elsewhere, key: key.span,
            value: World.add(1000, user: "u0", amount: 1).utf8.span)
        try producer.flush(milliseconds: 30_000)
        let daemon = Running(Here.self, on: world.bootstrapServers, directory: world.directory)
        try eventually("the letter") { try world.deadLetters().count == 1 }
        let replay = #"{"eventType":"Replay","partition":\#(elsewhere),"offset":0}"#
        try producer.send(world.context.commands, partition: elsewhere, key: nil, value: replay.utf8.span)
        try producer.flush(milliseconds: 30_000)
        try eventually("the letter again") { try world.deadLetters().count == 2 }
        for letter in try world.deadLetters() {
            #expect(letter.headers["deadletter.source"] == "\(world.context.commands)-\(elsewhere)-0")
            #expect(letter.headers["deadletter.kind"] == "refused" && letter.key?.utf8.count == 950_000)
        }
        try world.add(0..<20)
        try world.awaitAdded(0..<20)
        try daemon.stop()
    }
}
