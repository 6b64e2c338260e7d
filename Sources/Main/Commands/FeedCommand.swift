import Configuration
import Contracts
import Market
import Meters

/// `negawatt feed`: readings from elsewhere into Kafka, of a utility by the daemon, and of files.
enum FeedCommand {
    private static let mapping = ConfigurationKey(
        option: "mapping", .file, "FILE", "how CSV files are to be read; see above")
    private static let customer = ConfigurationKey(
        option: "customer", .text, "ID", "whose readings they are, where the file does not say so by our ids")
    private static let dryRun = ConfigurationKey(flag: "dry-run", "reads and checks, and sends nothing")
    private static let history = ConfigurationKey(
        flag: "history", "sends to kepco.history, for readings of the past: live ones and orders go first")

    /// What the daemon's help says beside what all daemons' helps say.
    static let about = """

        It asks the utility (KEPCO's API; negawatt meter-simulator stands in for it) for the days of the customers that
        RegisterMeter names in feed.commands, each once it is over and at the customer's own time between 1 and 7 o'clock, and
        sends what comes to kepco.readings, or kepco.history if it is of the past. What is missing is asked for
        again in the afternoons of the 1st, 2nd, 3rd, 4th, 6th and 9th day behind it, up to --meter-patience-days, and what is
        whole once more a day later, for corrections. Nothing before the consent is asked for; RevokeMeter and UserLeft end it.
        When the utility fails, its circuit opens: a few calls try whether it is back, nothing is lost, and all that is owed
        comes then. See negawatt_feed_circuit, negawatt_feed_paused, negawatt_feed_customers_behind and
        negawatt_feed_dates_owed at /metrics (negawatt health --path /metrics), and negawatt state feed nextdays: how many
        customers lack which day, counted from 1970.
        The key is in a file and is never shown: in no log, no URL and no list of processes. Customers' numbers are in
        feed.commands, feed.changelog and this daemon's files, in feed.internal where a command had another key than the
        customer, and in dead letters of commands that were refused; in no event, log, or reason of a rejection.
        """

    static let example =
        "negawatt feed --config kafka.properties --utility https://opm.kepco.co.kr/OpenAPI/getDayLpData.do "
        + "--utility-key-file kepco.key"

    static let file = CommandDeclaration(
        name: "file", summary: "Sends readings of CSV and Green Button files to kepco.readings",
        operands: [CommandDeclaration.Operand(name: "PATH")],
        options: KafkaOptions.keys + [mapping, customer, history, dryRun],
        about: """
            PATH is a file, a directory (its files called .csv and .xml, by name), or - for standard input. What begins with < is
            read as Green Button (ESPI XML), anything else as CSV by the mapping, a JSON file:
              columns      the header's names: {customer, time, value}, {customer, date, time, value}, or of a row that is a day
                           {customer, date, values: [96 names]}; without customer all rows are of --customer
              unit         kWh or Wh               intervalMin  15: readings of other intervals are not taken
              timeZone     an offset as "+09:00", for times that name none
              label        start or end: which end of the quarter hour a time names
              separator    "," (default), ";", "|" or "\\t"       decimalComma  true or false (default)
              dateOrder    ymd (default), dmy or mdy              skipLines     lines before the header (0)
              duplicates   refuse (default) or last: what a second value of a quarter hour means
            UTF-8, with a byte order mark or without; ="541" is 541. A wrong line is refused with its number and reason, the
            others are sent. Sent again they do no harm.
            Exit codes: 0 all was read, 1 something was refused or has not arrived, 2 the mapping or a file cannot be read.
            """,
        examples: [
            "negawatt feed file --mapping mapping.json --dry-run readings.csv",
            "negawatt feed file --bootstrap-servers localhost:9092 --mapping mapping.json /var/spool/readings",
            "negawatt feed file --bootstrap-servers localhost:9092 --customer u-1001 usage.xml",
        ],
        run: run)

    @Sendable private static func run(_ invocation: Invocation) throws -> ExitCode {
        let configuration = invocation.configuration
        let customer = try configuration[customer].map { text in
            guard let user = UserID(checking: text) else {
                throw UsageError(description: "--customer \"\(text)\" is no customer's id", path: ["feed", "file"])
            }
            return user
        }
        let mapping = try configuration[mapping].map(Self.mapping)
        let paths = try MeterFile.paths(invocation.operands[0])
        let isRehearsal = configuration[dryRun]
        let sender = try ReadingSender(
            configuration[history] ? .kepcoHistory : .kepcoReadings,
            isRehearsal ? nil : KafkaOptions(configuration).all)
        var table = TextTable("FILE", "FORMAT", "CUSTOMERS>", "DAYS>", "READINGS>", "REFUSED>")
        var isFine = true
        for path in paths {
            let report = try read(MeterFile(path: path, mapping: mapping, customer: customer), sender)
            isFine = isFine && report.refused == 0
            table.add([
                report.name, report.format, "\(report.tally.customers)", "\(report.tally.days)",
                "\(report.tally.readings)", "\(report.refused)",
            ])
        }
        write(table.text + (isRehearsal ? "nothing was sent\n" : ""))
        return isFine ? .success : .failure
    }

    private static func read(_ file: MeterFile, _ sender: ReadingSender) throws -> MeterFile.Report {
        var report = MeterFile.Report(name: file.path == "-" ? "standard input" : file.path)
        sender.begin(report.name)
        do { try file.read(into: sender, &report) } catch let fault as FileFault {
            // The other files may be fine.
            sender.refuse(fault)
        }
        try sender.finish()
        report.refused = sender.refused
        return report
    }

    private static func mapping(_ path: String) throws(ConfigurationError) -> CSVMapping {
        let text = try SmallFile(path: path).read()
        do throws(MarketFaults) { return try CSVMapping(text) } catch { throw error.error(in: path) }
    }
}
