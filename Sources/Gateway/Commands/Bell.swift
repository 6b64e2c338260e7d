import Glibc

/// Wakes one thread that waits for the clock and for others.
@safe final class Bell: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() {
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
    func ring() {
        var byte: UInt8 = 0
        // Where the pipe is full it has been rung.
        unsafe _ = write(writing, &byte, 1)
    }

    /// Waits until it has been rung, or so long.
    func wait(atMost limit: Duration) {
        var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        let (seconds, attoseconds) = limit.components
        let milliseconds = max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        unsafe _ = poll(&waiting, 1, Int32(clamping: milliseconds))
        var bytes: [UInt8] = Array(repeating: 0, count: 64)
        while unsafe read(reading, &bytes, bytes.count) == bytes.count {}
    }
}
