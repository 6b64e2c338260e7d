import Configuration
import Contracts
import Kafka
import Market

/// `negawatt market show | check FILE | set FILE`.
enum MarketCommand {
    private static let against = ConfigurationKey(
        option: "against", .file, "FILE", "the market to compare with, instead of the running or the built-in one")
    private static let servers = ConfigurationKey(
        KafkaOptions.servers.name, .servers, "HOST:PORT", "a Kafka: compares with the market that holds there")
    private static let patience = ConfigurationKey(
        option: "timeout", .seconds(1...3600), "SECONDS", default: .seconds(30), "how long to wait for dr")

    static let command = CommandDeclaration(
        name: "market", summary: "Checks and sets the rules by which orders are decided",
        about: """
            A market is a file of JSON: the kinds of orders with their limits, each from a date on, and the public holidays.
            Built in is Korea's. Take that as a start, change it, raise its version, check it and set it:
              negawatt market show > market.json
              negawatt market check market.json --bootstrap-servers localhost:9092
              negawatt market set market.json --bootstrap-servers localhost:9092
            negawatt dr --market FILE sets a file by itself, when it starts and whenever the file changes.
            """,
        commands: [show, check, set])

    private static let show = CommandDeclaration(
        name: "show", summary: "Prints the built-in market, or the one that holds",
        options: [servers, KafkaOptions.property, Environment.config],
        about: """
            Without --bootstrap-servers it prints the built-in one, as a file to start from; with it the one that holds there, on
            one line.
            """,
        examples: ["negawatt market show", "negawatt market show --bootstrap-servers localhost:9092"]
    ) { invocation in
        guard let kafka = try kafka(invocation.configuration) else {
            write(String(decoding: Market.koreaText, as: UTF8.self))
            return .success
        }
        let admin = try Admin(kafka.all, log: LogOptions.forTools)
        write(try RunningMarket(properties: kafka.all).find(admin).text + "\n")
        return .success
    }

    private static let check = CommandDeclaration(
        name: "check", summary: "Says what is wrong with a market's file, and what it would change",
        operands: [CommandDeclaration.Operand(name: "FILE")],
        options: [servers, KafkaOptions.property, Environment.config, against],
        about: """
            The file is a JSON object:
              version      a whole number; a market takes the place of one with a lower version
              about        words for people, if you like
              utcOffset    of the market's clock, as +09:00
              otherKinds   by the rules of which kind an order goes whose type is none of the kinds; without it such orders are
                           refused
              kinds        [{id, name: {ko, en}, rules: [...]}]: id is what the type of StartDr says
              holidays     {until, days: [...], source}: public holidays, all of them until that day
            Rules hold from a date until the next ones of the kind do. What is left out is not limited:
              from         the first day, as 2026-11-20
              source       where they are written
              noticeMin    minutes between the request and the start, at least
              gridMin      start and end are whole multiples of so many minutes of the day
              durationMin  {least, most} in minutes
              days         weekdays (not holidays), holidays (and weekends) or all
              windows      ["09:00-12:00", "13:00-20:00"]: an order lies within one of them
              ordersADay   orders of the kind that start on a day, at most
              contiguous   false: none begins when another one of the day ends, or before
              hoursAPeriod hours of all orders of the kind in a period, at most
              periods      ["06-01", "12-01"]: the days of a year on which periods begin; without it on 01-01
              method       how reductions are checked: a method, as negawatt baseline --methods takes it, but without windows
                           and highest, and with 15, 30 or 60 as intervalMin; the windows of its adjustment are whole quarter
                           hours, a day together at most, before the order's start or end, and a ratio has most, up to 1000
              pointsPerWh  points for a Wh reduced
                           without one of these two, checks are done as kepco is set
              pointsBy     customer, or resource: the customers of a resource share the points of what it has reduced in all,
                           each by max(0, his reduction); it needs pointsPerWh
            At most \(MarketLimits.bytes >> 10) KiB without blanks, \(MarketLimits.members) fields and elements, \(MarketLimits.kinds) kinds, \(MarketLimits.rules) rules of a kind, \(MarketLimits.holidays) holidays.

            Prints every fault with its line, its field and what would be right, up to \(MarketFaults.most); or, if there is none, what is
            different from the built-in market, the running one (--bootstrap-servers) or another file (--against).
            Exit codes: 0 it can be set, 1 it is wrong or its version is not higher, 2 there is no such file.
            """,
        examples: [
            "negawatt market check market.json", "negawatt market check new.json --against market.json",
            "negawatt market check market.json --bootstrap-servers localhost:9092",
        ]
    ) { invocation in
        guard let market = try read(invocation.operands[0]) else { return .failure }
        let configuration = invocation.configuration
        var (other, name) = (Market.korea, "the built-in market")
        if let path = configuration[against] {
            guard let found = try read(path) else { return .failure }
            (other, name) = (found, path)
        } else if let kafka = try kafka(configuration) {
            let admin = try Admin(kafka.all, log: LogOptions.forTools)
            (other, name) = (try RunningMarket(properties: kafka.all).find(admin), "the market that holds")
        }
        return report(market, beside: other, name)
    }

    private static let set = CommandDeclaration(
        name: "set", summary: "Makes orders go by the market of a file from now on",
        operands: [CommandDeclaration.Operand(name: "FILE")], options: KafkaOptions.keys + [patience],
        about: """
            Checks the file, sends it to dr as SetMarket and waits until it holds. Orders that are running keep their rules; those
            that are started go by the new ones. Its version has to be higher than that of the market that holds.
            Exit codes: 0 it holds, 1 it is wrong, dr has refused it, or has not taken it in time, 2 there is no such file.
            """,
        examples: ["negawatt market set market.json --bootstrap-servers localhost:9092"]
    ) { invocation in
        guard let market = try read(invocation.operands[0]) else { return .failure }
        let configuration = invocation.configuration
        let kafka = try KafkaOptions(configuration)
        let admin = try Admin(kafka.all, log: LogOptions.forTools)
        let running = try RunningMarket(properties: kafka.all).find(admin)
        if running.text == market.text {
            write("market version \(market.version) holds already\n")
            return .success
        }
        switch try MarketSetting(properties: kafka.all, patience: configuration[patience]).run(market, admin) {
        case .changed(let changed):
            write("market version \(changed.version) holds\n")
            for line in changed.changes { write("  \(line)\n") }
            return .success
        case .refused(let reason):
            writeError("negawatt market set: dr has refused it: \(reason)\n")
            return .failure
        case .silent:
            writeError(
                "negawatt market set: dr has not said what came of it; it is sent, and holds as soon as dr runs: negawatt market "
                    + "show --bootstrap-servers … tells\n")
            return .failure
        }
    }

    private static func kafka(_ configuration: Configuration) throws -> KafkaOptions? {
        try configuration[servers].map { try KafkaOptions(bootstrapServers: $0, configuration) }
    }

    /// nil where it is wrong, which is said.
    private static func read(_ path: String) throws -> Market? {
        let bytes = try SmallFile(path: path).read()
        do throws(MarketFaults) { return try Market(bytes) } catch {
            write(MarketReport.table(error))
            writeError("negawatt market: \(path) is wrong at \(error.count) place\(error.count == 1 ? "" : "s")\n")
            return nil
        }
    }

    private static func report(_ market: Market, beside other: Market, _ name: String) -> ExitCode {
        write("market version \(market.version), \(market.kinds.count) kinds, \(market.holidays.count) holidays\n")
        guard market.text != other.text else {
            write("it is \(name)\n")
            return .success
        }
        write("beside \(name):\n")
        for line in MarketChanges.lines(from: other, to: market) { write("  \(line)\n") }
        guard market.version > other.version else {
            writeError(
                "negawatt market: it cannot be set: its version is \(market.version), and has to be higher than \(other.version)\n"
            )
            return .failure
        }
        return .success
    }
}
