import Contracts
import Daemon
import Kafka
import Synchronization
import Telemetry
import Threads

/// Puts commands into Kafka. A producer that has failed for good has a successor, so that it does so for as long as the
/// gateway lives.
final class CommandProducer: Sendable {
    typealias Acknowledge = @Sendable (UInt64, Acknowledgement) -> Void

    static let topics = Context.all.map(\.commands)

    private struct State {
        var producer: AcknowledgedProducer?
        var properties: [String: String] = [:]
        var acknowledge: Acknowledge = { _, _ in }

        func makeProducer(_ log: Logger) throws(KafkaError) -> AcknowledgedProducer {
            try AcknowledgedProducer(properties, topics: CommandProducer.topics, log: log, acknowledge: acknowledge)
        }
    }

    private let state = Mutex(State())
    private let log: Logger

    init(_ log: Logger) { self.log = log }

    /// - Parameter acknowledge: is told on a producer's thread what has become of each command that was taken.
    func start(_ properties: [String: String], acknowledge: @escaping Acknowledge) throws(KafkaError) {
        try state.withLock { state throws(KafkaError) in
            (state.properties, state.acknowledge) = (properties, acknowledge)
            state.producer = try state.makeProducer(log)
        }
    }

    func stop() { state.withLock { $0.producer.take() }?.close(within: .seconds(1)) }

    /// Gives up what has not been sent yet.
    func purge() { state.withLock { $0.producer }?.purge(.queue) }

    /// - Throws: where the command is not taken, and so certainly never sent.
    func send(_ command: Command, _ token: UInt64) throws(KafkaError) {
        guard let producer = state.withLock({ $0.producer }) else { throw .noAnswer("the gateway is stopping") }
        do throws(KafkaError) { try Self.send(command, token, producer) } catch {
            guard let fatal = producer.fatalError, let next = try successor(of: producer, fatal.reason) else {
                throw error
            }
            try Self.send(command, token, next)
        }
    }

    private static func send(
        _ command: Command, _ token: UInt64, _ producer: AcknowledgedProducer
    ) throws(KafkaError) {
        let headers = Headers(capacity: 4)
        headers.add("type", command.type.bytes)
        let request = Request(actor: command.actor, command: command.id.description, idempotency: command.body)
        if let request { headers.add(request) }
        try producer.send(
            command.topic, key: command.key.utf8.span, value: command.value.span, headers: headers, token: token)
    }

    /// The one that takes the place of a producer that sends nothing any more; nil at the end.
    private func successor(of old: AcknowledgedProducer, _ reason: String) throws(KafkaError) -> AcknowledgedProducer? {
        try state.withLock { state throws(KafkaError) in
            guard state.producer === old else { return state.producer }
            let made = try state.makeProducer(log)
            log.warning("the producer has failed for good: a new one sends commands", ["reason": reason])
            // It waits for the last acknowledgements, which nobody else has to.
            _ = Thread("old-producer") { old.close(within: .zero) }
            state.producer = made
            return made
        }
    }
}
