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
    private static let pace = Duration.milliseconds(125)
    private static let heartbeat = Duration.seconds(15)
    /// So many messages are there for whoever comes back.
    private static let ringLimit = 256
    static let listenerLimit = 10_000

    /// All are told the same: links lead to paths of this server, whatever it is called, and say what can be done, not
    /// who may.
    private static let permissions = Permissions(isOperator: true, seesAll: true, customer: nil)
    private static let links = Links(base: "")

    private struct State {
        var listeners = Listeners()
        /// What has been told, by number.
        var ring: [(number: Int64, bytes: [UInt8])] = []
        var number: Int64 = 0
        var heardAt = ContinuousClock.now
    }

    /// What was told last. Of the thread that tells alone.
    private struct Told {
        var orders: [String: [UInt8]] = [:]
        var at = ContinuousClock.now - Live.pace
        var isPending = false
        var sequence: Int64?
        var health: [UInt8] = []
        /// Commits of the view, as they were counted.
        var records: Int64 = -1
    }

    private let state = Mutex(State())
    private let told = Mutex(Told())
    private let readers: ViewReaders<Queries>
    private let view: View
    private let contexts: ContextWatch
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
        let number = state.withLock { $0.number }
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
    private func tell(_ messages: [(type: String, data: [UInt8])]) {
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
    private func send(_ bytes: [UInt8], _ state: inout State) {
        state.heardAt = .now
        for stream in state.listeners.all where !stream.send(bytes) { stream.end() }
    }

    /// Nobody has been told what went on meanwhile: whoever comes back begins with a snapshot.
    private func forget() {
        state.withLock { state in
            state.number += 1
            state.ring.removeAll()
        }
    }

    // MARK: What is told

    private func snapshot() throws -> [UInt8] {
        guard view.status.snapshot.isCaughtUp else { throw ViewIsMade.problem }
        let orders = try readers.read { queries in try queries.watched() }
        let status = view.status.snapshot
        return JSONWriterBytes { json in
            json.time("asOf", status.asOf)
            json.field("drs", objects: orders.count) { json, place in
                orders[place].write(&json, Self.links, Self.permissions, isWhole: false)
            }
            json.field("health", object: { self.contexts.write(&$0, self.view.status) })
        }.bytes
    }

    /// After each commit of the view, and when it said so: tells what has changed. On the answers' thread.
    /// - Returns: when to look again.
    func look(at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        // The answers' thread comes round once a second at least.
        for stream in state.withLock({ $0.listeners.takeExpired(at: .current) }) { stream.end() }
        return told.withLock { told in
            let records = view.status.snapshot.records
            if records != told.records {
                told.records = records
                told.isPending = true
            }
            // Of a view that is being made nothing is told, and nothing is waited for: it says when it is there.
            let isTold = told.isPending && view.status.snapshot.isCaughtUp
            if isTold, now >= told.at + Self.pace {
                (told.isPending, told.at) = (false, now)
                tellChanges(&told)
            }
            let quiet = state.withLock { state -> ContinuousClock.Instant in
                let end = state.heardAt + Self.heartbeat
                guard end <= now else { return end }
                send(Array(": here\n\n".utf8), &state)
                return now + Self.heartbeat
            }
            return told.isPending && isTold ? min(quiet, told.at + Self.pace) : quiet
        }
    }

    private func tellChanges(_ told: inout Told) {
        let isHeard = state.withLock { !$0.listeners.isEmpty }
        guard
            let (orders, events) = try? readers.read({ queries in
                (isHeard ? try queries.watched() : [], try queries.events(after: told.sequence ?? 0))
            })
        else { return }
        var (now, messages): ([String: [UInt8]], [(type: String, data: [UInt8])]) = ([:], [])
        for order in orders {
            let bytes = JSONWriterBytes { order.write(&$0, Self.links, Self.permissions, isWhole: false) }.bytes
            now[order.id] = bytes
            if told.orders[order.id] != bytes { messages.append(("order", bytes)) }
        }
        // Those that nobody watches any more for what comes behind them: told once more, as they ended.
        for id in told.orders.keys where isHeard && now[id] == nil {
            guard let order = try? readers.read({ queries in try queries.order(id) }) else { continue }
            let bytes = JSONWriterBytes { order.write(&$0, Self.links, Self.permissions, isWhole: false) }.bytes
            messages.append(("order", bytes))
        }
        told.orders = now
        if !isHeard { forget() }
        if let last = events.last {
            // What lies in the file from before is not news.
            if let before = told.sequence, isHeard {
                let omitted = last.sequence - before - Int64(events.count)
                let bytes = JSONWriterBytes { json in
                    json.field("events", objects: events.count) { json, place in
                        json.field("type", events[place].type)
                        json.field("key", events[place].key)
                        json.field("at", time: events[place].at)
                    }
                    json.field("omitted", max(0, omitted))
                }
                messages.append(("sample", bytes.bytes))
            }
            told.sequence = last.sequence
        } else if told.sequence == nil {
            told.sequence = 0
        }
        tell(messages)
    }

    /// Tells how all contexts are, if that has changed. On the thread that watches them.
    func healthChanged() {
        let bytes = JSONWriterBytes { self.contexts.write(&$0, self.view.status) }.bytes
        let isNew = told.withLock { told in
            defer { told.health = bytes }
            return told.health != bytes
        }
        if isNew { tell([("health", bytes)]) }
    }

    /// Ends all streams.
    func stop() {
        for stream in state.withLock({ $0.listeners.all }) { stream.end() }
    }
}
