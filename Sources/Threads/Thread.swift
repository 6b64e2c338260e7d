import Glibc
import Synchronization

/// A named thread that runs one function.
@safe package final class Thread: Sendable {
    private let id: pthread_t
    private let isJoined = Mutex(false)

    /// The name has at most 15 bytes; `top -H` shows it.
    package init(_ name: String, _ body: @Sendable @escaping () -> Void) {
        let box = unsafe Unmanaged.passRetained(Body(name, body))
        var id = pthread_t()
        let code = unsafe pthread_create(&id, nil, runBody, box.toOpaque())
        precondition(code == 0, "no thread can be made")
        self.id = id
    }

    /// What a thread that nobody waits for any more has had goes with it.
    deinit { if !isJoined.withLock({ $0 }) { pthread_detach(id) } }

    /// Waits for its end; several threads may, but not itself.
    package func join() {
        isJoined.withLock { isJoined in
            if !isJoined { _ = pthread_join(id, nil) }
            isJoined = true
        }
    }
}

private final class Body {
    private let name: String
    private let body: () -> Void

    init(_ name: String, _ body: @escaping () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        // pthread_setname_np is a GNU extension, which the Glibc module leaves out.
        if let comm = unsafe fopen("/proc/thread-self/comm", "w") {
            unsafe fputs(name, comm)
            unsafe fclose(comm)
        }
        body()
    }
}

/// At file scope: a closure written on the main actor traps on any other thread.
private func runBody(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let box = unsafe box { unsafe Unmanaged<Body>.fromOpaque(box).takeRetainedValue().run() }
    return nil
}

/// Waits on this thread.
package func sleep(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    usleep(UInt32(clamping: seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
}
