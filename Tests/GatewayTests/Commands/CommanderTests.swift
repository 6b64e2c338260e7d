import Calls
import Contracts
import HTTP
import Kafka
import RealKafka
import Synchronization
import Telemetry
import TelemetryTesting
import Testing
import Threads
import Views

@testable import Gateway

@Suite(.timeLimit(.minutes(30))) struct CommanderTests: ~Copyable {
    /// What those who waited for no more than the acknowledgement were answered.
    private final class Answers: Sendable {
        let statuses = Mutex<[Int]>([])
    }

    private let broker: EmbeddedBroker
    private let commander: Commander
    private let answers: Answers
    private let log = MemoryLog()

    /// However busy the machine is, no acknowledgement comes late.
    init() throws { try self.init(slow: Patience.usual) }

    private init(slow: Duration) throws {
        let broker = try EmbeddedBroker()
        for topic in CommandProducer.topics { try broker.createTopic(topic, partitions: 1) }
        let settings = ViewSettings(name: "gateway", stateDirectory: "/none", properties: [:], topics: ReadModel.topics)
        let view = View(ReadModel.self, settings, log: quiet)
        var commands = Commander.Settings()
        commands.breaker.slow = slow
        commander = Commander(
            commands, view, ViewReaders<Queries>(view, limit: 1), bell: Bell(), log: Logger(level: .warning, sink: log),
            metrics: MetricsRegistry())
        self.broker = broker
        answers = Answers()
    }

    private func start(giveUpAfter limit: Duration) throws {
        try commander.start([
            "bootstrap.servers": broker.bootstrapServers, "message.timeout.ms": "\(limit.milliseconds)",
        ])
    }

    /// Sends a command, and waits for the status that its sender is answered with.
    private func send(_ user: String) throws -> Int {
        let command = Command(
            RegisterUser(id: UserID(text: user), name: user, capacity: 1), to: .user, key: user, id: .random(.user),
            by: "tester", body: "")
        let answers = answers
        let before = answers.statuses.withLock { $0.count }
        let waiter = Commander.Waiter(
            deadline: .now + Patience.usual, isAsync: true, isKeyed: false, answer: { _, _ in HTTPResponse("") },
            accepted: { HTTPResponse(status: 202, "") },
            send: { answer in answers.statuses.withLock { $0.append(answer.status) } })
        switch commander.send(command, waiter) {
        case .refused(let problem): return problem.status
        case .underway: return 409
        case .sent:
            try eventually("an answer") { answers.statuses.withLock { $0.count } > before }
            return answers.statuses.withLock { $0[before] }
        }
    }

    @Test func `behind a producer that has failed for good another one sends`() throws {
        try start(giveUpAfter: Patience.usual)
        #expect(try send("first") == 202)
        // OUT_OF_ORDER_SEQUENCE_NUMBER of what was sent for the first time: librdkafka sends nothing more.
        broker.fail(request: 0, with: [45])
        _ = try send("second")
        for user in ["third", "fourth"] { #expect(try send(user) == 202) }
        #expect(log.lines.filter { $0.message.contains("a new one sends commands") }.count == 1)
        #expect(commander.status.state == .closed && commander.status.inFlight == 0)
        commander.stop()
    }

    @Test func `while Kafka is away commands are refused at once, and taken again when it is back`() throws {
        try start(giveUpAfter: .seconds(1))
        try broker.setReachable(false)
        try eventually("the circuit opens") { try send("early") == 503 && commander.status.state == .open }
        try broker.setReachable(true)
        try eventually("the circuit closes") { try send("late") == 202 && commander.status.state == .closed }
        commander.stop()
    }

    @Test func `a circuit that opens since acknowledgements come late says so`() throws {
        let late = try CommanderTests(slow: .zero)
        try late.start(giveUpAfter: Patience.usual)
        try eventually("the circuit opens") {
            _ = try late.send("late")
            return late.commander.status.state == .open
        }
        let line = late.log.lines.first { $0.message.hasPrefix("circuit open") }
        #expect(line?["reason"] == "Kafka's acknowledgements are late")
        late.commander.stop()
    }
}
