import CMicroHTTPD
import Glibc
import Synchronization

/// An answer without an end, such as server-sent events: what is sent goes to the client in that order, in parts of any
/// size.
///
/// Any thread may send. Nothing is copied until the client's connection takes it, so that one array can be sent to
/// thousands. What the client has not taken yet is bounded. A stream costs nothing while nothing is sent.
package final class HTTPStream: Sendable {
    private struct State {
        var parts: [[UInt8]] = []
        /// The first one that has not been taken whole, and how much of it has been.
        var (first, offset) = (0, 0)
        var bytes = 0
        var sent = 0
        var phase = Phase.open
        /// The connection waits, and has to be told when there is something.
        var isAwaited = false
        var connection: ServerConnection?
    }

    private enum Phase {
        case open
        /// Nothing more comes; what is there is still to be taken.
        case ending
        case over
    }

    let status: Int
    let contentType: String
    let headers: [(name: String, value: String)]
    /// How many bytes may wait for the client.
    package let limit: Int
    private let onEnd: @Sendable (HTTPStream) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: how many bytes may wait for the client to take them.
    ///   - onEnd: called once, on the server's thread, when the client has gone, or has taken everything after `end`,
    ///     or the server stops. Not at all for a stream that no handler has returned.
    package init(
        status: Int = 200, contentType: String = "text/event-stream", headers: [(name: String, value: String)] = [],
        limit: Int = 262_144, onEnd: @escaping @Sendable (HTTPStream) -> Void = { _ in }
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.limit = limit
        self.onEnd = onEnd
    }

    /// Adds to what the client gets, also before the handler has returned the stream.
    /// - Returns: false if it is over, or if more would wait than may: nothing of it is sent then. A client that is so
    ///   slow should be let go by `end`.
    package func send(_ bytes: [UInt8]) -> Bool { Self.send(bytes, to: CollectionOfOne(self)).isEmpty }

    /// Adds the same to what the clients of many streams get. Their server is woken once for all: woken by the first
    /// one it would run beside this, and be waited for at each of the others.
    /// - Returns: those that it has not been added to.
    package static func send(_ bytes: [UInt8], to streams: some Sequence<HTTPStream>) -> [HTTPStream] {
        var (full, waiting): ([HTTPStream], [ServerConnection]) = ([], [])
        for stream in streams {
            let (isSent, connection) = stream.add(bytes)
            if !isSent { full.append(stream) }
            if let connection { waiting.append(connection) }
        }
        var rest = waiting[...]
        while let wakeups = rest.first?.wakeups {
            let own = rest.prefix { $0.wakeups === wakeups }
            wakeups.add(own)
            rest = rest.dropFirst(own.count)
        }
        return full
    }

    private func add(_ bytes: [UInt8]) -> (isSent: Bool, waiting: ServerConnection?) {
        state.withLock { state in
            guard case .open = state.phase, bytes.count <= limit - state.bytes else { return (false, nil) }
            guard !bytes.isEmpty else { return (true, nil) }
            state.parts.append(bytes)
            state.bytes += bytes.count
            return (true, Self.awaited(&state))
        }
    }

    /// Ends it behind what has been sent. The client has the time of any answer to take that.
    package func end() {
        let waiting = state.withLock { state -> ServerConnection? in
            guard case .open = state.phase else { return nil }
            state.phase = .ending
            // Told of even if it is not waiting for anything: from here on there is a deadline.
            state.isAwaited = false
            return state.connection
        }
        if let waiting { waiting.wakeups.add(CollectionOfOne(waiting)) }
    }

    /// How many bytes wait for the client.
    package var waiting: Int { state.withLock { $0.bytes } }

    /// Whether nothing can be sent any more.
    package var isOver: Bool { state.withLock { if case .open = $0.phase { false } else { true } } }

    private static func awaited(_ state: inout State) -> ServerConnection? {
        guard state.isAwaited else { return nil }
        state.isAwaited = false
        return state.connection
    }

    // MARK: - What the server does with it, on its thread

    func attach(to connection: ServerConnection) {
        state.withLock { state in
            precondition(state.connection == nil, "a stream belongs to one request")
            state.connection = connection
        }
    }

    /// How many bytes have been taken.
    var sent: Int { state.withLock { $0.sent } }

    var isEnding: Bool { state.withLock { if case .ending = $0.phase { true } else { false } } }

    enum Taken {
        case bytes(Int)
        /// There are none, and the connection is told when there are.
        case nothing
        case end
    }

    /// Fills the buffer with what comes next.
    func take(into buffer: UnsafeMutableRawBufferPointer) -> Taken {
        state.withLock { state in
            var count = 0
            while state.first < state.parts.count, count < buffer.count {
                let part = state.parts[state.first]
                let size = min(part.count - state.offset, buffer.count - count)
                unsafe part.withUnsafeBytes { bytes in
                    let bytes = unsafe UnsafeRawBufferPointer(rebasing: bytes[state.offset..<(state.offset + size)])
                    unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
                }
                count += size
                state.offset += size
                guard state.offset == part.count else { break }
                // Not removed at once, which would move all that are behind it.
                state.parts[state.first] = []
                state.first += 1
                state.offset = 0
            }
            if state.first == state.parts.count {
                state.parts.removeAll(keepingCapacity: state.parts.count <= 16)
                state.first = 0
            } else if state.first >= 64 {
                state.parts.removeFirst(state.first)
                state.first = 0
            }
            state.bytes -= count
            state.sent += count
            if count > 0 { return .bytes(count) }
            guard case .open = state.phase else { return .end }
            state.isAwaited = true
            return .nothing
        }
    }

    /// The connection is gone, or has taken everything.
    func finish() {
        let isFirst = state.withLock { state in
            defer {
                state.phase = .over
                state.connection = nil
                state.parts = []
                (state.first, state.offset, state.bytes) = (0, 0, 0)
            }
            return state.connection != nil
        }
        if isFirst { onEnd(self) }
    }
}

/// At file scope: a closure written on the main actor traps on any other thread.
func takeFromStream(
    _ context: UnsafeMutableRawPointer?, _: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
    guard let context = unsafe context, let buffer = unsafe buffer else { return negawatt_stream_fault }
    let connection = unsafe Unmanaged<ServerConnection>.fromOpaque(context).takeUnretainedValue()
    guard let stream = connection.stream, !connection.isGone else { return negawatt_stream_fault }
    let room = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: size)
    switch unsafe stream.take(into: room) {
    case .bytes(let count):
        connection.hasUsedRoom = connection.hasUsedRoom || count > 4096
        return count
    case .end: return negawatt_stream_end
    case .nothing:
        // Nearly all of a connection's memory, which libmicrohttpd has zeroed and a stream's small parts do not need: a
        // listener costs a third of it then. Whatever is in it is ours to overwrite.
        if connection.hasUsedRoom { unsafe releasePages(room) }
        connection.hasUsedRoom = false
        connection.suspend()
        return 0
    }
}

/// Has the system take back what whole pages there are in it, up to when they are written again.
private func releasePages(_ room: UnsafeMutableRawBufferPointer) {
    let page = 4096
    guard let start = room.baseAddress else { return }
    let skipped = (page - Int(bitPattern: start) % page) % page
    let count = (room.count - skipped) / page * page
    if count > 0 { unsafe _ = madvise(start + skipped, count, MADV_DONTNEED) }
}

func forgetStream(_ context: UnsafeMutableRawPointer?) {
    if let context = unsafe context { unsafe Unmanaged<ServerConnection>.fromOpaque(context).release() }
}
