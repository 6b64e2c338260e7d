import Daemon
import Threads
import Views

/// Whether requests are to be sent to the gateway, and whether it has to be started again: what probes are told.
final class GatewayHealth: Sendable {
    private let view: ViewStatus
    private let stop: StopSignal
    private let limit: Duration
    private let readyLimit: Duration
    /// Of the thread that answers whoever waits.
    let answers = Pulse()
    /// Of the one that asks how the contexts are.
    let contexts = Pulse()

    /// - Parameters:
    ///   - stop: is set when the gateway is to end.
    ///   - limit: how long a thread may be without a beat. It may wait for a disk or for Kafka meanwhile.
    ///   - readyLimit: how long those may be that requests wait for. Others answer sooner then.
    init(_ view: ViewStatus, stop: StopSignal, limit: Duration, readyLimit: Duration = .seconds(15)) {
        (self.view, self.stop, self.limit, self.readyLimit) = (view, stop, limit, readyLimit)
    }

    /// All threads begin now.
    func begin() { for pulse in [view.pulse, answers, contexts] { pulse.beat() } }

    /// Why no requests are to be sent here; nil where they are.
    var unready: String? {
        if stop.isSet { return "the gateway is stopping" }
        if let hung = hung([("view", view.pulse), ("answers", answers)], for: readyLimit) { return hung }
        let snapshot = view.snapshot
        return snapshot.isCaughtUp ? nil : snapshot.fault ?? "the view is being built"
    }

    /// The thread that hangs; nil where none does. Nobody but another start gets over that.
    var unwell: String? {
        hung([("view", view.pulse), ("answers", answers), ("contexts", contexts)], for: limit)
    }

    private func hung(_ threads: [(name: String, pulse: Pulse)], for limit: Duration) -> String? {
        for (name, pulse) in threads {
            let age = pulse.age
            if age >= limit { return "the thread \(name) has not moved for \(age.components.seconds) s" }
        }
        return nil
    }
}
