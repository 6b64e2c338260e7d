import Daemon
import RealKafka
import SQLite
import Synchronization
import Testing

@testable import Views

/// Whether a view's thread moves.
@Suite(.timeLimit(.minutes(30))) struct PulseTests {
    private final class Hanging: ViewRows {
        static let version = 1
        static let tables = "CREATE TABLE seen(key TEXT)"
        static let gate = Gate(isOpen: false)

        init(_ database: borrowing Database) throws {}

        func handler(of topic: String) -> ViewHandler {
            { _ in Self.gate.pass() }
        }
    }

    private final class Finishing: ViewRows {
        static let version = 1
        static let tables = "CREATE TABLE seen(key TEXT)"
        static let gate = Gate(isOpen: false)
        static let isThere = Atomic(false)

        init(_ database: borrowing Database) throws {}

        func handler(of topic: String) -> ViewHandler { { _ in } }
        func finishMaking() throws {
            Self.isThere.store(true, ordering: .releasing)
            Self.gate.pass()
        }
    }

    @Test func `a view that is finished is not missed however long that takes`() throws {
        let kafka = ScriptedKafka(["changelog": .init(2), "events": .init(1)])
        let running = Running(try Leftovers.temporaryDirectory("view"), kafka, Running.topics, Finishing.self)
        try eventually("it comes to its end") { Finishing.isThere.load(ordering: .acquiring) }
        #expect(running.view.status.pulse.age == .zero)
        Finishing.gate.open()
        try running.awaitCaughtUp()
        try eventually("it is followed again") { running.view.status.pulse.age > .zero }
        try running.stop()
    }

    @Test func `a view that hangs in a record is known by its pulse, and one that has nothing to do has one`() throws {
        let kafka = ScriptedKafka(["changelog": .init(2), "events": .init(1)])
        let running = Running(try Leftovers.temporaryDirectory("view"), kafka, Running.topics, Hanging.self)
        try running.awaitCaughtUp()
        let status = running.view.status
        // Beats come on and on.
        for _ in 0..<3 {
            let age = status.pulse.age
            try eventually("a beat") { status.pulse.age < age }
        }
        let before = status.pulse.age
        kafka.add("changelog", 0, "key", "value")
        try eventually("no beat any more") { status.pulse.age > before + .seconds(1) }
        Hanging.gate.open()
        try eventually("a beat again") { status.pulse.age < .milliseconds(500) }
        try running.stop()
    }
}
