import Contracts
import RealKafka
import Telemetry
import Testing

@testable import Daemon

/// Where a shard continues in its inputs, and by which rule it takes the commands there: decided without a broker.
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

    /// What an operator does when told that a topic is another one must not open the commands to whoever may write
    /// them.
    @Test(arguments: [
        // As it was: where the group is, the changelog is.
        (offset: 200, isLast: true, mark: 100 as Int64?),
        // Another topic of the name, read from its beginning; or the same once more: it has been handled by the old
        // rule.
        (0, true, 0), (40, true, 40), (150, true, 100), (300, true, 100),
        // An earlier version has been at work, and has forwarded to the commands.
        (200, false, nil), (250, false, nil),
    ])
    func `offsets that someone has set bring no older rule back`(_ offset: Int64, _ isLast: Bool, _ mark: Int64?)
        throws
    {
        var row = InputPositions(topics: Self.inputs, offsets: [200, 7, 3])
        row.mark = 100
        var start = InputStart(try Self.plan(), ids: [:], quiet)
        let found = try start.inputs(of: 0, [offset, 7, 3], (row, isLast), hasState: true) { _ in (0, 500) }
        #expect(found.mark == mark)
        #expect(found.offsets == [offset, 7, 3])
    }

    /// Whoever tries it out may let it sleep until a transaction times out. The embedded broker shows what that one has
    /// left in the changelog, and has no offsets to go by.
    @Test func `behind an aborted transaction the embedded broker continues where the changelog says`() throws {
        let row = InputPositions(topics: Self.inputs, offsets: [200, 7, 3])
        var plan = try Self.plan()
        var start = InputStart(plan, ids: [:], quiet)
        #expect(throws: StateError.self) {
            try start.inputs(of: 0, [nil, nil, nil], (row, false), hasState: true) { _ in (0, 500) }
        }
        plan.isEmbedded = true
        start = InputStart(plan, ids: [:], quiet)
        let found = try start.inputs(of: 0, [nil, nil, nil], (row, false), hasState: true) { _ in (0, 500) }
        #expect(found.offsets == [200, 7, 3])
    }

    /// What is kept of a topic's id, and by what it is compared: where daemons move between libraries, some of which
    /// tell none, and where someone has said where to continue.
    @Test(arguments: [
        // Known and now; where the group is and whether a record has been handled; kept and compared.
        (
            known: "A" as String?, now: "A" as String?, offset: 200 as Int64?, last: 199 as Int64, kept: "A" as String?,
            compared: "A" as String?
        ),
        ("A", "B", 200, 199, "B", "A"), ("A", nil, 200, 199, "A", "A"), (nil, "A", 200, 199, "A", nil),
        // The group has forgotten, or no record of it has been handled.
        ("A", "B", nil, 199, "B", "A"), ("A", "B", nil, -1, "B", "A"),
        // Another place is one in the topic that there is.
        ("A", "B", 0, 199, "B", nil), ("A", nil, 0, 199, nil, nil), ("A", "A", 40, 199, "A", nil),
    ])
    func `an id is of the topic in which reading continues`(
        _ known: String?, _ now: String?, _ offset: Int64?, _ last: Int64, _ kept: String?, _ compared: String?
    ) throws {
        var row = InputPositions(topics: Self.inputs, offsets: [200, 7, 3])
        (row.topicIDs[0], row.lastOffsets[0]) = (known, last)
        var start = InputStart(try Self.plan(), ids: now.map { [Self.context.commands: $0] } ?? [:], quiet)
        let found = try start.inputs(of: 0, [offset, 7, 3], (row, true), hasState: true) { _ in (0, 500) }
        #expect(found.topicIDs == [kept, nil, nil])
        #expect(start.known.first { $0.topic == Self.context.commands }?.id == compared)
        #expect(start.known.contains { $0.offset == last } == ((offset ?? 200) == 200))
    }

    /// Nothing is passed over in a new topic of which nothing was to be left out.
    @Test func `where nothing has been read any topic will do`() throws {
        var row = InputPositions(topics: Self.inputs, offsets: [0, 7, 3])
        row.topicIDs[0] = "A"
        var start = InputStart(try Self.plan(), ids: [Self.context.commands: "B"], quiet)
        let found = try start.inputs(of: 0, [nil, 7, 3], (row, true), hasState: true) { _ in (0, 500) }
        #expect(found.topicIDs[0] == "B" && start.known.isEmpty)
    }

    /// A group that has never worked: who tells people what happens does not begin with what has happened for 400 days,
    /// but is asked what it is asked.
    @Test func `a new group begins at the beginning, or from now on with what others say`() throws {
        var plan = try Self.plan()
        for readFromEnd in [[], ["other.events"]] as [Set<String>] {
            plan.readFromEnd = readFromEnd
            var start = InputStart(plan, ids: [:], quiet)
            let found = try start.inputs(of: 0, [nil, nil, nil], nil, hasState: false) { _ in (3, 500) }
            #expect(found.offsets == [3, readFromEnd.isEmpty ? 3 : 500, 3])
        }
    }

    /// From then on it goes by what has been handled, however long it is away.
    @Test func `a group that has worked continues where it was, whatever it began with`() throws {
        var plan = try Self.plan()
        plan.readFromEnd = ["other.events"]
        var start = InputStart(plan, ids: [:], quiet)
        let row = InputPositions(topics: Self.inputs, offsets: [200, 7, 3])
        let found = try start.inputs(of: 0, [nil, nil, nil], (row, true), hasState: true) { _ in (0, 500) }
        #expect(found.offsets == [200, 7, 3])
    }

    /// An upgrade: the group has committed nothing in the topic, the rows do not know it, and nobody has forgotten
    /// anything. After a way back, where a version was at work that does not know it, the group's offset stands; what
    /// that version has written is not what the topic's last row says.
    @Test(
        arguments: [
            (offsets: [200, nil, 7, 3], row: nil, isLast: true, next: 5),
            ([200, nil, 7, 3], 40, true, 40), ([200, 40, 7, 3], nil, true, 40), ([200, 40, 7, 3], 40, true, 40),
            // Of a version that writes no such row.
            ([200, nil, 7, 3], nil, false, 5), ([200, nil, 7, 3], 40, false, 40), ([200, 40, 7, 3], nil, false, 40),
            // All are forgotten.
            ([nil, nil, nil, nil], nil, true, 5), ([nil, nil, nil, nil], 40, true, 40),
            ([nil, 40, nil, nil], nil, true, 40),
        ] as [(offsets: [Int64?], row: Int64?, isLast: Bool, next: Int64)])
    func `an input that gives way is new to a group that has worked`(
        _ offsets: [Int64?], _ row: Int64?, _ isLast: Bool, _ next: Int64
    ) throws {
        var plan = try Self.plan()
        plan.inputs = [Self.context.commands, "other.history", "other.events", Self.context.internal]
        plan.background = ["other.history"]
        #expect(plan.subscribed == [Self.context.commands, "other.events"])
        let known =
            row.map { InputPositions(topics: plan.inputs, offsets: [200, $0, 7, 3]) }
            ?? InputPositions(topics: Self.inputs, offsets: [200, 7, 3])
        var start = InputStart(plan, ids: [:], quiet)
        let found = try start.inputs(of: 0, offsets, (known, isLast), hasState: true) { topic in
            #expect(topic == "other.history")
            return (5, 500)
        }
        #expect(found.offsets == [200, next, 7, 3])
    }
}
