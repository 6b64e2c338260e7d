import CMicroHTTPD
import Glibc

/// The one thread of a server: it waits for what comes, from clients and from other threads, and for the next deadline,
/// whichever is first.
@safe final class ServerThread: @unchecked Sendable {
    private let daemon: OpaquePointer
    private let answerer: Answerer
    private var id = pthread_t()

    /// - Throws: the system's code.
    init(_ daemon: OpaquePointer, _ answerer: Answerer) throws(SystemCode) {
        unsafe self.daemon = unsafe daemon
        self.answerer = answerer
        let box = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(&id, nil, serve, box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            throw SystemCode(code)
        }
    }

    /// Waits until it has ended, which it does when it is done with the request that it is at. All connections are
    /// closed then.
    func stop() {
        answerer.wakeups.proceed(to: .ended)
        pthread_join(id, nil)
    }

    fileprivate func run() {
        // pthread_setname_np is a GNU extension, which the Glibc module leaves out.
        if let comm = unsafe fopen("/proc/thread-self/comm", "w") {
            unsafe fputs("http", comm)
            unsafe fclose(comm)
        }
        let events = unsafe negawatt_events_of(daemon)
        var descriptors = [events, answerer.wakeups.descriptor, answerer.hangUps.descriptor].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        var course = Wakeups.Course.serving
        var isClosed = false
        while course != .ended {
            unsafe MHD_run(daemon)
            if course == .closed, !isClosed {
                closePort()
                isClosed = true
            }
            if course != .serving { answerer.reportLoad(isClosed: isClosed) }
            guard unsafe poll(&descriptors, 3, wait()) >= 0 else { continue }
            if descriptors[1].revents != 0 { course = answerer.takeWakeups() }
            answerer.isDraining = course != .serving
            if descriptors[2].revents != 0 { answerer.takeHangUps() }
            answerer.takeOverdue()
        }
        answerer.close()
        unsafe MHD_stop_daemon(daemon)
    }

    /// Nobody can connect from here on. Those who have are taken: the system answers for us before we hear of them, and
    /// would break off what they have sent by then.
    private func closePort() {
        let listening = unsafe negawatt_listening_of(daemon)
        guard listening >= 0 else { return }
        var waiting = pollfd(fd: listening, events: Int16(POLLIN), revents: 0)
        // At its limit of connections it takes none.
        var turns = 0
        while turns < 1000, unsafe poll(&waiting, 1, 0) > 0 {
            unsafe MHD_run(daemon)
            turns += 1
        }
        let given = unsafe MHD_quiesce_daemon(daemon)
        if given >= 0 { close(given) }
    }

    /// In milliseconds; -1 is without end.
    private func wait() -> Int32 {
        var pending: UInt64 = 0
        if unsafe MHD_get_timeout(daemon, &pending) == .YES { return Int32(clamping: pending) }
        guard let deadline = answerer.table.nextDeadline else { return -1 }
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
