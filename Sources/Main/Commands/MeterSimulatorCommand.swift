import Baselines
import Configuration
import Daemon
import JSON
import Market
import MeterSimulator
import Meters
import Simulators

/// `negawatt meter-simulator`: KEPCO's meter API with made-up customers.
enum MeterSimulatorCommand {
    private static let common = SimulatorOptions<MeterFault, DayFault>(
        "meter-simulator", subject: "readings and faults", slow: MeterService.Settings().slow)
    private static let customers = ConfigurationKey(
        option: "customers", .integer(1...10_000_000), "N", default: 1000,
        "how many customers there are, from 1000000001 on")
    private static let file = ConfigurationKey(
        option: "customers-file", .file, "FILE",
        #"the customers instead, a line of JSON each: {"custNo", "consent", "daysLate", "meters"}"#)
    private static let consentFrom = ConfigurationKey(
        option: "consent-from", .text, "DAY", default: "2026-01-01", "the first day of which readings may be asked for")
    private static let consentDays = ConfigurationKey(
        option: "consent-days", .integer(1...3650), "N", default: 1,
        "over how many days from then on consents are spread")
    private static let steady = ConfigurationKey(
        flag: "steady", "each day is as all others, as negawatt simulate expects it of its --utility-customers")
    private static let pace = ConfigurationKey(
        option: "pace", .integer(0...1_000_000), "N", default: 0, "requests a second; beyond that 429. 0 is no limit")

    static let command = CommandDeclaration(
        name: "meter-simulator", summary: "Serves made-up meter readings as KEPCO's API does, with faults",
        options: common.keys + [customers, file, consentFrom, consentDays, steady, pace],
        about: """
            For tests and for trying out. Answers GET and form POST at \(MeterService.path) with a customer's day: of high voltage
            (each tenth customer) up to now, of low voltage one or two days later. What a meter counts depends on the seed, the
            customer, the day and the quarter hour alone. Errors come with HTTP 200, as KEPCO's do. Faults of an answer are drawn
            for each attempt; corrected and gaps hold for a day until a day later.
            GET /simulator/counts says how many requests came to what. Ctrl-C ends it.
            """,
        examples: [
            "negawatt meter-simulator --port 11080 --customers 100000",
            "negawatt meter-simulator --faults 503=20,slow=5,corrected=10 --pace 50",
        ],
        run: run)

    @Sendable private static func run(_ invocation: Invocation) throws -> ExitCode {
        let configuration = invocation.configuration
        // First: it takes the signals, from all threads that come.
        let signals = Signals.block()
        var settings = MeterService.Settings()
        settings.faults = try common.faults(configuration)
        settings.slow = configuration[common.slow]
        settings.pace = configuration[pace]
        settings.key = try common.key(configuration) { MeterKey($0) }
        try common.serve(MeterService(try meters(configuration), settings), configuration) { signals.wait() }
        return .success
    }

    private static func meters(_ configuration: Configuration) throws -> SimulatedMeters {
        if let path = configuration[file] {
            var lines = try LineReader(path)
            var reader = JSONReader()
            var accounts: [SimulatedAccount] = []
            while let line = try lines.next() {
                do throws(JSONError) { accounts.append(try SimulatedAccount(reader.fields(of: line.span))) } catch {
                    throw ConfigurationError("\(path), line \(lines.number): \(error)")
                }
            }
            return SimulatedMeters(
                seed: configuration[common.seed], accounts: accounts, isSteady: configuration[steady])
        }
        guard let from = Day(configuration[consentFrom]) else {
            throw common.usage("--consent-from \"\(configuration[consentFrom])\" is no date as 2026-01-01")
        }
        return SimulatedMeters(
            seed: configuration[common.seed], customers: configuration[customers], consentFrom: from,
            consentDays: configuration[consentDays], isSteady: configuration[steady])
    }
}
