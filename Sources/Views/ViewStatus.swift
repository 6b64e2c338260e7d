import Contracts
package import Daemon
import Kafka
import Synchronization
package import Telemetry

/// How far a view has come, for those who ask: on any thread.
package final class ViewStatus: Sendable {
    /// What a view says of itself at one moment.
    package struct Snapshot: Sendable {
        /// Whether it has passed the ends that it saw when it began.
        package fileprivate(set) var isCaughtUp = false
        /// Records between it and the ends that were last seen, marks of transactions too; nil while nothing was seen.
        package fileprivate(set) var behind: Int64?
        /// All that had been committed by this moment (in ms since 1970) is in the rows; nil while that is not known of
        /// any. Readers read on while Kafka is away: this is what they read.
        package fileprivate(set) var asOf: Int64?
        /// Records applied since the process began.
        package fileprivate(set) var records: Int64 = 0
        /// Records in the file's history that could not be applied.
        package fileprivate(set) var passedOver: Int64 = 0
        /// Times that the view was rebuilt since the process began.
        package fileprivate(set) var rebuilds = 0
        /// What keeps it from following, in words; nil while all is well.
        package fileprivate(set) var fault: String?
    }

    private struct State {
        var snapshot = Snapshot()
        /// Committed, by place with its next offset.
        var positions: [String: Int64] = [:]
    }

    private let state = Mutex(State())
    /// Of the view's thread.
    package let pulse = Pulse()

    init() {}

    /// How far the view is. Any thread.
    package var snapshot: Snapshot { state.withLock { $0.snapshot } }

    /// The next offset to read; nil where nothing is known of the partition yet.
    package func position(_ topic: String, _ partition: Int32) -> Int64? {
        state.withLock { $0.positions[Self.name(topic, partition)] }
    }

    /// Whether readers see what the record at this offset brought. Whoever waits for it asks again at each `onCommit`.
    package func isPassed(_ topic: String, _ partition: Int32, _ offset: Int64) -> Bool {
        position(topic, partition).map { $0 > offset } ?? false
    }

    static func name(_ topic: String, _ partition: Int32) -> String { "\(topic)/\(partition)" }

    // MARK: What the view's thread says

    func committed(_ positions: some Sequence<(String, Int64)>, records: Int, passedOver: Int) {
        state.withLock { state in
            state.snapshot.records += Int64(records)
            state.snapshot.passedOver += Int64(passedOver)
            for (place, next) in positions { state.positions[place] = next }
        }
    }

    /// The file that is there now.
    func opened(_ positions: [String: Int64], passedOver: Int64, asOf: Timestamp?, isRebuilt: Bool) {
        state.withLock { state in
            state.positions = positions
            state.snapshot.passedOver = passedOver
            state.snapshot.asOf = asOf?.milliseconds
            if isRebuilt {
                (state.snapshot.isCaughtUp, state.snapshot.behind) = (false, nil)
                state.snapshot.rebuilds += 1
            }
        }
    }

    /// There is nothing to read until it has been rebuilt.
    func isGone() { state.withLock { $0.snapshot.isCaughtUp = false } }

    func caughtUp() { state.withLock { $0.snapshot.isCaughtUp = true } }
    func isOf(_ moment: Timestamp) { state.withLock { $0.snapshot.asOf = moment.milliseconds } }
    func isBehind(_ records: Int64) { state.withLock { $0.snapshot.behind = records } }
    /// - Returns: whether it is another one than before.
    @discardableResult
    func fault(_ reason: String?) -> Bool {
        state.withLock { state in
            defer { state.snapshot.fault = reason }
            return state.snapshot.fault != reason
        }
    }

    // MARK: Metrics

    /// Has the metrics say how far the view has come.
    package func register(in metrics: MetricsRegistry, view name: String) {
        let labels: MetricLabels = ["view": name]
        func gauge(_ name: String, _ help: String, _ read: @escaping @Sendable (Snapshot) -> Double) {
            metrics.gauge("negawatt_view_\(name)", help, labels: labels) { read(self.snapshot) }
        }
        gauge("caught_up", "1 once the view has caught up with the topics' ends of its start.") {
            $0.isCaughtUp ? 1 : 0
        }
        gauge("behind_records", "Records between the view and the ends of its topics.") { Double($0.behind ?? 0) }
        gauge("age_seconds", "Age of the view's data in seconds; -1 while there is no view.") { snapshot in
            snapshot.asOf.map { Double(max(Timestamp.current.milliseconds - $0, 0)) / 1000 } ?? -1
        }
        gauge("fault", "1 while something keeps the view from following its topics.") { $0.fault == nil ? 0 : 1 }
        metrics.counter("negawatt_view_records_total", "Records that the view has applied.", labels: labels) {
            Double(self.snapshot.records)
        }
        gauge("passed_over_records", "Records that the view skipped because it could not apply them.") {
            Double($0.passedOver)
        }
    }
}
