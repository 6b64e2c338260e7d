import Foundation
import RealKafka

/// Mutated requests to two gateways, one that takes tokens and one that takes everybody, with the contexts and a broker
/// behind them; and for a while nothing behind them. Each answer is looked at, and in the end whether they still work.
struct GatewayFuzz {
    /// Of the run, in twentieths: Kafka is away between these.
    private static let away = (begin: 18, end: 19)
    /// What a gateway may grow by from a quarter of the run on, in MiB: the view's own pages, and what the sanitizer
    /// has beside them.
    private static let growthLimit = 128

    let options: GatewayOptions
    let tell: (String) -> Void

    /// - Throws: the first thing that must not be.
    func run() throws {
        tell("seed \(options.seed), \(options.requests) mutated requests, \(options.lanes) clients")
        let directory = try Leftovers.temporaryDirectory("fuzz")
        let bearers = Bearers()
        let keys = "\(directory)/keys.json"
        try Data(bearers.keySet.utf8).write(to: URL(fileURLWithPath: keys))
        let links = "\(directory)/links"
        try Data(IDs.answerKey.utf8).write(to: URL(fileURLWithPath: links))
        let contexts = try Child(
            options.negawatt,
            ["dev", "--log-level", "warning", "--partitions", "2", "--state-directory", "\(directory)/dev"])
        let servers = try contexts.found(#/\nB=(\S+)/#)
        func gateway(_ name: String, _ options: [String]) throws -> GatewayProcess {
            try GatewayProcess(
                name, self.options.negawatt, servers: servers, directory: directory,
                options + ["--answer-link-key-file", links])
        }
        let gateways = [
            try gateway(
                "guarded",
                [
                    "--auth", "jwt", "--auth-keys-file", keys, "--auth-issuer", Bearers.issuer, "--auth-audience",
                    Bearers.audience, "--rate-limit", "1000000", "--rate-limit-burst", "1000000",
                ]),
            try gateway("open", ["--auth", "none", "--rate-limit", "0"]),
        ]
        for gateway in gateways { try await200(gateway) }
        let score = Scoreboard(options)
        let awaitLanes = Lane.start(
            options.lanes, RequestSource(seed: options.seed, bearers: bearers), gateways.map(\.port), score)
        let growth = watch(gateways, contexts, score)
        awaitLanes()
        contexts.send(SIGCONT)
        if let failure = score.failure { throw Fault(failure + ends(of: gateways)) }
        tell(line(score, gateways, "end"))
        tell(
            "answers: "
                + score.score.answers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        )
        if score.score.slow > 0 {
            tell("\(score.score.slow) connections of this client's closed, since it was slower than gateways wait")
        }
        for (gateway, growth) in zip(gateways, growth) where growth > Self.growthLimit {
            throw Fault("\(gateway.name) has grown by \(growth) MiB since a quarter of the run")
        }
        try checkWork(gateways, bearers)
        for gateway in gateways { try gateway.stop() }
        guard contexts.exitStatus == nil else { throw Fault("the contexts have ended:\n\(contexts.log.suffix(8000))") }
    }

    /// Says every tenth how it stands, takes Kafka away and gives it back.
    /// - Returns: by how much each gateway has grown.
    private func watch(_ gateways: [GatewayProcess], _ contexts: Child, _ score: Scoreboard) -> [Int] {
        var (told, first, highest) = (0, gateways.map { _ in 0 }, gateways.map { _ in 0 })
        var isAway = false
        tell("    of  requests   mutated  requests/s" + gateways.map { "  \($0.name) MiB" }.joined())
        while score.failure == nil, score.progress < 1 {
            usleep(100_000)
            for child in gateways.map(\.child) + [contexts] where child.exitStatus != nil {
                score.fail(Fault("a process has ended: \(child.log.suffix(12_000))"))
            }
            let twentieths = Int(score.progress * 20)
            if twentieths >= 5 {
                for (place, gateway) in gateways.enumerated() {
                    let now = gateway.residentMiB
                    if first[place] == 0 { first[place] = now }
                    highest[place] = max(highest[place], now)
                }
            }
            if !isAway, twentieths >= Self.away.begin, twentieths < Self.away.end {
                (isAway, score.mayBeUnavailable) = (true, true)
                contexts.send(SIGSTOP)
            } else if isAway, twentieths >= Self.away.end {
                isAway = false
                contexts.send(SIGCONT)
            }
            if twentieths / 2 > told {
                told = twentieths / 2
                tell(line(score, gateways, "\(told * 10) %"))
            }
        }
        return zip(highest, first).map { $0 - $1 }
    }

    private let began = ContinuousClock.now

    private func line(_ score: Scoreboard, _ gateways: [GatewayProcess], _ name: String) -> String {
        let now = score.score
        let figures = [
            now.requests, now.mutated, Int(Double(now.requests) / ((ContinuousClock.now - began) / .seconds(1))),
        ]
        return padded(name, 6) + padded("\(figures[0])", 10) + padded("\(figures[1])", 10) + padded("\(figures[2])", 12)
            + gateways.map { padded("\($0.residentMiB)", $0.name.count + 6) }.joined()
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func ends(of gateways: [GatewayProcess]) -> String {
        gateways.map { gateway in
            let exit = gateway.child.exitStatus
            return
                "\n\(gateway.name): \(exit.map { "ended, \($0)" } ?? "runs"); its log ends:\n\(gateway.child.log.suffix(3000))"
        }.joined()
    }

    private func await200(_ gateway: GatewayProcess) throws {
        try eventually("\(gateway.name) to be ready") {
            let probe = FuzzedRequest(method: "GET", target: "/readyz", headers: [("Host", "localhost")])
            return try gateway.ask(probe).status == 200
        }
    }

    /// Each still takes a command and shows what has come of it.
    private func checkWork(_ gateways: [GatewayProcess], _ bearers: Bearers) throws {
        for gateway in gateways {
            try await200(gateway)
            let id = "after-\(gateway.name)"
            var headers = [("Host", "localhost"), ("Authorization", bearers.header(.operator, 0))]
            let read = FuzzedRequest(method: "GET", target: "/users/\(id)", headers: headers)
            headers += [("Content-Type", "application/json"), ("Prefer", "wait=30")]
            let write = FuzzedRequest(
                method: "POST", target: "/users", headers: headers,
                body: Array(#"{"id":"\#(id)","name":"x","capacity":1}"#.utf8))
            let deadline = ContinuousClock.now + Patience.usual
            var status = 0
            // Kafka has been away: what was sent then may be tried again.
            while status != 200, ContinuousClock.now < deadline {
                _ = try gateway.ask(write)
                status = try gateway.ask(read).status
            }
            guard status == 200 else { throw Fault("\(gateway.name) does no work any more: \(status)") }
        }
    }
}
