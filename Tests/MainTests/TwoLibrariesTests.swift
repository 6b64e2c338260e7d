import Foundation
import RealKafka
import Testing

/// A daemon's files under one librdkafka and the other, as when the image below it changes: killed or stopped, and on
/// from where it was. What they hold of Kafka (offsets, positions, ids of topics) means the same to both. Where
/// `scripts/test --library` gives another than the system's.
@Suite(
    .enabled(if: RealKafka.isAvailable && ProcessInfo.processInfo.environment["LIBRDKAFKA_VERSION"] != nil),
    .timeLimit(.minutes(30)))
struct TwoLibrariesTests {
    @Test func `a daemon's files continue with another librdkafka, and back`() throws {
        let broker = try RealKafka.Broker()
        let servers = broker.bootstrapServers
        _ = try Negawatt.succeed(["topics", "create", "--bootstrap-servers", servers, "--partitions", "2"])
        let directory = try Leftovers.temporaryDirectory("state")
        let given = try #require(ProcessInfo.processInfo.environment["LIBRDKAFKA_VERSION"])
        var versions: Set<String> = []
        for round in 0..<5 {
            // The one that was given, and then the system's, which is found where no path is.
            let daemon = try RunningDaemon(
                "user", servers, directory, environment: round.isMultiple(of: 2) ? [:] : ["LD_LIBRARY_PATH": nil])
            try daemon.awaitReady()
            let version = String(try #require(daemon.child.log.firstMatch(of: /librdkafka=([0-9.]+)/)?.output.1))
            #expect((version == given) == round.isMultiple(of: 2), "\(version) instead of \(given)")
            versions.insert(version)
            // After a stop all is in the file, and is taken as it is.
            if round > 2 { #expect(daemon.child.log.contains(#/msg=restored .* rows=0 ms/#), "\(daemon.child.log)") }
            // A customer of its own, and of each one before it the row.
            try send("RegisterUser", "u\(round)", round, servers)
            for earlier in 0..<round { try send("UpdateUser", "u\(earlier)", round, servers) }
            try eventually("the events of round \(round)", log: daemon.child.log) {
                try events(servers) == expected(after: round)
            }
            #expect(
                !daemon.child.log.contains("rebuilding it") && !daemon.child.log.contains("level=error"),
                "\(daemon.child.log)")
            daemon.child.send(round < 2 ? SIGKILL : SIGTERM)
            #expect(try daemon.child.awaitExit() == (round < 2 ? .signal(SIGKILL) : .code(0)))
        }
        #expect(versions.count == 2)
        let deadLetters = try Negawatt.succeed(["deadletters", "list", "user", "--bootstrap-servers", servers])
        #expect(deadLetters == "no dead letters\n")
    }

    private func send(_ type: String, _ user: String, _ round: Int, _ servers: String) throws {
        _ = try Command.kcat(
            ["-P", "-b", servers, "-t", "user.commands", "-k", user],
            input: #"{"eventType":"\#(type)","id":"\#(user)","name":"Kim","capacity":\#(8000 + round)}"#)
    }

    /// How many events each customer has.
    private func events(_ servers: String) throws -> [String: Int] {
        let keys = try Command.kcat([
            "-C", "-b", servers, "-t", "user.events", "-o", "beginning", "-e", "-q", "-X",
            "isolation.level=read_committed",
            "-f", "%k\n",
        ])
        return Dictionary(keys.split(separator: "\n").map { (String($0), 1) }, uniquingKeysWith: +)
    }

    /// One from its own round, and one from each later one.
    private func expected(after round: Int) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: (0...round).map { ("u\($0)", round - $0 + 1) })
    }
}
