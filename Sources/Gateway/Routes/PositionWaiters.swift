import Contracts
import Synchronization
import Threads
import Views

/// The place of a record that the view comes to.
struct ViewPlace: Sendable, Equatable {
    private let record: RecordPlace

    /// nil for what is no place, and for one in another topic.
    init?(_ text: String) {
        guard let record = RecordPlace(text), ReadModel.topics.contains(where: { $0.name == record.topic }) else {
            return nil
        }
        self.record = record
    }

    func isPassed(_ status: ViewStatus) -> Bool { status.isPassed(record.topic, record.partition, record.offset) }
}

/// Reads that wait for the view to come to a position: so much at a time, and not for long.
final class PositionWaiters: Sendable {
    private static let limit = 1000

    private struct Waiter {
        let place: ViewPlace
        let deadline: ContinuousClock.Instant
        let go: @Sendable () -> Void
    }

    private let waiters = Mutex<[Waiter]>([])
    private let bell: Bell

    init(_ bell: Bell) { self.bell = bell }

    /// Calls `go` once: when the view is there, or time is up, or too many wait.
    func add(_ place: ViewPlace, until deadline: ContinuousClock.Instant, _ go: @escaping @Sendable () -> Void) {
        let isTaken = waiters.withLock { waiters in
            guard waiters.count < Self.limit else { return false }
            waiters.append(Waiter(place: place, deadline: deadline, go: go))
            return true
        }
        if isTaken { bell.ring() } else { go() }
    }

    /// - Returns: when to look again.
    func look(_ status: ViewStatus, at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (ready, next) = waiters.withLock { waiters in
            // Each is looked at once: the view continues meanwhile.
            let areDone = waiters.map { $0.deadline <= now || $0.place.isPassed(status) }
            let ready = zip(waiters, areDone).filter(\.1).map(\.0)
            waiters = zip(waiters, areDone).filter { !$0.1 }.map(\.0)
            return (ready, waiters.map(\.deadline).min())
        }
        for waiter in ready { waiter.go() }
        return next
    }
}
