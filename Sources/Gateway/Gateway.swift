import Daemon
import Glibc
import HTTP
import Kafka
import Synchronization
package import Telemetry
import Threads
import Views

/// The gateway at work: a view that follows the contexts, a server for people and programs, and what goes between them. Made, started and
/// stopped in one place.
///
/// Threads: `view` follows Kafka, `http` answers, `answers` tells who waits what the view has found, `contexts` asks how the others are.
package final class Gateway: Serving {
    private let settings: GatewaySettings
    private let log: Logger
    private let metrics = MetricsRegistry()
    private let view: View
    private let bell = Bell()
    private let stop = StopSignal()

    package init(_ settings: GatewaySettings, log: Logger) {
        self.settings = settings
        self.log = log.with(["context": "gateway"])
        let bell = bell
        var view = ViewSettings(
            name: "gateway", stateDirectory: settings.stateDirectory, properties: settings.properties,
            topics: ReadModel.topics)
        view.cacheMiB = settings.cacheMiB
        self.view = View(ReadModel.self, view, log: self.log) { _ in bell.ring() }
    }

    /// Any thread.
    package func requestStop() {
        stop.set()
        view.requestStop()
        bell.ring()
    }

    /// Works until it is told to stop. One thread.
    /// - Parameter onListening: is told the port of the API and the pages.
    /// - Throws: what somebody has to mend: `StateError`, a port that is taken, keys that are not there.
    package func run(onListening: (UInt16) -> Void) throws {
        let readers = ViewReaders<Queries>(view, limit: 4)
        let contexts = ContextWatch(
            settings.properties, inputs: settings.inputs, inFlightLimit: settings.commands.inFlight, log: log,
            address: settings.contextAddress)
        let commander = Commander(settings.commands, view, readers, bell: bell, log: log, metrics: metrics)
        let positions = PositionWaiters(bell)
        let live = Live(view, readers, contexts, metrics: metrics)
        contexts.watch(commander)
        view.status.register(in: metrics, view: "gateway")
        metrics.addProcessMetrics()
        let (door, keys) = try settings.door.makeDoor(log: log, metrics: metrics)
        defer { keys?.stop() }
        let api = API(
            settings.api, door, settings.door, view, readers, commander, positions, live, contexts, log: log)
        try commander.start(settings.properties)
        defer { commander.stop() }
        let following = Mutex<(any Error)?>(nil)
        let isFollowing = StopSignal()
        let follower = Thread("view") { [self] in
            do { try view.run() } catch { following.withLock { $0 = error } }
            isFollowing.set()
            bell.ring()
        }
        defer {
            view.requestStop()
            follower.join()
        }
        let health = try HTTPServer(address: settings.httpAddress, port: settings.healthPort) { [self] in
            answer(health: $0)
        }
        let access = AccessMetrics(metrics)
        var server = ServerSettings()
        server.connections = settings.connections
        server.headLimit = .seconds(10)
        // Longer than proxies in front keep theirs: who closes first loses no request.
        server.idleLimit = .seconds(75)
        server.refusals = API.refusals
        server.tls = settings.tls.map { TLSFiles(certificate: $0.certificate, key: $0.key) }
        server.tlsFault = { [log] reason in log.error("the certificate cannot be read", ["reason": reason]) }
        server.access = { access.count($0) }
        let front = try HTTPServer(
            address: settings.httpAddress, port: settings.httpPort, settings: server, handler: api.handler())
        contexts.start { live.healthChanged() }
        defer { contexts.stop() }
        log.info(
            "started",
            [
                "version": Version.text, "bootstrap.servers": settings.properties["bootstrap.servers"] ?? "",
                "http": Int(front.port), "health": Int(health.port),
            ] + Libraries().fields)
        onListening(front.port)
        answers(commander, positions, live, until: isFollowing)
        live.stop()
        // Whoever waits has an answer, and the server a moment to give it.
        commander.stop()
        sleep(.milliseconds(100))
        front.stop()
        health.stop()
        if let error = following.withLock({ $0 }) { throw error }
        log.info("stopped")
    }

    /// Tells who waits what has come.
    private func answers(_ commander: Commander, _ positions: PositionWaiters, _ live: Live, until ended: StopSignal) {
        while !stop.isSet, !ended.isSet {
            let now = ContinuousClock.now
            let next = [commander.look(at: now), positions.look(view.status, at: now), live.look(at: now)]
            let deadline = next.compactMap { $0 }.min() ?? now + .seconds(1)
            bell.wait(atMost: min(deadline - .now, .seconds(1)))
        }
    }

    /// Probes for Kubernetes, metrics for Prometheus.
    private func answer(health request: HTTPRequest) -> HTTPResponse {
        guard request.isRead else { return .methodNotAllowed }
        let snapshot = view.status.snapshot
        switch request.path {
        case "/livez", "/startupz": return HTTPResponse("alive\n")
        case "/readyz":
            return snapshot.isCaughtUp
                ? HTTPResponse("ready\n")
                : HTTPResponse(status: 503, "not ready: \(snapshot.fault ?? "the view is being made")\n")
        case "/metrics":
            return HTTPResponse(contentType: MetricsRegistry.contentType, body: Array(metrics.text().utf8))
        default: return .notFound
        }
    }
}
