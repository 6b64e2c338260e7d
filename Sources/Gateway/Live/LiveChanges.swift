import Contracts
import Daemon
import HTTP
import JSON
import Synchronization
import Views

/// What listeners are sent: a snapshot, and what has changed since.
extension Live {
    /// How long a change of the contexts' health waits to be sent with other messages.
    private static let healthWait = Duration.seconds(1)

    /// What was sent last. Only the answers' thread changes it, except for the health and for what snapshots add to the
    /// orders.
    struct Told {
        var orders: [String: [UInt8]] = [:]
        /// How many orders run.
        var running: Int64?
        var at = ContinuousClock.now - Live.pace
        var isPending = false
        var sequence: Int64?
        var health: [UInt8] = []
        /// Since when a change of the health is to be sent.
        var healthSince: ContinuousClock.Instant?
        /// The view's count of records when they were last looked at.
        var records: Int64 = -1

        /// The health, if it is to be sent.
        mutating func takeHealth() -> [(type: String, data: [UInt8])] {
            guard healthSince != nil else { return [] }
            healthSince = nil
            return [("health", health)]
        }
    }

    func snapshot() throws -> [UInt8] {
        guard view.status.snapshot.isCaughtUp else { throw ViewIsMade.problem }
        let (orders, running) = try readers.read { queries in (try queries.watched(), try queries.countOfRunning()) }
        // Whoever has these is to be told when they are no longer watched, even if nothing else was sent about them.
        told.withLock { told in
            for order in orders {
                let (bytes, last) = (bytes(of: order), told.orders[order.id])
                guard last != bytes else { continue }
                // Where other clients have another state of it, all are sent the one that it has by then.
                told.orders[order.id] = last == nil ? bytes : []
                told.isPending = true
            }
        }
        let status = view.status.snapshot
        return JSONWriterBytes { json in
            json.time("asOf", status.asOf)
            json.field("running", running)
            json.field("drs", objects: orders.count) { json, place in
                orders[place].write(&json, Self.links, Self.permissions, isWhole: false)
            }
            json.field("health", object: { self.contexts.write(&$0, self.view.status) })
        }.bytes
    }

    /// Sends what has changed: after each commit of the view, and at the time that it returned. On the answers' thread.
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
            // While the view is being built nothing is sent, and nothing is waited for: it says when it is there.
            let isTold = told.isPending && view.status.snapshot.isCaughtUp
            if isTold, now >= told.at + Self.pace {
                (told.isPending, told.at) = (false, now)
                tellChanges(&told)
            } else if let since = told.healthSince, now >= since + Self.healthWait {
                tell(told.takeHealth())
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
        let isHeard = state.withLock { $0.isHeard }
        guard
            let (orders, running, events) = try? readers.read({ queries in
                (
                    isHeard ? try queries.watched() : [], try queries.countOfRunning(),
                    try queries.events(after: told.sequence ?? 0)
                )
            })
        else { return }
        var messages = isHeard ? changes(of: orders, &told) : []
        if isHeard, told.running != running {
            messages.append(("running", JSONWriterBytes { $0.field("running", running) }.bytes))
        }
        told.running = running
        if !isHeard {
            told.orders = [:]
            forget()
        }
        if let sample = sample(events, &told), isHeard { messages.append(sample) }
        tell(messages + told.takeHealth())
    }

    /// Orders that have changed, and those that are no longer watched.
    private func changes(of orders: [ShownOrder], _ told: inout Told) -> [(type: String, data: [UInt8])] {
        var (now, messages): ([String: [UInt8]], [(type: String, data: [UInt8])]) = ([:], [])
        for order in orders {
            let bytes = bytes(of: order)
            now[order.id] = bytes
            if told.orders[order.id] != bytes { messages.append(("order", bytes)) }
        }
        for id in told.orders.keys where now[id] == nil {
            guard let order = try? readers.read({ queries in try queries.order(id) }) else { continue }
            // It has ended, and is sent once more; or later orders have taken its place, and it runs on unwatched.
            messages.append(
                order.isOver
                    ? ("order", bytes(of: order)) : ("unwatched", JSONWriterBytes { $0.field("id", id) }.bytes))
        }
        told.orders = now
        return messages
    }

    private func bytes(of order: ShownOrder) -> [UInt8] {
        JSONWriterBytes { order.write(&$0, Self.links, Self.permissions, isWhole: false) }.bytes
    }

    private func sample(_ events: [ShownEvent], _ told: inout Told) -> (type: String, data: [UInt8])? {
        guard let last = events.last else {
            told.sequence = told.sequence ?? 0
            return nil
        }
        defer { told.sequence = last.sequence }
        // What lies in the file from before is not news.
        guard let before = told.sequence else { return nil }
        let omitted = last.sequence - before - Int64(events.count)
        let bytes = JSONWriterBytes { json in
            json.field("events", objects: events.count) { json, place in
                json.field("type", events[place].type)
                json.field("key", events[place].key)
                json.field("at", time: events[place].at)
            }
            json.field("omitted", max(0, omitted))
        }
        return ("sample", bytes.bytes)
    }

    /// Notes the health of all contexts, to be sent with what comes next: a write to each listener is most of its cost.
    /// On the thread that watches them.
    func healthChanged() {
        let bytes = JSONWriterBytes { self.contexts.write(&$0, self.view.status) }.bytes
        told.withLock { told in
            guard told.health != bytes else { return }
            (told.health, told.healthSince) = (bytes, told.healthSince ?? .now)
        }
    }
}
