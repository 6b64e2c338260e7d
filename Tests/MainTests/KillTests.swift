import Contracts
import Foundation
import RealKafka
import Schemas
import Testing

/// All contexts as they are run, on a Kafka of their own, while their daemons are killed. What has to come out is
/// known to the simulation, which shares no rules with them: each customer's answer, Wh, points and balance, each event
/// once.
@Suite(.enabled(if: RealKafka.isAvailable), .timeLimit(.minutes(30)))
struct KillTests {
    private static let contexts = Context.all.map(\.name)
    private static let kills = 20

    @Test func `every figure agrees though the daemons are killed all the time`() throws {
        let broker = try RealKafka.Broker()
        let servers = broker.bootstrapServers
        _ = try Negawatt.succeed(["topics", "create", "--bootstrap-servers", servers, "--partitions", "4"])
        let directory = try Leftovers.temporaryDirectory("state")
        var daemons = try Self.contexts.map { try RunningDaemon($0, servers, directory) }
        for daemon in daemons { try daemon.awaitReady() }

        var random = SystemRandomNumberGenerator()
        var kills = 0
        // Order after order, until there were enough kills.
        var run = 0
        while kills < Self.kills {
            run += 1
            let simulation = try Child(
                "negawatt",
                [
                    "simulate", "--bootstrap-servers", servers, "--customers", "1000", "--weeks", "2", "--timeout",
                    "600",
                    "--seed", String(run),
                ])
            defer { simulation.end() }
            while simulation.exitStatus == nil {
                usleep(.random(in: 100_000...900_000, using: &random))
                let index = Int.random(in: daemons.indices, using: &random)
                daemons[index].child.send(SIGKILL)
                #expect(try daemons[index].child.awaitExit() == .signal(SIGKILL), "\(daemons[index].child.log)")
                kills += 1
                // With its files, or without: it makes no difference but time.
                if kills.isMultiple(of: 2) {
                    // Not there yet where it was killed twice in a moment.
                    try? FileManager.default.removeItem(atPath: "\(directory)/\(daemons[index].context)")
                }
                daemons[index] = try RunningDaemon(daemons[index].context, servers, directory)
                // By progress: on a slow machine daemons would be killed faster than they start. Some are killed in
                // their start.
                if !kills.isMultiple(of: 5) { try daemons[index].awaitReady() }
            }
            #expect(simulation.exitStatus == .code(0), "run \(run) after \(kills) kills:\n\(simulation.log)")
        }

        for daemon in daemons {
            try daemon.awaitReady()
            #expect(try daemon.stop().exit == .code(0), "\(daemon.child.log)")
        }
        try checkContract(servers)
    }

    /// Whether everything that was said is as the contract has it, and has an id that nothing else has.
    private func checkContract(_ servers: String) throws {
        for context in Self.contexts {
            let topic = "\(context).events"
            let lines = try Command.kcat([
                "-C", "-b", servers, "-t", topic, "-o", "beginning", "-e", "-q", "-X", "isolation.level=read_committed",
                "-f", "%h\t%s\n",
            ]).split(separator: "\n")
            // Nobody's meters are read, and nobody is told.
            #expect(lines.isEmpty == [Context.feed.name, Context.notify.name].contains(context))
            var ids: Set<Substring> = []
            for line in lines {
                let parts = line.split(separator: "\t", maxSplits: 1)
                let headers = try #require(parts.first).split(separator: ",")
                let type = headers.first { $0.hasPrefix("type=") }?.dropFirst(5)
                let id = try #require(headers.first { $0.hasPrefix("id=") }?.dropFirst(3))
                try Schemas.check(topic, type.map(String.init), parts.last.map(String.init))
                #expect(ids.insert(id).inserted, "\(topic) has \(id) twice")
            }
        }
    }
}
