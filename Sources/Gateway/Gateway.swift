import Daemon
import Glibc
import HTTP
import Kafka
package import Telemetry
import Threads
import Views

/// The gateway at work: a view that follows the contexts, a server for people and programs, and what goes between them.
/// Made, started and stopped in one place.
///
/// Threads: `view` follows Kafka, `http` answers, `answers` tells who waits what the view has found, `contexts` asks
/// how the others are.
package final class Gateway: Serving {
    private let settings: GatewaySettings
    private let log: Logger
    let metrics = MetricsRegistry()
    private let view: View
    private let bell = Bell()
    private let stop = StopSignal()
    private let probes: GatewayHealth

    package init(_ settings: GatewaySettings, log: Logger) {
        self.settings = settings
        self.log = log.with(["context": "gateway"])
        let bell = bell
        var view = ViewSettings(
            name: "gateway", stateDirectory: settings.stateDirectory, properties: settings.properties,
            topics: ReadModel.topics)
        view.cacheMiB = settings.cacheMiB
        self.view = View(ReadModel.self, view, log: self.log) { _ in bell.ring() }
        metrics.addProcessMetrics()
        Libraries().register(in: metrics, context: "gateway")
        probes = GatewayHealth(self.view.status, stop: stop, limit: settings.livenessLimit)
    }

    /// Any thread.
    package func requestStop() {
        stop.set()
        bell.ring()
    }

    /// Works until it is stopped. One thread.
    /// - Parameter onListening: receives the port of the API and the pages.
    /// - Throws: what someone has to mend: `StateError`, a port that is taken, keys that are not there.
    package func run(onListening: (UInt16) -> Void) throws {
        let readers = ViewReaders<Queries>(view, limit: 4)
        let contexts = ContextWatch(
            settings.properties, inputs: settings.inputs, inFlightLimit: settings.commands.inFlight, log: log,
            pulse: probes.contexts, address: settings.contextAddress)
        let commander = Commander(settings.commands, view, readers, bell: bell, log: log, metrics: metrics)
        let positions = PositionWaiters(bell)
        let live = Live(view, readers, contexts, metrics: metrics)
        contexts.watch(commander)
        view.status.register(in: metrics, view: "gateway")
        let (door, keys) = try settings.door.makeDoor(log: log, metrics: metrics)
        defer { keys?.stop() }
        let api = API(
            settings.api, door, settings.door, view, readers, commander, positions, live, contexts, probes, log: log)
        probes.begin()
        try commander.start(settings.properties)
        defer { commander.stop() }
        let follower = ViewThread(view, bell)
        defer { follower.stop() }
        let health = try HTTPServer(address: settings.httpAddress, port: settings.healthPort) { [self] in
            answer(health: $0)
        }
        let front = try HTTPServer(
            address: settings.httpAddress, port: settings.httpPort, settings: frontSettings, handler: api.handler())
        contexts.start { live.healthChanged() }
        defer { contexts.stop() }
        let servers = settings.properties["bootstrap.servers"] ?? ""
        let ports: LogFields = ["http": Int(front.port), "health": Int(health.port)]
        log.info("started", ["version": Version.text, "bootstrap.servers": servers] + ports + Libraries().fields)
        onListening(front.port)
        answers(commander, positions, live) { stop.isSet || follower.hasEnded }
        log.info("stopping: remaining requests are answered, then their connections are closed")
        front.drain()
        let drain = Drain(began: .now)
        answers(commander, positions, live) { follower.hasEnded || drain.isOver(front.load, at: .now) }
        close(front, commander, positions, live)
        front.stop()
        health.stop()
        if let error = follower.error { throw error }
        log.info("stopped")
    }

    private var frontSettings: ServerSettings {
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
        return server
    }

    /// Lets the front's clients go: once they have been answered, or have had their time.
    private func close(
        _ front: borrowing HTTPServer, _ commander: Commander, _ positions: PositionWaiters, _ live: Live
    ) {
        live.stop()
        front.closePort()
        let end = ContinuousClock.now + Drain.rest
        answers(commander, positions, live) { front.load.isClosed && front.load.requests == 0 || .now >= end }
        // Whoever waits still is told where to ask, and the server has a moment to say so.
        commander.stop()
        let last = ContinuousClock.now + Drain.rest
        while front.load.requests > 0, .now < last { sleep(.milliseconds(5)) }
    }

    /// Tells who waits what has come, until something is so.
    private func answers(
        _ commander: Commander, _ positions: PositionWaiters, _ live: Live, until isOver: () -> Bool
    ) {
        while !isOver() {
            probes.answers.beat()
            let now = ContinuousClock.now
            let next = [commander.look(at: now), positions.look(view.status, at: now), live.look(at: now)]
            let deadline = next.compactMap { $0 }.min() ?? now + .seconds(1)
            // Nothing rings when the server's load changes.
            bell.wait(atMost: min(deadline - .now, stop.isSet ? .milliseconds(20) : .seconds(1)))
        }
    }

    static func alive(_ probes: GatewayHealth) -> HTTPResponse {
        probes.unwell.map { HTTPResponse(status: 503, "\($0)\n") } ?? HTTPResponse("alive\n")
    }

    /// Probes for Kubernetes, metrics for Prometheus.
    private func answer(health request: HTTPRequest) -> HTTPResponse {
        guard request.isRead else { return .methodNotAllowed }
        switch request.path {
        case "/livez": return Self.alive(probes)
        case "/startupz": return HTTPResponse("alive\n")
        case "/readyz":
            let reason = probes.unready
            return reason.map { HTTPResponse(status: 503, "not ready: \($0)\n") } ?? HTTPResponse("ready\n")
        case "/metrics":
            return HTTPResponse(contentType: MetricsRegistry.contentType, body: Array(metrics.text().utf8))
        default: return .notFound
        }
    }
}
