import Calls
import Contracts
import Daemon
import HTTPClient
import JSON
import Kafka
import Synchronization
import Telemetry
import Threads
import Views

/// How the contexts are: as their daemons say themselves where it is known how they are reached, else as Kafka knows
/// them, by who is in their groups and how much lies unread before them. Asked on a thread of its own, since nobody
/// says how long an answer takes.
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
    /// Where a context's daemon says how it is, as http://127.0.0.1:9464; nil where that is not known.
    private let address: @Sendable (String) -> String?
    private let log: Logger
    private let stopping = StopSignal()
    private let bell = Bell()
    /// What the commander says of itself.
    private let breaker = Mutex<
        @Sendable () -> (state: CircuitBreaker.State, since: ContinuousClock.Instant, inFlight: Int)
    >({
        (.closed, .now, 0)
    })
    private let limit: Int
    private let pulse: Pulse

    /// - Parameter inputs: the topics that each context reads, beside its own and what gives way.
    init(
        _ properties: [String: String], inputs: [String: [String]], inFlightLimit: Int, log: Logger,
        pulse: Pulse = Pulse(), address: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        (self.properties, self.inputs, self.log, limit) = (properties, inputs, log, inFlightLimit)
        (self.pulse, self.address) = (pulse, address)
    }

    func watch(_ commander: Commander) { breaker.withLock { $0 = { commander.status } } }

    func start(_ changed: @escaping @Sendable () -> Void) {
        // Nobody joins it: what it asks Kafka takes as long as it takes, and it holds nothing that has to be ended.
        _ = Thread("contexts") { self.run(changed) }
    }

    func stop() {
        stopping.set()
        bell.ring()
    }

    private func run(_ changed: () -> Void) {
        var admin: Admin?
        while !stopping.isSet {
            do {
                let client = try admin ?? Admin(properties, log: log, persistence: .none)
                admin = client
                for (place, context) in Context.all.enumerated() {
                    guard !stopping.isSet else { return }
                    pulse.beat()
                    let state = address(context.name).map { ask(context, $0) } ?? look(at: context, client)
                    states.withLock { $0[place] = state }
                }
            } catch {
                admin = nil
            }
            changed()
            let until = ContinuousClock.now + Self.interval
            while .now < until, !stopping.isSet {
                pulse.beat()
                bell.wait(atMost: .seconds(1))
            }
        }
    }

    /// One of its daemons, or whichever a balancer takes.
    private func ask(_ context: Context, _ address: String) -> ContextState {
        var found = ContextState(name: context.name)
        let client = HTTPClient(connectLimit: .seconds(1), wholeLimit: .seconds(2))
        guard let ready = try? client.get("\(address)/readyz"), let metrics = try? client.get("\(address)/metrics")
        else {
            found.state = .silent
            return found
        }
        let lag = lag(of: context, in: String(decoding: metrics.body, as: UTF8.self))
        found.lag = lag
        found.state = ready.status != 200 || lag >= Self.behindRecords ? .behind : .ok
        return found
    }

    /// What it reads, but for what gives way to the rest.
    private func topics(of context: Context) -> [String] {
        [context.commands, context.internal] + (inputs[context.name] ?? [])
    }

    /// The sum over those topics and their partitions, from Prometheus' text.
    private func lag(of context: Context, in metrics: String) -> Int64 {
        let labels = topics(of: context).map { "topic=\"\($0)\"" }
        return metrics.split(separator: "\n").reduce(0) { sum, line in
            guard line.hasPrefix("negawatt_consumer_lag_records{"), labels.contains(where: line.contains),
                let text = line.split(separator: " ").last, let value = Double(text), value > 0, value < 1e15
            else { return sum }
            return sum + Int64(value)
        }
    }

    private func look(at context: Context, _ client: Admin) -> ContextState {
        var found = ContextState(name: context.name)
        let limit = Duration.seconds(3)
        found.members = try? client.memberCount(of: context.name, timeout: limit)
        found.lag = try? lag(of: context, client, limit)
        switch (found.members, found.lag) {
        case (nil, _): found.state = .unknown
        case (0, _): found.state = .silent
        case (_, let lag?) where lag >= Self.behindRecords: found.state = .behind
        default: found.state = .ok
        }
        return found
    }

    private func lag(of context: Context, _ client: Admin, _ limit: Duration) throws -> Int64 {
        let topics = topics(of: context)
        let counts = try client.partitionCounts(of: topics, timeout: limit)
        let places = topics.flatMap { topic in
            (0..<(counts[topic] ?? 0)).map { TopicPartition(topic, $0, offset: TopicPartition.end) }
        }
        let ends = try client.offsets(places, timeout: limit)
        let positions = try client.committed(group: context.name, places, timeout: limit)
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
        json.field(
            "view",
            object: { json in
                json.time("asOf", snapshot.asOf)
                let age = snapshot.asOf.map { max(0, Timestamp.current.milliseconds - $0) / 1000 }
                if let age { json.field("ageSeconds", age) } else { json.null("ageSeconds") }
                if let behind = snapshot.behind { json.field("behind", behind) } else { json.null("behind") }
                json.field("caughtUp", snapshot.isCaughtUp)
                json.field("madeAnew", Int64(snapshot.rebuilds))
                json.text("fault", snapshot.fault)
            })
        json.field(
            "breaker",
            object: { json in
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
            if let members = states[place].members {
                json.field("members", Int64(members))
            } else {
                json.null("members")
            }
        }
        json.field("version", Version.text)
    }
}
