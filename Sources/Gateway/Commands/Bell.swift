import Glibc

/// Wakes one thread that waits for the clock and for others.
@safe final class Bell: Sendable {
    private let descriptor: Int32

    init() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(descriptor >= 0, "no event descriptor can be made")
    }

    deinit { close(descriptor) }

    /// Any thread. Rung several times before it is heard it has been rung once.
    func ring() { eventfd_write(descriptor, 1) }

    /// Waits until it has been rung, or so long.
    func wait(atMost limit: Duration) {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let (seconds, attoseconds) = limit.components
        let milliseconds = max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        unsafe _ = poll(&waiting, 1, Int32(clamping: milliseconds))
        var count: eventfd_t = 0
        unsafe _ = eventfd_read(descriptor, &count)
    }
}
