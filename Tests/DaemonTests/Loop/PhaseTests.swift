import Contracts
import Testing

@testable import Daemon

/// How a loop goes from one phase to the next. No clock, no I/O.
@Suite struct PhaseTests {
    private let writer: EffectWriter
    private let now = ContinuousClock.now

    init() throws { writer = try EffectWriter(.user, ScriptedProducer()) }

    @Test func `with a producer it does what the group has said last`() {
        #expect(Phase(writer, .joining).status == .joining)
        #expect(Phase(writer, .assigned([])).status == .running)
        #expect(Phase(writer, .assigned([0, 1])).status == .restoring)
        #expect(Phase(writer, .suspended(since: now)).status == .joining)
    }

    @Test func `without a producer it waits and keeps what the group says`() {
        let memberships: [Phase.Membership] = [
            .joining, .assigned([]), .assigned([2]), .suspended(since: now),
        ]
        for membership in memberships {
            let phase = Phase.connecting(.joining).with(membership)
            #expect(phase.status == .waiting && phase.writer == nil)
            #expect(phase.membership == membership)
            #expect(Phase(writer, membership).membership == membership)
            #expect(Phase(writer, membership).disconnected.membership == membership)
        }
    }

    @Test func `a running loop that is disconnected restores its partitions again`() {
        let running = Phase.running(writer, [1])
        #expect(running.writer === writer && running.membership == .assigned([1]))
        #expect(running.disconnected.status == .waiting && running.disconnected.writer == nil)
        guard case .restoring(_, [1], nil) = running.with(.assigned([1])) else {
            Issue.record("files that were not restored")
            return
        }
    }

    @Test func `an end is one`() {
        for end in [Phase.closing(writer), .abandoned(writer)] {
            #expect(end.membership == nil && end.writer == nil)
            #expect(end.with(.assigned([1])).status == end.status)
            #expect(end.disconnected.status == end.status)
        }
        #expect(Phase.closing(nil).status == .stopping)
        // Another loop may follow, and the status has no way back from the stop.
        #expect(Phase.abandoned(nil).status == .waiting)
    }
}
