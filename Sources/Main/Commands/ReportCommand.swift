import Baselines
import Configuration
import Contracts
import Glibc
import JSON
import Kafka
import Settlement

/// `negawatt report DR|RESOURCE|PERIOD`: what one order came to, or the orders of a period, of a resource or of all.
enum ReportCommand {
    enum Format: String, CaseIterable, Sendable { case table, csv, json }

    static let format = ConfigurationKey(
        option: "format", .choice, "FORMAT", default: Format.table,
        "table: the order and its first \(OrderReportText.most) participants; csv: all participants, for spreadsheets; "
            + "json: a line for each and one for the order; of a period, a line for each resource's part in an order")
    static let svg = ConfigurationKey(
        option: "svg", .file, "FILE",
        "also writes a picture: load against baseline by the quarter hour; of a period, what was ordered and reduced")
    static let period = ConfigurationKey(
        option: "period", .text, "PERIOD", "the first operand is a resource, and this is the period: 2026-06, say")
    static let pricesFile = ConfigurationKey(
        option: "prices", .file, "FILE", "what a kWh and a kW cost in the period, a line of JSON each")
    /// Of a period.
    static let mostOrders = 1000

    static let command = CommandDeclaration(
        name: "report", summary: "Shows what an order, or the orders of a period came to: reductions, compliance, won",
        operands: [CommandDeclaration.Operand(name: "DR|RESOURCE|PERIOD")],
        options: KafkaOptions.keys
            + [KepcoOptions.utcOffset, format, svg, period, pricesFile, SettlementRulesFile.option],
        about: """
            DR is an order's id. Shows who was asked, accepted, denied and was silent; of each the answer that counts, when it was
            given and through which channel; of the last version of each check baseline, use, reduction and points, and why it is
            not real; the sums in Wh and in KPX's whole kWh, for each resource where there are such; compliance, where the order
            says a quantity; and the day on which the list of participants is due, by the holidays of the built-in market.
            Sums are of the checks of all who accepted, and reductions can be negative there. KPX's kWh round baseline and use of
            each customer's clock hour; for national (국민DR) those of the resource's hour, here the sum of its customers'.

            PERIOD is a month (2026-06), a day (2026-06-08) or both ends (2026-06-01..2026-11-30): all orders that start in it by
            the market's clock; with --period PERIOD the operand is a RESOURCE, of which the parts in these orders are shown.
            Of each resource's part: what was ordered (of an order that asks several resources, the share that its
            capacity is of theirs), the sums, and as negawatt settle estimates it pay, penalty, the month's cap (capacity x
            price of the resource) and, for national, RTWF by the notice that DRstarted gave; and what KPX says of it
            (StateKpxFigure) with the difference. Won are estimated once an order has ended and all who accepted are checked.
            Pay, penalty and net are by exact energies; beside them stands the net by KPX's whole kWh (kpxNetWon), which the
            difference (differenceWon) is taken from, as exactDifferenceWon is from the exact net. A test (StartDr with test) is
            paid by smp. Orders without an estimate are in neither the cap nor the judged days of later ones: leftOutBefore
            counts them, leftOut names 20 at most.
            Prices are those of --prices FILE, lines of JSON: {mgp, smp, rbp, capacity} for all, with startsAt for the clock
            hour that begins then (mgp, smp), with resource for a resource; then the resource's own price (won a kW and month),
            then those of --rules. The earlier orders of the period count for the cap and for the days that are judged together.

            Reads \(Context.dr.events), then \(Context.response.changelog), \(Context.response.events) and \(Context.kepco.events) from beginning to end, a
            partition after the other: memory holds the customers of one, some 1 KB each and order, and 32 bytes a quarter hour of
            the order. A period has at most \(mostOrders) orders. Long reading says every 5 s how far it is.
            CSV is UTF-8 with a byte order mark; a text that a spreadsheet would take for a formula has an apostrophe in front.
            Exit codes: 0 shown, 1 there is no such order, the period has too many, Kafka cannot be read, or a record could not
            be understood: what is shown lacks it; 2 the command or a file is wrong.
            """,
        examples: [
            "negawatt report dr-20261121-1 --bootstrap-servers localhost:9092",
            "negawatt report dr-20261121-1 --bootstrap-servers localhost:9092 --format csv",
            "negawatt report dr-20261121-1 --bootstrap-servers localhost:9092 --svg load.svg",
            "negawatt report 2026-06 --prices prices.jsonl --bootstrap-servers localhost:9092",
            "negawatt report seoul-1 --period 2026-06-01..2026-11-30 --bootstrap-servers localhost:9092",
        ]
    ) { invocation in
        let configuration = invocation.configuration
        let text = invocation.operands[0]
        let rules = try SettlementRulesFile(configuration).rules
        let unreadable: Int?
        if let words = configuration[period] {
            guard let period = ReportPeriod(words) else { throw notPeriod(words) }
            guard ResourceID(checking: text) != nil else {
                throw UsageError(description: "\(text.shown) cannot be a resource's id", path: ["report"])
            }
            unreadable = try report(period, of: text, rules, configuration)
        } else if let period = ReportPeriod(text) {
            unreadable = try report(period, of: nil, rules, configuration)
        } else {
            guard let id = OrderID(checking: text) else {
                throw UsageError(
                    description: "\(text.shown) cannot be an order's id, and is no period", path: ["report"])
            }
            unreadable = try report(id, rules, configuration)
        }
        guard let unreadable else { return .failure }
        guard unreadable > 0 else { return .success }
        writeError(
            "negawatt report: \(unreadable) record\(unreadable == 1 ? "" : "s") could not be understood, and "
                + "\(unreadable == 1 ? "is" : "are") left out\n")
        return .failure
    }

    private static func notPeriod(_ text: String) -> UsageError {
        UsageError(
            description: "\(text.shown) is no period: write a month as 2026-06, or 2026-06-01..2026-11-30",
            path: ["report"])
    }

    /// - Returns: how many records could not be understood; nil where there is no such order.
    private static func report(_ id: OrderID, _ rules: SettlementRules, _ configuration: Configuration) throws -> Int? {
        let reading = try OrderReading(try KafkaOptions(configuration).all)
        let finder = try reading.find(id)
        guard let order = finder.found else {
            writeError(
                "negawatt report: there is no order \(id): it may never have been announced (negawatt deadletters list dr "
                    + "tells why), or its events are no longer kept\n")
            return nil
        }
        return try finder.unreadable + run(order, reading, rules, configuration)
    }

    /// - Returns: how many records could not be understood.
    private static func run(
        _ order: ReportedOrder, _ reading: OrderReading, _ rules: SettlementRules, _ configuration: Configuration
    ) throws -> Int {
        let zone = Zone(utcOffset: configuration[KepcoOptions.utcOffset])
        let format = configuration[format]
        let terms = order.terms(rules, zone)
        var totals = OrderTotals(order, terms, zone)
        var first: [Participant] = []
        if format == .csv { write(ParticipantCSV.heading) }
        let unreadable = try reading.participants([order.id]) { _, participants, reductions in
            for reduction in reductions { totals.add(reduction) }
            var lines = ""
            for participant in participants {
                totals.add(participant)
                switch format {
                case .table: if first.count < OrderReportText.most { first.append(participant) }
                case .csv: lines += ParticipantCSV.line(participant, order: order.id.text)
                case .json: lines += OrderReportJSON.line(participant)
                }
            }
            write(lines)
        }
        let report = OrderReport(order: order, totals: totals, zone: zone, terms: terms)
        switch format {
        case .table: write(OrderReportText(report: report, participants: first).text)
        case .csv: break
        case .json: write(OrderReportJSON.line(report))
        }
        if let path = configuration[svg] { try save(LoadChart(order, totals, zone).svg, as: path) }
        return unreadable
    }

    static func save(_ text: String, as path: String) throws(ConfigurationError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw ConfigurationError("\(path) cannot be written: \(systemReason())") }
        defer { close(file) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else {
                throw ConfigurationError("\(path) cannot be written: \(systemReason())")
            }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
