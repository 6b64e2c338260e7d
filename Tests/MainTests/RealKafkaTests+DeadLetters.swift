import Contracts
import Foundation
import RealKafka
import Testing

@testable import Main

/// Dead letters that are handled again by the tool.
extension RealKafkaTests {
    @Test func `dead letters are replayed once, and work when what was wrong is mended`() throws {
        let directory = try Leftovers.temporaryDirectory("state")
        let first = try RunningDaemon("user", servers, directory)
        try first.awaitReady()
        for number in 1...5 {
            try send(
                #"{"eventType":"UpdateUser","id":"late-\#(number)","name":"Lee"}"#, "user.commands", "late-\(number)")
        }
        try eventually("five letters") { try deadLetters("list").count(of: "there is no customer late-") == 5 }
        for number in 1...5 {
            try send(
                #"{"eventType":"RegisterUser","id":"late-\#(number)","name":"Kim","capacity":1}"#, "user.commands",
                "late-\(number)")
        }
        try eventually("five customers") { try read("user.events").count(of: #""UserRegistered""#) >= 5 }
        #expect(try first.stop().exit == .code(0))

        let before = try count("user.commands")
        #expect(try deadLetters("replay", ["--dry-run"]).count(of: "there is no customer late-") == 5)
        #expect(try count("user.commands") == before)
        let deadLetter = try #require(
            try deadLetters("list", ["--json", "--limit", "1"]).firstMatch(of: /"partition":(\d+),"offset":(\d+)/)?
                .output)
        let one = ["--partition", String(deadLetter.1), "--offset", String(deadLetter.2)]
        #expect(try deadLetters("replay", one).contains("1 sent to user.commands"))
        #expect(try count("user.commands") == before + 1)
        // Picked by hand: the position has not moved.
        #expect(try deadLetters("replay").contains("5 sent to user.commands"))
        #expect(try deadLetters("replay").contains("0 sent to user.commands"))
        #expect(try count("user.commands") == before + 6)
        #expect(try deadLetters("replay", ["--all", "--kind", "malformed"]).contains("0 sent to user.commands"))

        let second = try RunningDaemon("user", servers, directory)
        try eventually("five updates", log: second.child.log) {
            try read("user.events").count(of: #""UserUpdated""#) == 5
        }
        // The one that was replayed twice has nothing left to do.
        try eventually("a sixth letter") { try deadLetters("list").count(of: "is not changed") == 1 }
        #expect(try deadLetters("list").count(of: "there is no customer late-") == 5)
        #expect(try second.stop().exit == .code(0))
    }

    @Test func `replays at the same time, and one that is killed, send nothing twice`() throws {
        // What other tests have left is passed over.
        _ = try deadLetters("replay", ["--kind", "conflict"])
        func listed() throws -> Int {
            try deadLetters("list", ["--limit", "1000000", "--json"]).split(separator: "\n").count
        }
        let before = try listed()
        let count = 3000
        let daemon = try RunningDaemon("user", servers, Leftovers.temporaryDirectory("state"))
        _ = try Command.kcat(
            ["-P", "-b", servers, "-t", "user.commands"], input: (1...count).map { "new \($0)\n" }.joined())
        try eventually("the dead letters", log: daemon.child.log) { try listed() == before + count }
        #expect(try daemon.stop().exit == .code(0))

        /// Which dead letters were asked for, as often as they were.
        func replays() throws -> [String] {
            try read("user.commands").matches(of: /"Replay".*?("partition":\d+,"offset":\d+)/).map {
                String($0.output.1)
            }
        }
        let earlier = try replays()
        let replay = ["deadletters", "replay", "user", "--bootstrap-servers", servers]
        let killed = try Child("negawatt", replay)
        try killed.wait(for: "its first letters") { $0.contains("field") || $0.contains("JSON") }
        killed.end()
        let several = try (1...3).map { _ in try Child("negawatt", replay) }
        for child in several { try child.awaitExit() }
        _ = try deadLetters("replay")
        #expect(try deadLetters("replay").contains("0 sent"))
        let nowhere = try Negawatt.run(replay + ["--partition", "0", "--offset", "9000000"])
        #expect(nowhere.code == 1 && nowhere.output.contains("there is no such dead letter"))
        let sent = try replays()
        #expect(sent.count == earlier.count + count)
        #expect(Set(sent).subtracting(earlier).count == count)
    }
}
