/// The connections that are open, what each is waited for and since when. No clock and no sockets: it says which ones
/// to close.
///
/// A newcomer always gets in. At the limit someone else goes: of the client that has the most, the connection that has
/// waited longest for a request, or if it has none that does, another one of its. So a client that opens many is in its
/// own way, and not in that of a probe.
///
/// All that happens for each request costs the same however many connections there are; only at the limit a newcomer
/// has the table searched.
struct ConnectionTable {
    /// What is waited for. In the order in which they go for a newcomer.
    enum Phase: Int, CaseIterable {
        /// The first line of the next request, or nothing.
        case idle
        /// The head of a request, whole; of the first one from its beginning.
        case head
        /// Its body to come in, and the answer to be taken.
        case answer
        /// The handler's answer.
        case later
        /// Nothing: it has a stream, which lasts.
        case stream
    }

    /// What tells clients apart: the address, of IPv6 its first half, which is what one network has.
    struct Client: Hashable {
        let network: UInt64
        var isIPv6 = false
    }

    private struct Entry {
        /// In `clients`; nil for a socket that is none of ours.
        var client: Int?
        var phase = Phase.head
        var since: ContinuousClock.Instant
        /// In the list of its phase, in the order in which they have come into it.
        var previous: Int32 = -1
        var next: Int32 = -1
    }

    private struct List {
        var (first, last): (Int32, Int32) = (-1, -1)
        var count = 0
    }

    let limit: Int
    private(set) var count = 0
    private let limits: [Duration?]
    /// By socket: the system gives small numbers.
    private var entries: [Entry] = []
    private var lists = [List](repeating: List(), count: Phase.allCases.count)
    private var clients: [(client: Client, connections: Int)] = []
    private var places: [Client: Int] = [:]
    private var freePlaces: [Int] = []

    init(
        limit: Int, headLimit: Duration, answerLimit: Duration, laterLimit: Duration = .seconds(60),
        idleLimit: Duration? = nil
    ) {
        self.limit = max(limit, 1)
        limits = [idleLimit ?? headLimit, headLimit, answerLimit, laterLimit, nil]
    }

    /// A connection has been accepted.
    /// - Returns: the one to close for it, if there are too many. It is forgotten with that.
    mutating func open(_ socket: Int32, from client: Client, at now: ContinuousClock.Instant) -> Int32? {
        guard socket >= 0 else { return nil }
        close(socket)
        while entries.count <= Int(socket) { entries.append(Entry(client: nil, since: now)) }
        let place = places[client] ?? freePlaces.popLast() ?? clients.count
        places[client] = place
        if place == clients.count { clients.append((client, 0)) }
        clients[place] = (client, clients[place].connections + 1)
        entries[Int(socket)] = Entry(client: place, since: now)
        append(socket)
        count += 1
        guard count > limit, let victim = victim(for: socket) else { return nil }
        close(victim)
        return victim
    }

    /// What is waited for from now on.
    mutating func enter(_ phase: Phase, _ socket: Int32, at now: ContinuousClock.Instant) {
        guard isOpen(socket) else { return }
        unlink(socket)
        entries[Int(socket)].phase = phase
        entries[Int(socket)].since = now
        append(socket)
    }

    /// The first line of a request is there. That of a connection's first one is a part of what it has had time for
    /// from its beginning.
    mutating func beginHead(_ socket: Int32, at now: ContinuousClock.Instant) {
        if isOpen(socket), entries[Int(socket)].phase == .idle { enter(.head, socket, at: now) }
    }

    mutating func close(_ socket: Int32) {
        guard isOpen(socket), let place = entries[Int(socket)].client else { return }
        unlink(socket)
        entries[Int(socket)].client = nil
        count -= 1
        clients[place].connections -= 1
        guard clients[place].connections == 0 else { return }
        places[clients[place].client] = nil
        freePlaces.append(place)
    }

    /// Those that have been waited for too long. They are forgotten with that, but for those whose answer is late: they
    /// get another one.
    mutating func takeOverdue(at now: ContinuousClock.Instant) -> (closed: [Int32], late: [Int32]) {
        var overdue: (closed: [Int32], late: [Int32]) = ([], [])
        for phase in [Phase.idle, .head, .answer, .later] {
            while let deadline = deadline(phase), deadline <= now {
                let socket = lists[phase.rawValue].first
                if phase == .later {
                    enter(.answer, socket, at: now)
                    overdue.late.append(socket)
                } else {
                    close(socket)
                    overdue.closed.append(socket)
                }
            }
        }
        return overdue
    }

    /// How many are waited for in this way.
    func count(in phase: Phase) -> Int { lists[phase.rawValue].count }

    /// When the next one is overdue; nil if there is none.
    var nextDeadline: ContinuousClock.Instant? {
        var next: ContinuousClock.Instant?
        for phase in Phase.allCases {
            if let deadline = deadline(phase), next.map({ deadline < $0 }) ?? true { next = deadline }
        }
        return next
    }

    /// Of the first in this phase's list.
    private func deadline(_ phase: Phase) -> ContinuousClock.Instant? {
        let first = lists[phase.rawValue].first
        guard first >= 0, let limit = limits[phase.rawValue] else { return nil }
        return entries[Int(first)].since + limit
    }

    private func victim(for newcomer: Int32) -> Int32? {
        let most = clients.lazy.map(\.connections).max() ?? 0
        for list in lists {
            var socket = list.first
            while socket >= 0 {
                let entry = entries[Int(socket)]
                if socket != newcomer, let place = entry.client, clients[place].connections == most { return socket }
                socket = entry.next
            }
        }
        return nil
    }

    private func isOpen(_ socket: Int32) -> Bool {
        socket >= 0 && Int(socket) < entries.count && entries[Int(socket)].client != nil
    }

    private mutating func append(_ socket: Int32) {
        let list = entries[Int(socket)].phase.rawValue
        let last = lists[list].last
        entries[Int(socket)].previous = last
        entries[Int(socket)].next = -1
        if last >= 0 { entries[Int(last)].next = socket } else { lists[list].first = socket }
        lists[list].last = socket
        lists[list].count += 1
    }

    private mutating func unlink(_ socket: Int32) {
        let entry = entries[Int(socket)]
        let list = entry.phase.rawValue
        lists[list].count -= 1
        if entry.previous >= 0 {
            entries[Int(entry.previous)].next = entry.next
        } else {
            lists[list].first = entry.next
        }
        if entry.next >= 0 {
            entries[Int(entry.next)].previous = entry.previous
        } else {
            lists[list].last = entry.previous
        }
    }
}
