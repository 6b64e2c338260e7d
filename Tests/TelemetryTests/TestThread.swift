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

/// A pipe of the kernel's.
struct Pipe: Sendable {
    let reading: Int32
    let writing: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        unsafe pipe(&ends)
        (reading, writing) = (ends[0], ends[1])
    }

    func closeWriting() { close(writing) }

    /// All that is written until nobody can write any more.
    func readAll() -> String {
        defer { close(reading) }
        var content: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe read(reading, &part, part.count)
            guard count > 0 else { return String(decoding: content, as: UTF8.self) }
            content += part[..<count]
        }
    }
}
