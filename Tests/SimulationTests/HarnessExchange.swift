import Baselines
import Contexts
import Contracts
import FeedContext
import JSON
import KepcoContext
import MeterSimulator
import NotifyContext
import Schemas
import Simulation
import Workers
import WorkersTesting

/// All contexts in memory. What is sent to them is held against its schema, and what they send too.
final class HarnessExchange: Exchange {
    let harness: Harness
    private var positions: [String: [Int]] = [:]
    private let topics = Context.all.map(\.events) + [Topic.kepcoReadings.name, Topic.kepcoHistory.name]
    /// Whom feed asks; nobody else answers it.
    var utility: SimulatedMeters?
    /// Sees each record before it is sent, and may change it.
    var tamper: (OutgoingRecord) -> OutgoingRecord? = { $0 }

    init(
        seed: UInt64 = 1, clock: Timestamp = Timestamp("2026-11-20T05:07:08.901Z")!, kepco: KepcoSettings = .init()
    ) {
        harness = Harness(
            Contexts.workers(KepcoWorker(settings: kepco)), seed: seed, clock: clock,
            check: { try Schemas.check($0.topic, $0.type, $0.value) })
    }

    var now: Timestamp { harness.clock }

    func send(_ record: OutgoingRecord) throws {
        guard let record = tamper(record) else { return }
        try Schemas.check(record.topic.name, record.type, record.value)
        harness.send(record.topic, key: record.key, record.value, type: record.type)
    }

    func flush() throws { try harness.advance(by: .milliseconds(12_345)) }

    func replay(_ topic: Topic, _ body: (Span<UInt8>) -> Void) throws {
        for value in harness.values(topic) { body(Array(value.utf8).span) }
    }

    func receive(_ body: (borrowing IncomingRecord) throws -> Void) throws {
        try harness.advance(by: .milliseconds(100))
        answerCalls()
        for topic in topics {
            for (partition, records) in (harness.topics[topic] ?? []).enumerated() {
                let position = positions[topic, default: Array(repeating: 0, count: 4)][partition]
                for record in records[position...] {
                    let key = record.key.map { Array($0.utf8) } ?? []
                    let value = record.value.map { Array($0.utf8) } ?? []
                    try body(IncomingRecord(topic: topic, key: key.span, value: value.span, refusal: nil))
                }
                positions[topic, default: Array(repeating: 0, count: 4)][partition] = records.count
            }
        }
        let fresh = harness.deadLetters.dropFirst(refusals)
        refusals = harness.deadLetters.count
        for letter in fresh {
            let value = Array((letter.value ?? "").utf8)
            try body(
                IncomingRecord(
                    topic: "dead letters", key: nil, value: value.span, refusal: letter.rejection.description))
        }
    }

    private var refusals = 0

    /// Whether a receiver takes a notice.
    var takes: (NoticeCall) -> Bool = { _ in true }

    /// As the utility does, each customer's days as late as they are; and as a receiver does.
    private func answerCalls() {
        defer { harness.calls = [] }
        for call in harness.calls.compactMap({ $0 as? NoticeCall }) {
            let outcome: NoticeAnswered.Outcome = takes(call) ? .accepted : .refused
            answer(
                NoticeAnswered(call.key, attempt: call.attempt, outcome: outcome), .notifyInternal, of: call.key.user)
        }
        for call in harness.calls.compactMap({ $0 as? MeterCall }) {
            guard let utility, let account = Int64(call.customerNumber).flatMap(utility.account) else { continue }
            let there = (call.day.number + account.daysLate + 1) * 86_400_000 - 9 * 3_600_000
            var answer = MeterAnswered(user: call.user, attempt: call.attempt, outcome: .none)
            if call.day >= account.consent, harness.clock.milliseconds >= there {
                answer.outcome = .day
                answer.tenths = (0..<96).map { utility.tenths(account, call.day, $0) }
            }
            self.answer(answer, .feedInternal, of: call.user)
        }
    }

    private func answer(_ answer: some Message, _ topic: Topic, of user: UserID) {
        var json = JSONWriter()
        json.message(answer, at: harness.clock)
        let value = unsafe json.bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        harness.send(topic, key: user.text, value)
    }
}

/// Says nothing.
final class Quiet: Progress {
    func show(_ stage: Stage, done: Int, of count: Int) {}
    func end(_ stage: Stage, _ count: Int, took: Duration) {}
    func note(_ text: String) {}
}
