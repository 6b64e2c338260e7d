import Contracts
import Daemon
import HTTP
import RealKafka
import Telemetry
import Testing
import Threads
import Views

@testable import Gateway

/// What probes are told.
@Suite(.timeLimit(.minutes(30))) struct GatewayHealthTests {
    private let view = View(
        ReadModel.self,
        ViewSettings(name: "gateway", stateDirectory: "/none", properties: [:], topics: ReadModel.topics),
        log: quiet)

    @Test(arguments: ["view", "answers", "contexts"])
    func `a thread that hangs is named, and one that continues is not`(
        _ name: String
    ) throws {
        let stop = StopSignal()
        // However slowly the threads of the others come round.
        let health = GatewayHealth(view.status, stop: stop, limit: .seconds(5))
        let gate = Gate()
        let isOver = StopSignal()
        let pulses = [("view", view.status.pulse), ("answers", health.answers), ("contexts", health.contexts)]
        let threads = pulses.map { pulse in
            Thread(pulse.0) {
                while !isOver.isSet {
                    if pulse.0 == name { gate.pass() }
                    pulse.1.beat()
                    sleep(.milliseconds(1))
                }
            }
        }
        health.begin()
        #expect(health.unwell == nil)
        gate.close()
        try eventually("the thread is missed") { health.unwell?.contains("thread \(name) ") == true }
        #expect(Gateway.alive(health).status == 503)
        gate.open()
        try eventually("it goes on") { health.unwell == nil }
        #expect(Gateway.alive(health).status == 200)
        isOver.set()
        for thread in threads { thread.join() }
    }

    @Test(arguments: ["view", "answers"]) func `requests go to others long before a thread that hangs is given up`(
        _ name: String
    ) throws {
        let health = GatewayHealth(
            view.status, stop: StopSignal(), limit: .seconds(3600), readyLimit: .milliseconds(500))
        let pulses = [("view", view.status.pulse), ("answers", health.answers)]
        health.begin()
        try eventually("no more requests") {
            for (other, pulse) in pulses where other != name { pulse.beat() }
            return health.unready?.contains("thread \(name) ") == true
        }
        #expect(health.unwell == nil)
        for (_, pulse) in pulses { pulse.beat() }
        #expect(health.unready == "the view is being built")
    }

    @Test func `a gateway whose thread hangs is not alive any more, and another one takes its place`() throws {
        let gate = Gate()
        let part = try Stage.shared.get().gateway {
            // The page of health asks a daemon, and that does not come back.
            $0.contextAddress = { _ in
                gate.pass()
                return nil
            }
            $0.livenessLimit = .seconds(5)
        }
        let client = try part.awaitReady()
        gate.close()
        try eventually("a probe is told") {
            let answer = try client.ask("GET", "/livez")
            return answer.status == 503 && answer.body.contains("the thread contexts has not moved")
        }
        gate.open()
        try eventually("it is alive again") { try client.ask("GET", "/livez").status == 200 }
        try part.stop()
    }

    @Test func `its metrics say what runs`() {
        let settings = GatewaySettings(
            properties: [:], stateDirectory: "/none", httpAddress: "127.0.0.1", httpPort: 0, healthPort: 0,
            door: .local,
            inputs: [:])
        let lines = Gateway(settings, log: quiet).metrics.text().split(separator: "\n")
        let line = lines.first { $0.hasPrefix("negawatt_build_info{") }
        #expect(line?.contains("context=\"gateway\"") == true && line?.contains("version=\"\(Version.text)\"") == true)
        #expect(line?.contains("librdkafka=") == true && line?.contains("libmicrohttpd=") == true)
    }

    @Test func `once it is asked to stop it is not ready`() {
        let stop = StopSignal()
        let health = GatewayHealth(view.status, stop: stop, limit: .seconds(5))
        #expect(health.unready == "the view is being built")
        stop.set()
        #expect(health.unready == "the gateway is stopping")
    }
}
