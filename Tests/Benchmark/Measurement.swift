/// One thing that `scripts/bench` asks for. It prints figures, a name and a number on each line.
struct Measurement {
    let name: String
    let parameters: String
    let run: (inout Arguments) throws -> Void

    var usage: String { "benchmark \(name) BOOTSTRAP \(parameters)" }

    static var all: [Measurement] {
        [
            Measurement(name: "register", parameters: "CUSTOMERS") { words in
                try Load(Client(words.text())).register(words.number())
            },
            Measurement(name: "checks", parameters: "CUSTOMERS COUNT") { words in
                try Load(Client(words.text())).checks(of: words.number(), count: words.number())
            },
            Measurement(name: "follow", parameters: "GROUP TOPIC PID") { words in
                try Follower(Client(words.text()), group: words.text(), topic: words.text()).run(words.number())
            },
            Measurement(name: "balances", parameters: "CUSTOMERS COUNT") { words in
                try BalanceCheck(Client(words.text()), customers: words.number()).run(checks: words.number())
            },
            Measurement(name: "order", parameters: "CUSTOMERS ANSWERS_A_SECOND PID") { words in
                try OrderMeasurement(Client(words.text(), linger: 0), customers: words.number(), rate: words.number())
                    .run(words.number())
            },
            Measurement(name: "notify", parameters: "CUSTOMERS PID RECEIVER") { words in
                try NotifyMeasurement(Client(words.text()), customers: words.number())
                    .run(words.number(), receiver: words.number())
            },
            Measurement(name: "evaluate", parameters: "CLOCK CUSTOMERS CORRECTED PID") { words in
                try EvaluationMeasurement(
                    Client(words.text()), clock: words.text(), customers: words.number(), corrected: words.number()
                ).run(words.number())
            },
            Measurement(name: "days", parameters: "TOPIC CUSTOMERS DAYS") { words in
                try ReadingsLoad(Client(words.text()), topic: words.text()).days(
                    of: words.number(), count: words.number())
            },
            Measurement(name: "quarters", parameters: "TOPIC CUSTOMERS QUARTERS") { words in
                try ReadingsLoad(Client(words.text()), topic: words.text())
                    .quarters(of: words.number(), count: words.number())
            },
            Measurement(name: "backlog", parameters: "SAMPLES") { words in
                try BacklogMeasurement(Client(words.text(), linger: 0)).run(words.number())
            },
            Measurement(name: "latency", parameters: "SAMPLES PAUSE_MS") { words in
                try LatencyMeasurement(Client(words.text(), linger: 0)).run(words.number(), pauseMs: words.number())
            },
            Measurement(name: "outage", parameters: "GROUP SIGNAL PID PARTITIONS") { words in
                try OutageMeasurement(Client(words.text(), linger: 0, isIdempotent: false), group: words.text())
                    .run(words.number(), words.number(), words.text())
            },
            Measurement(name: "pause", parameters: "GROUP MEMBERS") { words in
                try PauseMeasurement(Client(words.text(), linger: 0, isIdempotent: false), group: words.text())
                    .run(words.number())
            },
            Measurement(name: "view", parameters: "DIRECTORY CHANGELOG EVENTS") { words in
                try BenchmarkView.run(words.text(), words.text(), words.text(), words.text())
            },
            Measurement(name: "view-speed", parameters: "CUSTOMERS SHUFFLED") { words in
                try ViewMeasurement(
                    bootstrapServers: words.text(), customers: words.number(), isShuffled: words.number() > 0
                ).run()
            },
            Measurement(name: "view-latency", parameters: "RECORDS_A_SECOND") { words in
                try ViewLatency(bootstrapServers: words.text(), rate: words.number()).run()
            },
            Measurement(name: "year", parameters: "CLOCK CUSTOMERS DAYS EVERY CHART") { words in
                try YearMeasurement(
                    words.text(), clock: words.text(), customers: words.number(), days: words.number(),
                    every: words.number()
                ).run(chart: words.text())
            },
            Measurement(name: "gateway-fill", parameters: "CUSTOMERS SHUFFLED") { words in
                try GatewayLoad(client: Client(words.text())).fill(words.number(), isShuffled: words.number() > 0)
            },
            Measurement(name: "gateway-move", parameters: "TIMES_A_SECOND SECONDS") { words in
                try GatewayLoad(client: Client(words.text(), linger: 0)).move(words.number(), seconds: words.number())
            },
        ]
    }

    func run(_ arguments: consuming Arguments) throws {
        try run(&arguments)
        guard arguments.isEmpty else { throw UsageError() }
    }
}

/// The words behind a measurement's name, taken one after the other.
struct Arguments {
    private var words: ArraySlice<String>

    init(_ words: ArraySlice<String>) { self.words = words }

    var isEmpty: Bool { words.isEmpty }

    mutating func text() throws -> String {
        guard let word = words.popFirst() else { throw UsageError() }
        return word
    }

    mutating func number() throws -> Int {
        guard let number = Int(try text()), number >= 0 else { throw UsageError() }
        return number
    }
}
