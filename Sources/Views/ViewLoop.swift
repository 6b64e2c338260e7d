import Contracts
import Daemon
import Kafka
import SQLite
import Telemetry
import Threads

/// What a view's thread does: it opens the file, follows the topics, and gets over whatever comes in between.
final class ViewLoop {
    /// After what an error brings.
    enum Decision: Equatable {
        /// From where the file is.
        case again(String)
        case rebuild(String, isDamaged: Bool)
        case refuse(StateError)
    }

    private let view: View
    private let path: String
    private let lookout: Lookout
    private let watchdog: Watchdog
    private let log: Logger
    private var file: ViewFile?
    private var isRebuilt = false

    init(_ view: View, path: String, _ lookout: Lookout, _ watchdog: Watchdog) {
        (self.view, self.path, self.lookout, self.watchdog, log) = (view, path, lookout, watchdog, view.log)
    }

    func run(until stop: StopSignal) throws {
        var backoff = Backoff()
        while !stop.isSet {
            let began = ContinuousClock.now
            do {
                // Before Kafka is asked: it may be away, and what there is can be read.
                if file == nil, try OwnFile.check(path) { try open() }
                try follow(until: stop)
            } catch {
                try recover(from: error)
                if .now - began > .seconds(60) { backoff.reset() }
                pause(backoff.failed(at: .now), stop)
            }
        }
        file = nil
        view.open(nil)
    }

    private func open() throws {
        let file = try ViewFile(path, view.rows.type, cacheMiB: view.settings.cacheMiB)
        self.file = file
        view.status.opened(
            try file.positions().mapValues(\.next), passedOver: try file.passed(), asOf: try file.moment("asOf"),
            isRebuilt: isRebuilt)
        isRebuilt = false
        if !file.isMaking { view.open(path) }
    }

    private func follow(until stop: StopSignal) throws {
        lookout.reset()
        guard let snapshot = awaitSnapshot(stop) else { return }
        if file == nil { try open() }
        guard let file else { return }
        let settings = view.settings
        if let fault = try ViewStart.fault(of: file, snapshot, settings.topics, at: view.source.time) { throw fault }
        let properties = Self.reading.merging(settings.fetch.properties) { $1 }.merging(settings.properties) { $1 }
        try watchdog.lending(
            settings.callLimit, { try view.source.reader(properties, log: log) },
            { reader in
                var session = try ViewSession(view, file, snapshot, lookout, reader)
                try session.run(until: stop)
            })
    }

    /// Waits until Kafka is there with all topics and their leaders.
    /// - Returns: nil when it was stopped meanwhile.
    private func awaitSnapshot(_ stop: StopSignal) -> TopicsSnapshot? {
        while !stop.isSet {
            view.status.pulse.beat()
            if let snapshot = lookout.whole {
                let missing = zip(view.settings.topics, snapshot.topics).filter { $1 == nil }.map(\.0.name)
                if missing.isEmpty, !snapshot.lows.contains(nil), !snapshot.ends.contains(nil) { return snapshot }
                complain(
                    missing.isEmpty
                        ? "partitions have no leader" : "topics are missing: \(missing.joined(separator: ", "))")
                pause(.milliseconds(500), stop)
                lookout.reset()
            } else if case .failure(let error) = lookout.takeNewest() {
                complain(error.description)
            }
            sleep(.milliseconds(10))
        }
        return nil
    }

    /// Says what keeps the view from following, once.
    private func complain(_ reason: String) {
        if view.status.fault(reason) { log.warning("the view cannot follow its topics: retrying", ["reason": reason]) }
    }

    // MARK: Errors

    private func recover(from error: any Error) throws {
        // Where that fails too the file is opened again.
        do { try file?.rollBack() } catch { close() }
        switch Self.decide(error, canWrite: StateDirectory.canWrite(path)) {
        case .refuse(let error):
            close()
            throw error
        case .again(let reason): complain(reason)
        case .rebuild(let reason, let isDamaged):
            log.warning("the view is rebuilt from Kafka", ["reason": reason])
            close()
            view.status.isGone()
            isDamaged ? ShardFile.setAside(path) : ShardFile.remove(path)
            CrashPoint.reach(.viewRemoved)
            isRebuilt = true
        }
    }

    private func close() {
        file = nil
        view.open(nil)
    }

    /// The one place that knows what an error means.
    static func decide(_ error: any Error, canWrite: Bool) -> Decision {
        switch error {
        case let error as RebuildNeeded: return .rebuild(error.description, isDamaged: false)
        case let error as StateError: return .refuse(error)
        case let error as SQLiteError where error.isCorrupt || error.isNotADatabase:
            return .rebuild("the file is damaged: \(error)", isDamaged: true)
        case let error as SQLiteError where error.isFull:
            return .again("the disk is full, \(error)")
        // Without room for its log, or with too many files open, SQLite says the same: that passes.
        case let error as SQLiteError where (error.isReadOnly || error.cannotOpen) && !canWrite:
            return .refuse(.notWritable(error.path ?? "the view's file", error.reason))
        default: return .again("\(error)")
        }
    }

    private func pause(_ duration: Duration, _ stop: StopSignal) {
        let until = ContinuousClock.now + duration
        while .now < until, !stop.isSet {
            view.status.pulse.beat()
            sleep(.milliseconds(20))
        }
    }

    private static let reading = ["fetch.wait.max.ms": "100"]
}
