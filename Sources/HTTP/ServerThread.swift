import CMicroHTTPD
import Glibc
import Synchronization

/// The one thread of a server: it waits for what comes and for the next deadline, whichever is first.
@safe final class ServerThread: @unchecked Sendable {
    private let daemon: OpaquePointer
    private let answerer: Answerer
    /// Readable from the moment on when the server is to end.
    private let ending: Int32
    private var id = pthread_t()

    /// - Throws: the system's code.
    init(_ daemon: OpaquePointer, _ answerer: Answerer) throws(SystemCode) {
        ending = eventfd(0, Int32(EFD_CLOEXEC))
        unsafe self.daemon = unsafe daemon
        self.answerer = answerer
        guard ending >= 0 else { throw SystemCode(errno) }
        let box = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(&id, nil, serve, box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            throw SystemCode(code)
        }
    }

    deinit { if ending >= 0 { Glibc.close(ending) } }

    /// Waits until it has ended, which it does when it is done with the request that it is at.
    func stop() {
        eventfd_write(ending, 1)
        pthread_join(id, nil)
    }

    fileprivate func run() {
        // pthread_setname_np is a GNU extension, which the Glibc module leaves out.
        if let comm = unsafe fopen("/proc/thread-self/comm", "w") {
            unsafe fputs("http", comm)
            unsafe fclose(comm)
        }
        let events = unsafe negawatt_events_of(daemon)
        while true {
            var descriptors = [
                pollfd(fd: events, events: Int16(POLLIN), revents: 0),
                pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
            ]
            unsafe _ = poll(&descriptors, 2, wait())
            if descriptors[1].revents != 0 { return }
            unsafe MHD_run(daemon)
            for socket in answerer.connections.withLock({ $0.takeOverdue(at: .now) }) { end(socket) }
        }
    }

    /// In milliseconds; -1 is without end.
    private func wait() -> Int32 {
        var pending: UInt64 = 0
        if unsafe MHD_get_timeout(daemon, &pending) == .YES { return Int32(clamping: pending) }
        guard let deadline = answerer.connections.withLock({ $0.nextDeadline }) else { return -1 }
        // Behind it, and not just before it.
        let (seconds, attoseconds) = (deadline - .now).components
        return Int32(clamping: max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
    }
}

/// What the system said (errno).
struct SystemCode: Error {
    let code: Int32
    init(_ code: Int32) { self.code = code }
}

/// At file scope: a closure written on the main actor traps on any other thread.
private func serve(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let box = unsafe box { unsafe Unmanaged<ServerThread>.fromOpaque(box).takeRetainedValue().run() }
    return nil
}
