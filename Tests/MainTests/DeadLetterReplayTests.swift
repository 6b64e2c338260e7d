import Contracts
import RealKafka
import Testing

/// What `deadletters replay` sends, on a real Kafka and with dead letters of this test's own.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30))) struct DeadLetterReplayTests {
    private let broker: RealKafka.Broker
    private let all: [String]

    init() throws {
        broker = try RealKafka.Broker()
        all = ["--bootstrap-servers", broker.bootstrapServers]
        _ = try Negawatt.succeed(["topics", "create", "--partitions", "2"] + all)
    }

    private func bury(_ value: String, _ headers: [String], key: String? = nil) throws {
        let deadLetters = ["-P", "-b", broker.bootstrapServers, "-t", "user.deadletters", "-p", "1"]
        _ = try Command.kcat(
            deadLetters + ["-X", "message.max.bytes=4000000"] + (key.map { ["-k", $0] } ?? [])
                + headers.flatMap { ["-H", $0] }, input: value)
    }

    /// Partition, length of the key and headers of each record in the commands, and its value without the time.
    private func sent() throws -> [String] {
        let lines = try Command.kcat([
            "-C", "-b", broker.bootstrapServers, "-t", "user.commands", "-o", "beginning", "-e", "-q", "-f",
            "%p %K %h %s\n",
        ])
        return lines.split(separator: "\n").map { String($0).replacing(/"timestamp":\d+,/, with: "") }
    }

    private func replay(_ options: [String] = []) throws -> String {
        try Negawatt.succeed(["deadletters", "replay", "user"] + all + options)
    }

    @Test func `a replay names the dead letter and copies nothing of it, however large it is`() throws {
        try bury("whole", ["deadletter.kind=malformed", "deadletter.time=1795000000000", "own=1"], key: "u1")
        try bury(String(repeating: "x", count: 1_200_000), ["deadletter.kind=malformed"])
        #expect(try Negawatt.succeed(["deadletters", "list", "user", "--json"] + all).contains("2026-11-18T11:06:40Z"))
        #expect(try replay(["--dry-run"]).contains("nothing was sent"))
        #expect(try sent().isEmpty)
        #expect(try replay().contains("2 sent to user.commands"))
        #expect(
            try sent() == [
                #"1 -1 type=Replay {"eventType":"Replay","partition":1,"offset":0}"#,
                #"1 -1 type=Replay {"eventType":"Replay","partition":1,"offset":1}"#,
            ])
        #expect(try replay().contains("0 sent"))
    }

    @Test func `dead letters that cannot be handled again are counted, and keep no other from it`() throws {
        try bury("the beginning", ["deadletter.kind=malformed", "deadletter.cut=value of 8000000 bytes"])
        try bury(#"{"eventType":"Replay","partition":1,"offset":99}"#, ["deadletter.kind=not-found"])
        try bury(#"{"partition":1,"offset":99}"#, ["type=Replay", "deadletter.kind=not-found"])
        try bury(#"{"id":"u1"}"#, ["deadletter.kind=row", "deadletter.source=user.changelog-1-7"], key: "users/u1")
        // Its value says what it is, whatever the header does.
        try bury(#"{"eventType":"UpdateUser","id":"u1"}"#, ["type=Replay", "deadletter.kind=refused"])
        for options in [["--dry-run"], []] {
            let outcome = try replay(options)
            #expect(outcome.contains("1 left out: too large to be kept whole"), "\(outcome)")
            #expect(outcome.contains("2 left out: replays that were refused themselves"), "\(outcome)")
            #expect(outcome.contains("1 left out: rows removed from the changelog"), "\(outcome)")
        }
        #expect(try sent() == [#"1 -1 type=Replay {"eventType":"Replay","partition":1,"offset":4}"#])
        let one = try replay(["--partition", "1", "--offset", "1"])
        #expect(one.contains("0 sent") && one.contains("1 left out: replays"), "\(one)")
    }
}
