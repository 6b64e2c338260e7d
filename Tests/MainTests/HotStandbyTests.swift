import Contracts
import Foundation
import Kafka
import RealKafka
import Telemetry
import Testing

@testable import Main

/// Daemons that keep each other's files warm, as they are run.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30)))
struct HotStandbyTests {
    private static let customers = 20_000
    private let kafka: RealKafka.Broker
    private var servers: String { kafka.bootstrapServers }

    init() throws {
        kafka = try RealKafka.Broker()
        _ = try Negawatt.succeed(["topics", "create", "--bootstrap-servers", servers, "--partitions", "4"])
    }

    private func start(_ instance: Int, _ directory: String, _ options: [String] = []) throws -> RunningDaemon {
        try RunningDaemon(
            "user", servers, directory,
            [
                "--instance", "\(instance)", "--standby", "true", "--kafka", "session.timeout.ms=6000",
            ] + options)
    }

    private func register(_ numbers: Range<Int>) throws {
        let lines = numbers.map {
            #"c\#($0)|{"eventType":"RegisterUser","id":"c\#($0)","name":"Kim","capacity":3300}"#
        }
        _ = try Command.kcat(
            ["-P", "-b", servers, "-t", "user.commands", "-K", "|"], input: lines.joined(separator: "\n") + "\n")
    }

    private func awaitRegistered(_ count: Int) throws {
        try eventually("\(count) customers") {
            let output = try Command.kcat([
                "-C", "-b", servers, "-t", "user.events", "-o", "beginning", "-e", "-q", "-f", "%k\n",
                "-X", "isolation.level=read_committed",
            ])
            return output.count(of: "\n") >= count
        }
    }

    /// What restores have read since the log was as long as this: by the partitions of each.
    private func restored(_ daemon: RunningDaemon, since length: Int = 0) -> [(partitions: String, rows: Int)] {
        daemon.child.log.dropFirst(length).matches(of: /msg=restored .*partitions=(\S+) .*rows=(\d+)/).map {
            (String($0.output.1), Int($0.output.2) ?? -1)
        }
    }

    private func lag(_ daemon: RunningDaemon) throws -> [String: Double] {
        var values: [String: Double] = [:]
        for line in try daemon.health("/metrics").output.split(separator: "\n") where line.contains("standby") {
            let words = line.split(separator: " ")
            if words.count == 2 { values[String(words[0])] = Double(words[1]) }
        }
        return values
    }

    private func awaitWarm(_ daemon: RunningDaemon, _ partitions: Double) throws {
        try eventually("\(partitions) warm files", log: daemon.child.log) {
            let values = try lag(daemon)
            return values["negawatt_standby_partitions"] == partitions && values["negawatt_standby_lag_records"] == 0
        }
    }

    @Test(arguments: ["static", "dynamic"])
    func `whoever takes over after a kill restores next to nothing, and so does who joins`(_ membership: String) throws
    {
        let count = Self.customers
        let first = try start(0, Leftovers.temporaryDirectory("first"), ["--membership", membership])
        try first.awaitReady()
        try register(0..<count)
        try awaitRegistered(count)

        // It comes with an empty disk, and takes partitions only when it has all of them.
        let second = try start(1, Leftovers.temporaryDirectory("second"), ["--membership", membership])
        try second.awaitReady()
        let log = second.child.log
        let warm = try #require(log.firstRange(of: "files are warm"))
        let assigned = try #require(log.firstRange(of: "partitions assigned"))
        #expect(warm.lowerBound < assigned.lowerBound)
        #expect(restored(second).allSatisfy { $0.rows < count / 100 }, "\(log)")
        try first.awaitReady()
        #expect(restored(first).allSatisfy { $0.rows < count / 100 }, "\(first.child.log)")
        // Each keeps the other's half.
        try awaitWarm(first, 2)
        try awaitWarm(second, 2)

        try register(count..<count + 1000)
        try awaitRegistered(count + 1000)
        try awaitWarm(second, 2)
        let length = second.child.log.count
        first.child.send(SIGKILL)
        try second.child.wait(for: "all partitions") { _ in
            restored(second, since: length).contains { $0.partitions == "0,1,2,3" }
        }
        let last = try #require(restored(second, since: length).last)
        #expect(last.rows < count / 100, "\(second.child.log)")
        try register(count + 1000..<count + 1010)
        try awaitRegistered(count + 1010)
        #expect(try second.stop().exit == .code(0))
        #expect(!second.child.log.contains("level=error"), "\(second.child.log)")
    }

    @Test func `a static member that restarts does not wait for the files of others`() throws {
        let (own, other) = try (Leftovers.temporaryDirectory("own"), Leftovers.temporaryDirectory("other"))
        let first = try start(0, own)
        let second = try start(1, other)
        for daemon in [first, second] { try daemon.awaitReady() }
        try register(0..<1000)
        try awaitRegistered(1000)
        first.child.send(SIGKILL)
        try first.child.awaitExit()
        try FileManager.default.removeItem(atPath: own)
        let again = try start(0, own)
        try again.awaitReady()
        let log = again.child.log
        let assigned = try #require(log.firstRange(of: "partitions assigned"))
        if let warm = log.firstRange(of: "files are warm") { #expect(assigned.lowerBound < warm.lowerBound) }
        try awaitWarm(again, 2)
        for daemon in [again, second] { #expect(try daemon.stop().exit == .code(0)) }
    }
}
