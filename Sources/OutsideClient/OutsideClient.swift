import Daemon
package import HTTPClient
import Synchronization
import Threads
package import Workers

/// What a client's thread has in hand: calls that wait, calls that are under way, and what the endpoints are like. One
/// thread.
package protocol OutsideWork: AnyObject {
    /// What waits for all calls at once. Its `wake` is called from other threads.
    var calls: HTTPCalls { get }
    /// Takes calls over, makes those whose turn it is, and waits for what ends.
    func turn(_ asked: [any OutsideCall]) throws
    /// Gives all calls up: the partitions that have asked are others' now.
    func drop()
    /// So many calls were lost on their way here: their rows' timers ask for them again.
    func lost(_ count: Int)
    /// Gives all calls up, and writes what is known of others.
    func close()
}

/// Makes a worker's calls over HTTP, on one thread: takes them from the loop's, and has the work see to them.
///
/// It promises nothing: a call may be lost between the worker and here, or its answer between here and Kafka. Then its
/// row's timer asks for it again.
package final class OutsideClient<Work: OutsideWork>: Outside, Serving {
    /// What the loop's thread leaves for this one.
    private struct Inbox {
        var calls: [any OutsideCall] = []
        /// All that was asked for before these is nobody's any more.
        var isDropped = false
        /// Calls for which there was no room.
        var lost = 0
        /// While `run` is at work.
        var waker: Waker?
    }

    /// Only its `wake` is called from other threads, which it is made for.
    private struct Waker: @unchecked Sendable { let calls: HTTPCalls }

    private let limit: Int
    private let makeWork: @Sendable () throws -> Work
    private let stop = StopSignal()
    private let inbox = Mutex(Inbox())

    /// - Parameters:
    ///   - limit: calls that wait to be taken over, at most: the worker's windows are far below.
    ///   - makeWork: called once, on the thread that runs.
    package init(limit: Int, makeWork: @escaping @Sendable () throws -> Work) {
        (self.limit, self.makeWork) = (limit, makeWork)
    }

    // MARK: Other threads

    package func make(_ calls: [any OutsideCall]) {
        wake { inbox in
            guard inbox.calls.count + calls.count > limit else {
                inbox.calls += calls
                return
            }
            // Whose calls have ended may be among them. All others are asked for again.
            inbox.lost += inbox.calls.count + calls.count
            (inbox.calls, inbox.isDropped) = ([], true)
        }
    }

    package func drop() {
        wake { inbox in
            inbox.calls.removeAll()
            inbox.isDropped = true
        }
    }

    package func requestStop() {
        stop.set()
        wake { _ in }
    }

    private func wake(_ change: (inout Inbox) -> Void) {
        inbox.withLock { inbox in
            change(&inbox)
            inbox.waker?.calls.wake()
        }
    }

    // MARK: Its own thread

    /// Works until it is stopped. One thread.
    package func run(onListening: (UInt16) -> Void) throws {
        let work = try makeWork()
        inbox.withLock { $0.waker = Waker(calls: work.calls) }
        defer {
            inbox.withLock { $0.waker = nil }
            work.close()
        }
        while !stop.isSet {
            let (calls, isDropped, lost) = inbox.withLock { inbox in
                defer { (inbox.calls, inbox.isDropped, inbox.lost) = ([], false, 0) }
                return (inbox.calls, inbox.isDropped, inbox.lost)
            }
            if isDropped { work.drop() }
            if lost > 0 { work.lost(lost) }
            try work.turn(calls)
        }
    }
}
