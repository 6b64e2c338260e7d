import Contracts
import Synchronization
import Views

/// A record's place, as a header has it: topic-partition-offset.
struct ViewPlace: Sendable, Equatable {
    let topic: String
    let partition: Int32
    let offset: Int64

    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, let offset = Int64(parts[parts.count - 1]), offset >= 0,
            let partition = Int32(parts[parts.count - 2]), partition >= 0
        else { return nil }
        topic = parts.dropLast(2).joined(separator: "-")
        (self.partition, self.offset) = (partition, offset)
        guard ReadModel.topics.contains(where: { $0.name == topic }) else { return nil }
    }

    func isPassed(_ status: ViewStatus) -> Bool { status.isPassed(topic, partition, offset) }
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
            // Each is looked at once: the view goes on meanwhile.
            let areDone = waiters.map { $0.deadline <= now || $0.place.isPassed(status) }
            let ready = zip(waiters, areDone).filter(\.1).map(\.0)
            waiters = zip(waiters, areDone).filter { !$0.1 }.map(\.0)
            return (ready, waiters.map(\.deadline).min())
        }
        for waiter in ready { waiter.go() }
        return next
    }
}
