import Contracts
import HTTP
import Kafka
import SQLite
package import Telemetry
import Threads
package import Workers

/// One context at work: the loop, its health over HTTP and its metrics. Made, started and stopped in one place.
package final class Daemon: Serving {
    private let settings: DaemonSettings
    private let log: Logger
    private let status: DaemonStatus
    /// Of the loop's thread, of its restores' and of the standby's.
    private let (watchdog, restoreWatchdog, standbyWatchdog) = (Watchdog(), Watchdog(), Watchdog())
    private let stop = StopSignal()
    private let worker: WorkerBox
    private let report: OutsiderReport
    private let outside: (any Outside)?

    /// The worker is handed over: only the loop's thread calls it.
    private struct WorkerBox: @unchecked Sendable { let worker: any Worker }

    /// Opens nothing yet: `run` does.
    /// - Parameters:
    ///   - outside: makes the worker's calls; nil where it makes none.
    ///   - metrics: what it serves at `/metrics`, where somebody has put some in already.
    package init(
        _ worker: any Worker, _ settings: DaemonSettings, outside: (any Outside)? = nil,
        metrics: MetricsRegistry = MetricsRegistry(), log: Logger
    ) {
        (self.settings, self.outside) = (settings, outside)
        self.log = log.with(["context": type(of: worker).context.name])
        self.worker = WorkerBox(worker: worker)
        report = OutsiderReport(acceptsCompressed: settings.acceptsCompressed)
        status = DaemonStatus(metrics, type(of: worker).context)
    }

    /// What it serves at `/metrics`: for whoever works beside it.
    package var metrics: MetricsRegistry { status.registry }

    /// Tells it to finish what is open and to return from `run`. Any thread.
    package func requestStop() { stop.set() }

    /// Works until it is stopped. One thread.
    /// - Parameter onListening: receives the port of health and metrics.
    /// - Throws: what someone has to mend: `StateError`, a wrong setting, a port that is taken.
    package func run(onListening: (UInt16) -> Void) throws {
        try settings.loop.check()
        let context = type(of: worker.worker).context
        let directory = try StateDirectory(settings.stateDirectory, context, log: log)
        let status = status
        let limit = settings.livenessLimit
        let server = try HTTPServer(address: settings.httpAddress, port: settings.httpPort) { request in
            Health.answer(request, status, livenessLimit: limit)
        }
        log.info(
            "started",
            [
                "version": Version.text, "bootstrap.servers": settings.loop.bootstrapServers,
                "instance": settings.loop.instance, "state": directory.path, "http": Int(server.port),
            ] + Libraries().fields)
        onListening(server.port)
        let watchdogs = [watchdog, restoreWatchdog, standbyWatchdog]
        for watchdog in watchdogs { watchdog.start(log) }
        defer { for watchdog in watchdogs { watchdog.end() } }
        var backoff = Backoff()
        while !stop.isSet {
            let began = ContinuousClock.now
            do {
                guard let (identity, fetch) = try awaitTopics(context) else { break }
                try runLoop(context, directory, identity, fetch)
                break
            } catch let lost as ConsumerFailure {
                if .now - began > .seconds(120) { backoff.reset() }
                let wait = backoff.failed(at: .now)
                status.set(.waiting)
                log.error(
                    lost.isDouble
                        ? "another daemon has joined with the same --instance: stop one of the two; rejoining"
                        : "the consumer has failed for good: rejoining with a new one",
                    ["reason": lost.reason, "retry.ms": wait.milliseconds])
                pause(wait)
            }
        }
        server.stop()
        log.info("stopped")
    }

    private func runLoop(
        _ context: Context, _ directory: StateDirectory, _ identity: ShardFile.Identity, _ fetch: FetchBounds
    ) throws {
        var settings = settings
        settings.loop.fetch = fetch
        let kind = type(of: worker.worker)
        let inputs = [context.commands, context.internal] + kind.inputs.map(\.name)
        var plan = RestoreJob.Plan(
            context: context, inputs: inputs, group: settings.loop.group, properties: settings.loop.common,
            identity: identity, directory: directory, partitions: [], watchdog: restoreWatchdog,
            callLimit: settings.loop.callLimit, isEmbedded: settings.isEmbedded,
            readFromEnd: Set(kind.newOnly.map(\.name)), background: Set(kind.background.map(\.name)))
        let standby = standby(plan)
        plan.standby = standby?.files
        defer { standby?.thread.end() }
        if let standby { try warmUp(standby.files) }
        guard !stop.isSet else { return }
        status.set(.joining)
        var loop: Loop? = try Loop(
            worker.worker, settings.loop, plan, status: status, watchdog: watchdog, log: log, outside: outside)
        // Its clients go with it, which can hang; the files are closed by then.
        defer { watchdog.guarding(settings.loop.callLimit) { loop = nil } }
        do { try loop?.run(until: stop) } catch let error as StateError {
            // The process is about to end, and has to say why: where a topic was created again under a client,
            // destroying the client can wait for ever.
            let last = LastOwner(loop)
            loop = nil
            let isReleased = CallThread("clients").run(atMost: Self.destroyLimit) {
                last.release()
                return true
            }
            if isReleased == nil { log.warning("Kafka's clients do not end: they go with the process") }
            throw error
        }
    }

    /// How long clients may take to end before the reason of the daemon's end is told without that.
    private static let destroyLimit = Duration.seconds(10)

    /// Hands the loop over to the thread on which its clients end. Nobody else has it then.
    private final class LastOwner: @unchecked Sendable {
        private var loop: Loop?

        init(_ loop: Loop?) { self.loop = loop }
        func release() { loop = nil }
    }

    // MARK: Standby

    /// Begins to follow all partitions, where that is wanted: none is ours yet.
    private func standby(_ plan: RestoreJob.Plan) -> (files: Standby, thread: StandbyThread)? {
        guard settings.isStandby, !settings.isEmbedded else { return nil }
        var plan = plan
        plan.watchdog = standbyWatchdog
        let surroundings = LiveSurroundings()
        let standby = Standby(plan, tables: [Timers.self] + type(of: worker.worker).tables, in: surroundings)
        standby.lend(Set(0..<plan.identity.partitions))
        let follower = ChangelogFollower(
            standby, status.metrics, log: log, kafkaLog: KafkaLog.logger(log, status), in: surroundings)
        return (standby, StandbyThread(follower))
    }

    /// Waits until little is missing in the files, unless there is no reason to.
    private func warmUp(_ standby: Standby) throws {
        status.set(.warming)
        let deadline = ContinuousClock.now + settings.standbyWait
        var rule = JoinRule(client: settings.loop.common["client.id"] ?? "")
        try watchdog.lending(
            settings.loop.callLimit,
            { try Admin(settings.loop.common, log: KafkaLog.logger(log, status), persistence: .none) },
            { admin in
                while !stop.isSet, !standby.isWarm {
                    let group = watchdog.guarding(settings.loop.callLimit) {
                        try? admin.standing(of: settings.loop.group, timeout: .seconds(1))
                    }
                    if let group, rule.mayJoin(group) { return }
                    guard .now < deadline else {
                        log.warning("joining the group with files that are not warm: others wait for what is missing")
                        return
                    }
                    pause(.seconds(1), unless: { standby.isWarm })
                }
            })
    }

    /// Waits until Kafka is there with all topics.
    /// - Returns: nil when it was stopped meanwhile.
    private func awaitTopics(_ context: Context) throws -> (ShardFile.Identity, FetchBounds)? {
        let others = type(of: worker.worker).inputs
        let outputs = type(of: worker.worker).outputs.filter { $0.owner != context }.map(\.name)
        let check = TopicCheck(
            context, [context.internal] + others.map(\.name),
            outsiders: others.filter(\.isWrittenByOutsiders).map(\.name), outputs: outputs,
            isEmbedded: settings.isEmbedded)
        // One client for all attempts: it says what is wrong once.
        return try watchdog.lending(
            settings.loop.callLimit,
            { try Admin(settings.loop.common, log: KafkaLog.logger(log, status), persistence: .none) },
            { try awaitTopics(check, $0) })
    }

    private func awaitTopics(_ check: TopicCheck, _ admin: Admin) throws -> (ShardFile.Identity, FetchBounds)? {
        var isLogged = false
        while !stop.isSet {
            status.polled()
            do {
                let found = try check.run(admin)
                status.reachable(log)
                let identity = ShardFile.Identity(
                    cluster: found.cluster, partitions: found.partitions,
                    cacheKiB: settings.cacheMiB * 1024 / Int(found.partitions))
                let servers = settings.loop.bootstrapServers
                return (identity, report.take(found.settings, servers, status.metrics, log))
            } catch let missing as TopicCheck.Missing {
                if !isLogged {
                    log.warning("topics are missing: waiting for them", ["topics": missing.text, "do": missing.advice])
                }
                isLogged = true
                status.set(.waiting)
            } catch let error as KafkaError where error.isMissingRight {
                // Rights can be given while it waits.
                if !isLogged {
                    log.error("Kafka does not authorize this user: waiting for the right", ["reason": error.reason])
                }
                isLogged = true
                status.set(.waiting)
            } catch let error as KafkaError where error.severity == .retriable || error.isUnknownTopic {
                status.unreachable(error.reason, log)
                status.set(.waiting)
            }
            pause(.seconds(1))
        }
        return nil
    }

    /// Waits, but not longer than until the stop, or until something is so.
    private func pause(_ duration: Duration, unless isSo: () -> Bool = { false }) {
        let deadline = ContinuousClock.now + duration
        while !stop.isSet, !isSo(), .now < deadline {
            status.polled()
            sleep(.milliseconds(50))
        }
    }
}

/// What this program calls itself.
package enum Version {
    /// As `--version`, logs and metrics show it.
    package static let text = "0.2.0"
}
