import Glibc
import Synchronization

/// A named thread that runs one function and is then joined.
@safe package final class Thread: Sendable {
    private let id: pthread_t

    /// The name has at most 15 bytes; `top -H` shows it.
    package init(_ name: String, _ body: @Sendable @escaping () -> Void) {
        let box = unsafe Unmanaged.passRetained(Body(name, body))
        var id = pthread_t()
        let code = unsafe pthread_create(&id, nil, runBody, box.toOpaque())
        precondition(code == 0, "no thread can be made")
        self.id = id
    }

    package func join() { _ = pthread_join(id, nil) }
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

/// Set once, by any thread.
package final class StopSignal: Sendable {
    private let flag = Atomic(false)
    package init() {}
    package var isSet: Bool { flag.load(ordering: .acquiring) }
    package func set() { flag.store(true, ordering: .releasing) }
}

/// Waits on this thread.
package func sleep(_ duration: Duration) { usleep(UInt32(clamping: duration.microseconds)) }
