import Glibc

/// Wakes one thread that waits for others with a limit, which a `Mutex` and an `Atomic` have not.
@safe package final class Bell: Sendable {
    private let reading: Int32
    private let writing: Int32

    package init() {
        var ends: [Int32] = [-1, -1]
        precondition(unsafe pipe(&ends) == 0, "no pipe can be made")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Any thread. Rung several times before it is heard it has been rung once.
    package func ring() {
        var byte: UInt8 = 0
        // Where the pipe is full it has been rung.
        unsafe _ = write(writing, &byte, 1)
    }

    /// Waits until it has been rung, or so long by a clock that nobody sets.
    /// - Returns: whether it has been rung.
    @discardableResult
    package func wait(atMost limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            // Behind the deadline, and not just before it.
            let (seconds, attoseconds) = (deadline - .now).components
            let milliseconds = max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
            let count = unsafe poll(&waiting, 1, Int32(clamping: milliseconds))
            if count > 0 {
                drain()
                return true
            }
            // A signal has come between.
            guard count < 0, errno == EINTR else { return false }
        }
    }

    /// Waits until it has been rung.
    package func wait() { while !wait(atMost: .seconds(3600)) {} }

    private func drain() {
        var bytes: [UInt8] = Array(repeating: 0, count: 64)
        while unsafe read(reading, &bytes, bytes.count) == bytes.count {}
    }
}
