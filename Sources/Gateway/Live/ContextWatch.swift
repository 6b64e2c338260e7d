import Contracts
import Daemon
import JSON
import Kafka
import Synchronization
import Telemetry
import Views

/// How the contexts are, as Kafka knows them: who is in their groups, and how much lies unread before them. Asked on a thread of its own,
/// since nobody says how long an answer takes.
final class ContextWatch: Sendable {
    private static let interval = Duration.seconds(5)

    struct ContextState: Sendable, Equatable {
        enum State: String, Sendable {
            /// It works, and little waits for it.
            case ok
            /// It works, and much waits for it.
            case behind
            /// Nobody is in its group: what is sent to it waits.
            case silent
            /// Kafka has not been asked yet, or has not answered.
            case unknown
        }

        var name: String
        var state = State.unknown
        var lag: Int64?
        var members: Int?
    }

    /// From so many unread records on a context is behind.
    static let behindRecords: Int64 = 1000

    private let states = Mutex(Context.all.map { ContextState(name: $0.name) })
    private let properties: [String: String]
    private let inputs: [String: [String]]
    private let log: Logger
    private let stopping = StopSignal()
    private let ended = StopSignal()
    private let thread = Mutex<Thread?>(nil)
    /// What the commander says of itself.
    private let breaker = Mutex<@Sendable () -> (state: Breaker.State, since: ContinuousClock.Instant, inFlight: Int)>({
        (.closed, .now, 0)
    })
    private let limit: Int

    /// - Parameter inputs: the topics that each context reads, beside its own.
    init(_ properties: [String: String], inputs: [String: [String]], inFlightLimit: Int, log: Logger) {
        (self.properties, self.inputs, self.log, limit) = (properties, inputs, log, inFlightLimit)
    }

    func watch(_ commander: Commander) { breaker.withLock { $0 = { commander.status } } }

    func start(_ changed: @escaping @Sendable () -> Void) {
        thread.withLock { $0 = Thread("contexts") { self.run(changed) } }
    }

    /// Waits until nothing is told any more. The client goes by itself: librdkafka ends none before all that it has asked is answered, and
    /// there are brokers that answer nothing.
    func stop() {
        stopping.set()
        guard thread.withLock({ $0.take() }) != nil else { return }
        while !ended.isSet { sleep(.milliseconds(10)) }
    }

    private func run(_ changed: () -> Void) {
        var admin: AdminBox?
        defer { withExtendedLifetime(admin) { ended.set() } }
        while !stopping.isSet {
            do {
                let client = try admin ?? AdminBox(properties, log)
                admin = client
                for (place, context) in Context.all.enumerated() {
                    guard !stopping.isSet else { return }
                    let state = look(at: context, client)
                    states.withLock { $0[place] = state }
                }
            } catch {
                admin = nil
            }
            changed()
            let until = ContinuousClock.now + Self.interval
            while .now < until, !stopping.isSet { sleep(.milliseconds(50)) }
        }
    }

    private final class AdminBox {
        let admin: Admin
        init(_ properties: [String: String], _ log: Logger) throws(KafkaError) {
            admin = try Admin(properties, log: log, persistence: .none)
        }
    }

    private func look(at context: Context, _ client: AdminBox) -> ContextState {
        var found = ContextState(name: context.name)
        let limit = Duration.seconds(3)
        found.members = (try? client.admin.groupMembers(context.name, timeout: limit))?.count
        found.lag = try? lag(of: context, client, limit)
        switch (found.members, found.lag) {
        case (nil, _): found.state = .unknown
        case (0, _): found.state = .silent
        case (_, let lag?) where lag >= Self.behindRecords: found.state = .behind
        default: found.state = .ok
        }
        return found
    }

    private func lag(of context: Context, _ client: AdminBox, _ limit: Duration) throws -> Int64 {
        let topics = [context.commands, context.internal] + (inputs[context.name] ?? [])
        let counts = try client.admin.describeTopics(topics, timeout: limit).mapValues(\.partitions)
        let places = topics.flatMap { topic in
            (0..<(counts[topic] ?? 0)).map { TopicPartition(topic, $0, offset: TopicPartition.end) }
        }
        let ends = try client.admin.offsets(places, timeout: limit)
        let positions = try client.admin.committed(group: context.name, places, timeout: limit)
        return zip(ends, positions).reduce(0) { sum, pair in
            guard let end = pair.0, let position = pair.1 else { return sum }
            return sum + max(0, end - position)
        }
    }

    var all: [ContextState] { states.withLock { $0 } }

    /// What `/health` says.
    func write(_ json: inout JSONWriter, _ status: ViewStatus) {
        let snapshot = status.snapshot
        let circuit = breaker.withLock { $0 }()
        let states = all
        json.field("view", object: { json in
            json.time("asOf", snapshot.asOf)
            let age = snapshot.asOf.map { max(0, Timestamp.current.milliseconds - $0) / 1000 }
            if let age { json.field("ageSeconds", age) } else { json.null("ageSeconds") }
            if let behind = snapshot.behind { json.field("behind", behind) } else { json.null("behind") }
            json.field("caughtUp", snapshot.isCaughtUp)
            json.field("madeAnew", Int64(snapshot.madeAnew))
            json.text("fault", snapshot.fault)
        })
        json.field("breaker", object: { json in
            json.field("state", circuit.state.rawValue)
            let ago = (ContinuousClock.now - circuit.since).components.seconds
            json.field("since", time: Timestamp.current.milliseconds / 1000 * 1000 - ago * 1000)
            json.field("inFlight", Int64(circuit.inFlight))
            json.field("limit", Int64(limit))
        })
        json.field("contexts", objects: states.count) { json, place in
            json.field("name", states[place].name)
            json.field("state", states[place].state.rawValue)
            if let lag = states[place].lag { json.field("lag", lag) } else { json.null("lag") }
            if let members = states[place].members { json.field("members", Int64(members)) } else { json.null("members") }
        }
        json.field("version", Version.text)
    }
}
