import Glibc
import Synchronization
package import Telemetry
import Threads

/// Ends the process when a call does not return. On all versions of librdkafka up to 2.15 begin and destroy wait for
/// its own threads without a limit; on 2.0.2 they hang now and then after a broker was bounced, and close with them.
/// Two ways in which a partition that goes kept a consumer from its end were mended in 2.1.0 and 2.6.1. Nothing is lost
/// by it, since the files are never ahead of Kafka; whoever started the daemon starts it again.
///
/// One thread is guarded by it: each that makes such calls has one of its own.
///
/// It counts its own wake-ups and not the clock: a process that was stopped and continues has not hung.
package final class Watchdog: Sendable {
    private static let tick = Duration.milliseconds(250)
    /// Ticks that are left; 0 is off.
    private let left = Atomic(0)
    private let stop = StopSignal()
    private let thread = Mutex<Thread?>(nil)

    /// Watches nothing before `start`.
    package init() {}

    /// Begins to watch, on a thread of its own. Once.
    package func start(_ log: Logger) {
        thread.withLock { $0 = Thread("watchdog") { self.run(log) } }
    }

    /// Ends the thread and waits for it.
    package func end() {
        stop.set()
        thread.withLock { $0.take() }?.join()
    }

    /// Makes a call that has to return within the limit.
    package func guarding<Result: ~Copyable, E: Error>(
        _ limit: Duration, _ call: () throws(E) -> Result
    ) throws(E) -> Result {
        let before = left.exchange(Int(limit / Self.tick) + 1, ordering: .relaxed)
        // One guard may lie within another; the outer one continues then with what it had left.
        defer { left.store(before, ordering: .relaxed) }
        return try call()
    }

    /// Lends a client, whose making and end have to return within the limit each.
    package func lending<Client, Result>(
        _ limit: Duration, _ make: () throws -> Client, _ body: (Client) throws -> Result
    ) throws -> Result {
        // The only reference that is left when the body has returned.
        var held = [try guarding(limit, make)]
        defer { guarding(limit) { held.removeAll() } }
        return try body(held[0])
    }

    private func run(_ log: Logger) {
        while !stop.isSet {
            usleep(250_000)
            let now = left.load(ordering: .relaxed)
            guard now > 0 else { continue }
            // Another value means that the call has ended meanwhile.
            let (exchanged, _) = left.compareExchange(expected: now, desired: now - 1, ordering: .relaxed)
            if exchanged, now == 1 {
                log.error("a call into librdkafka does not return: exiting; nothing is lost, start the daemon again")
                _exit(70)
            }
        }
    }
}

/// Calls into librdkafka by one thread, each within the same limit.
struct GuardedCalls: Sendable {
    let watchdog: Watchdog
    let limit: Duration

    func callAsFunction<Result: ~Copyable, E: Error>(_ call: () throws(E) -> Result) throws(E) -> Result {
        try watchdog.guarding(limit, call)
    }
}
