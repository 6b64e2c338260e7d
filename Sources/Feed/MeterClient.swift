import Calls
import Contracts
import Daemon
import FeedContext
import HTTPClient
import Kafka
import Meters
import Synchronization
package import Telemetry
import Threads
package import Workers

/// Asks the utility for what the worker wants to know, on one thread: at the pace that is allowed, some calls at a
/// time, and none while the utility takes none. What an answer comes to goes as a record to `feed.internal`.
///
/// It promises nothing: a call may be lost between the worker and here, or its answer between here and Kafka. Then its
/// row's timer asks for it again.
package final class MeterClient: Outside, Serving {
    /// What the loop's thread leaves for this one.
    private struct Inbox {
        var calls: [any OutsideCall] = []
        /// All that was asked for before these is nobody's any more.
        var isDropped = false
        /// While `run` is at work.
        var waker: Waker?
    }

    /// Only its `wake` is called from other threads, which it is made for.
    private struct Waker: @unchecked Sendable { let calls: HTTPCalls }

    private let settings: MeterClientSettings
    private let properties: [String: String]
    private let metrics: FeedMetrics
    private let log: Logger
    private let stop = StopSignal()
    private let inbox = Mutex(Inbox())

    /// - Parameter properties: librdkafka's.
    package init(
        _ settings: MeterClientSettings, _ properties: [String: String], _ metrics: MetricsRegistry, log: Logger
    ) {
        (self.settings, self.properties) = (settings, properties)
        self.metrics = FeedMetrics(metrics)
        self.log = log.with(["context": Context.feed.name])
    }

    // MARK: Other threads

    package func make(_ calls: [any OutsideCall]) {
        wake { inbox in
            guard inbox.calls.count + calls.count > CallDesk.limit else {
                inbox.calls += calls
                return
            }
            // Whose calls have ended may be among them. All others are asked for again.
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
        let work = try MeterWork(settings, properties, metrics, log: log)
        inbox.withLock { $0.waker = Waker(calls: work.calls) }
        defer {
            inbox.withLock { $0.waker = nil }
            work.close()
        }
        while !stop.isSet {
            let (calls, isDropped) = inbox.withLock { inbox in
                defer { (inbox.calls, inbox.isDropped) = ([], false) }
                return (inbox.calls, inbox.isDropped)
            }
            if isDropped { work.drop() }
            try work.turn(calls)
        }
    }
}
