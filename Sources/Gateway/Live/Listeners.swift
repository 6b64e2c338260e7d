import Contracts
import HTTP

/// Who follows the live stream, and until when. No clock: time comes in as an argument.
struct Listeners {
    private struct Listener {
        let stream: HTTPStream
        /// When its client's token is taken no longer; nil where it needs none.
        let end: Timestamp?
    }

    private var listeners: [ObjectIdentifier: Listener] = [:]
    /// The first of their ends: all are looked at when that has come, and not before. Tokens end with a whole second,
    /// so that is once a second at most.
    private(set) var nextEnd: Timestamp?

    var count: Int { listeners.count }
    var isEmpty: Bool { listeners.isEmpty }
    var all: [HTTPStream] { listeners.values.map(\.stream) }

    mutating func add(_ stream: HTTPStream, until end: Timestamp?) {
        listeners[ObjectIdentifier(stream)] = Listener(stream: stream, end: end)
        if let end { nextEnd = min(nextEnd ?? end, end) }
    }

    mutating func remove(_ stream: HTTPStream) { listeners[ObjectIdentifier(stream)] = nil }

    /// Those whose ends have come. Each is told once, though it stays until its client has taken all.
    mutating func takeExpired(at now: Timestamp) -> [HTTPStream] {
        guard let nextEnd, nextEnd <= now else { return [] }
        self.nextEnd = nil
        var expired: [HTTPStream] = []
        for (id, listener) in listeners {
            guard let end = listener.end else { continue }
            if end <= now {
                expired.append(listener.stream)
                listeners[id] = Listener(stream: listener.stream, end: nil)
            } else {
                self.nextEnd = min(self.nextEnd ?? end, end)
            }
        }
        return expired
    }
}
