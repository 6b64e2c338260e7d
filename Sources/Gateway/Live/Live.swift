import Contracts
import Daemon
import HTTP
import JSON
import Synchronization
import Telemetry
import Views

/// What goes on, told to whoever listens, as server-sent events: the figures of orders as they move, and a sample of
/// the events that says how much it leaves out. Everybody is told the same bytes.
final class Live: Sendable {
    /// An order is told of at most this often.
    static let pace = Duration.milliseconds(125)
    static let heartbeat = Duration.seconds(15)
    /// So many messages are there for whoever comes back.
    private static let ringLimit = 256
    static let listenerLimit = 10_000

    /// All are told the same: links lead to paths of this server, whatever it is called, and say what can be done, not
    /// who may.
    static let permissions = Permissions(isOperator: true, seesAll: true, customer: nil)
    static let links = Links(base: "")

    struct State {
        var listeners = Listeners()
        /// Clients that are about to listen: they have a snapshot, or are getting one.
        var arriving = 0
        /// Whether somebody is to be told what changes.
        var isHeard: Bool { arriving > 0 || !listeners.isEmpty }
        /// What has been told, by number.
        var ring: [(number: Int64, bytes: [UInt8])] = []
        var number: Int64 = 0
        var heardAt = ContinuousClock.now
    }

    let state = Mutex(State())
    let told = Mutex(Told())
    let readers: ViewReaders<Queries>
    let view: View
    let contexts: ContextWatch
    /// Tells messages of this process from those of others.
    private let boot = UInt32.random(in: 0 ... .max)

    init(_ view: View, _ readers: ViewReaders<Queries>, _ contexts: ContextWatch, metrics: MetricsRegistry) {
        (self.view, self.readers, self.contexts) = (view, readers, contexts)
        metrics.gauge("negawatt_gateway_listeners", "Clients of the live stream.") { [self] in
            Double(state.withLock { $0.listeners.count })
        }
    }

    // MARK: Listeners

    /// A stream that begins where the client has been, or with how things stand.
    /// - Parameter end: when the client's token is taken no longer: the stream ends then, and the client comes with
    ///   another one.
    /// - Throws: `Problem` when too many listen.
    func listen(
        _ lastID: String?, until end: Timestamp? = nil, headers: [(name: String, value: String)]
    ) throws -> HTTPStream {
        let stream = HTTPStream(
            headers: headers + [("Cache-Control", "no-store"), ("X-Accel-Buffering", "no")],
            onEnd: { [self] stream in state.withLock { $0.listeners.remove(stream) }
            })
        // What is told while it is read comes behind it.
        let number = state.withLock { state in
            state.arriving += 1
            return state.number
        }
        defer { state.withLock { $0.arriving -= 1 } }
        let snapshot = try snapshot()
        let isTaken = state.withLock { state -> Bool in
            guard state.listeners.count < Self.listenerLimit else { return false }
            let missed = missed(since: lastID, state)
            if missed == nil { _ = stream.send(message("snapshot", number, snapshot)) }
            for message in missed ?? state.ring.filter({ $0.number > number })[...] { _ = stream.send(message.bytes) }
            state.listeners.add(stream, until: end)
            return true
        }
        guard isTaken else {
            throw Problem(503, "\(Self.listenerLimit) clients are already listening", headers: [("Retry-After", "10")])
        }
        return stream
    }

    /// nil where it cannot be told: another process, or too long ago.
    private func missed(since lastID: String?, _ state: State) -> ArraySlice<(number: Int64, bytes: [UInt8])>? {
        guard let parts = lastID?.split(separator: "-"), parts.count == 2, parts[0] == String(boot, radix: 36),
            let last = Int64(parts[1]), last <= state.number
        else { return nil }
        guard last < state.number else { return [] }
        guard let first = state.ring.first, first.number <= last + 1 else { return nil }
        return state.ring[Int(last + 1 - first.number)...]
    }

    private func message(_ type: String, _ number: Int64, _ data: [UInt8]) -> [UInt8] {
        Array("event: \(type)\nid: \(String(boot, radix: 36))-\(number)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }

    /// All at once: to write to a listener is most of what it costs to have him.
    func tell(_ messages: [(type: String, data: [UInt8])]) {
        guard !messages.isEmpty else { return }
        state.withLock { state in
            var all: [UInt8] = []
            for (type, data) in messages {
                state.number += 1
                let bytes = message(type, state.number, data)
                state.ring.append((state.number, bytes))
                all += bytes
            }
            if state.ring.count > 2 * Self.ringLimit { state.ring.removeFirst(state.ring.count - Self.ringLimit) }
            send(all, &state)
        }
    }

    /// Whoever does not take what he is sent is let go: he comes back and gets a snapshot.
    func send(_ bytes: [UInt8], _ state: inout State) {
        state.heardAt = .now
        for stream in HTTPStream.send(bytes, to: state.listeners.all) { stream.end() }
    }

    /// Nobody has been told what went on meanwhile: whoever comes back begins with a snapshot.
    func forget() {
        state.withLock { state in
            state.number += 1
            state.ring.removeAll()
        }
    }

    /// Ends all streams.
    func stop() {
        for stream in state.withLock({ $0.listeners.all }) { stream.end() }
    }
}
