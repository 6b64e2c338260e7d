import Baselines
import Configuration
import Contracts
import Glibc
import JSON
import Kafka
import Settlement

/// `negawatt report DR`: what one order came to.
enum ReportCommand {
    private enum Format: String, CaseIterable, Sendable { case table, csv, json }

    private static let format = ConfigurationKey(
        option: "format", .choice, "FORMAT", default: Format.table,
        "table: the order and its first \(OrderReportText.most) participants; csv: all participants, for spreadsheets; "
            + "json: a line for each and one for the order")
    private static let svg = ConfigurationKey(
        option: "svg", .file, "FILE", "also writes load against baseline by the quarter hour, as a picture")

    static let command = CommandDeclaration(
        name: "report", summary: "Shows what an order came to: answers, participants, reductions, compliance",
        operands: [CommandDeclaration.Operand(name: "DR")],
        options: KafkaOptions.keys + [KepcoOptions.utcOffset, format, svg, SettlementRulesFile.option],
        about: """
            DR is an order's id. Shows who was asked, accepted, denied and was silent; of each the answer that counts, when it was
            given and through which channel; of the last version of each check baseline, use, reduction and points, and why it is
            not real; the sums in Wh and in KPX's whole kWh, for each resource where there are such; compliance, where the order
            says a quantity; and the day on which the list of participants is due, by the holidays of the built-in market.
            Sums are of the checks of all who accepted, and reductions can be negative there. KPX's kWh round baseline and use of
            each customer's clock hour; for national (국민DR) those of the resource's hour, here the sum of its customers'.

            Reads \(Context.dr.events), then \(Context.response.changelog), \(Context.response.events) and \(Context.kepco.events) from beginning to end, a
            partition after the other: memory holds the customers of one, some 1 KB each, and 32 bytes a quarter hour of the
            order. Long reading says every 5 s how far it is.
            CSV is UTF-8 with a byte order mark; a text that a spreadsheet would take for a formula has an apostrophe in front.
            Exit codes: 0 shown, 1 there is no such order, Kafka cannot be read, or a record could not be understood: what is shown
            lacks it; 2 the command or a file is wrong.
            """,
        examples: [
            "negawatt report dr-20261121-1 --bootstrap-servers localhost:9092",
            "negawatt report dr-20261121-1 --bootstrap-servers localhost:9092 --format csv",
            "negawatt report dr-20261121-1 --bootstrap-servers localhost:9092 --svg load.svg",
        ]
    ) { invocation in
        let configuration = invocation.configuration
        let text = invocation.operands[0]
        guard let id = OrderID(checking: text) else {
            throw UsageError(description: "\(text.shown) cannot be an order's id", path: ["report"])
        }
        let rules = try SettlementRulesFile(configuration).rules
        let reading = try OrderReading(order: id, properties: try KafkaOptions(configuration).all)
        let finder = try reading.find()
        guard let order = finder.found else {
            writeError(
                "negawatt report: there is no order \(id): it may never have been announced (negawatt deadletters list dr "
                    + "tells why), or its events are no longer kept\n")
            return .failure
        }
        let unreadable = try finder.unreadable + run(order, reading, rules, configuration)
        guard unreadable > 0 else { return .success }
        writeError(
            "negawatt report: \(unreadable) record\(unreadable == 1 ? "" : "s") could not be understood, and "
                + "\(unreadable == 1 ? "is" : "are") left out\n")
        return .failure
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
        let unreadable = try reading.participants { participants in
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

    private static func save(_ text: String, as path: String) throws(ConfigurationError) {
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
