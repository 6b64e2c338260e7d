import Glibc

/// A thread that can be waited for.
final class TestThread: Sendable {
    private let id: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        let box = unsafe Unmanaged.passRetained(Body(body))
        var id = pthread_t()
        let code = unsafe pthread_create(&id, nil, runBody, box.toOpaque())
        precondition(code == 0, "no thread can be made")
        self.id = id
    }

    func join() { pthread_join(id, nil) }
}

private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// At file scope: a closure written on the main actor traps on any other thread.
private func runBody(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let box = unsafe box { unsafe Unmanaged<Body>.fromOpaque(box).takeRetainedValue().run() }
    return nil
}
