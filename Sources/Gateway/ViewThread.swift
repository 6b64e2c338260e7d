import Synchronization
import Threads
import Views

/// The thread that follows Kafka into the view.
final class ViewThread {
    private let view: View
    private let thread: Thread
    private let end = End()

    private final class End: Sendable {
        let hasCome = StopSignal()
        let error = Mutex<(any Error)?>(nil)
    }

    /// - Parameter bell: rung when it ends.
    init(_ view: View, _ bell: Bell) {
        self.view = view
        let end = end
        thread = Thread("view") {
            do { try view.run() } catch { end.error.withLock { $0 = error } }
            end.hasCome.set()
            bell.ring()
        }
    }

    /// Whether the view follows no longer: it was stopped, or cannot go on.
    var hasEnded: Bool { end.hasCome.isSet }

    /// Why it cannot go on; nil while it can, and when it was stopped.
    var error: (any Error)? { end.error.withLock { $0 } }

    /// Waits until the view is closed.
    func stop() {
        view.requestStop()
        thread.join()
    }
}
