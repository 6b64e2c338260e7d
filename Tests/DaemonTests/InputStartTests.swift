import Contracts
import RealKafka
import Telemetry
import Testing

@testable import Daemon

/// Where a shard goes on in its inputs, and by which rule it takes the commands there: decided without a broker.
@Suite struct InputStartTests {
    private static let context = Context("start")
    private static let inputs = [context.commands, "other.events", context.internal]

    private static func plan() throws -> RestoreJob.Plan {
        RestoreJob.Plan(
            context: context, inputs: inputs, group: "start", properties: [:],
            identity: ShardFile.Identity(cluster: "here", partitions: 1, cacheKiB: 256),
            directory: try StateDirectory(Leftovers.temporaryDirectory("start"), context), partitions: [0],
            watchdog: Watchdog(), callLimit: .seconds(1))
    }

    /// What an operator does when told that a topic is another one must not open the commands to whoever may write them.
    @Test(arguments: [
        // As it was: where the group is, the changelog is.
        (offset: 200, isLast: true, mark: 100 as Int64?),
        // Another topic of the name, read from its beginning; or the same once more: it has been handled by the old rule.
        (0, true, 0), (40, true, 40), (150, true, 100), (300, true, 100),
        // An earlier version has been at work, and has forwarded to the commands.
        (200, false, nil), (250, false, nil),
    ])
    func offsetsThatSomebodyHasSetBringNoOlderRuleBack(_ offset: Int64, _ isLast: Bool, _ mark: Int64?) throws {
        var row = InputPositions(topics: Self.inputs, next: [200, 7, 3])
        row.mark = 100
        var start = InputStart(try Self.plan(), quiet)
        let found = try start.inputs(of: 0, [offset, 7, 3], (row, isLast), hasWorked: true) { _ in 0 }
        #expect(found.mark == mark)
        #expect(found.next == [offset, 7, 3])
    }
}
