import Baselines
import Configuration
import Daemon
import HTTP
import JSON
import Market
import MeterSimulator
import Meters

/// `negawatt meter-simulator`: KEPCO's meter API with made-up customers.
enum MeterSimulatorCommand {
    private static let address = ConfigurationKey(
        option: "address", .text, "IP", default: "127.0.0.1", "IP address to listen on")
    private static let port = ConfigurationKey(
        option: "port", .port, "PORT", default: 0, "port to listen on; 0 takes a free one")
    private static let seed = ConfigurationKey(
        option: "seed", .integer(0...UInt64(Int64.max)), "N", default: 1,
        "the same seed gives the same readings and faults")
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
    private static let faults = ConfigurationKey(
        option: "faults", .text, "LIST", default: "none",
        "in how many of 1,000 cases something goes wrong, as 503=20,cut=5: \(MeterFaults.words.joined(separator: ", ")); or all, ten of each"
    )
    private static let slow = ConfigurationKey(
        option: "slow-ms", .milliseconds(1...600_000), "MS", default: .seconds(15), "how late a slow answer is")
    private static let steady = ConfigurationKey(
        flag: "steady", "each day is as all others, as negawatt simulate expects it of its --utility-customers")
    private static let pace = ConfigurationKey(
        option: "pace", .integer(0...1_000_000), "N", default: 0, "requests a second; beyond that 429. 0 is no limit")
    private static let key = ConfigurationKey(
        option: "key-file", .file, "FILE", "a file with the key that has to be given (default: any key will do)")

    static let command = CommandDeclaration(
        name: "meter-simulator", summary: "Serves made-up meter readings as KEPCO's API does, with faults",
        options: [address, port, seed, customers, file, consentFrom, consentDays, faults, slow, steady, pace, key],
        about: """
            For tests and for trying out. Answers GET and form POST at \(MeterServer.path) with a customer's day: of high voltage
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
        guard let faults = MeterFaults(configuration[faults]) else {
            throw usage(
                "--faults \"\(configuration[faults])\": write NAME=N for some of \(MeterFaults.words.joined(separator: ", "))"
            )
        }
        settings.faults = faults
        settings.slow = configuration[slow]
        settings.pace = configuration[pace]
        if let path = configuration[key] {
            guard let key = MeterKey(try MarketFile(path: path).read()) else { throw usage("\(path) has no key") }
            settings.key = key
        }
        let server = try MeterServer(
            address: configuration[address], port: configuration[port],
            MeterService(try meters(configuration), settings))
        write("listening on http://\(configuration[address]):\(server.port)\(MeterServer.path)\n")
        signals.wait()
        server.stop()
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
            return SimulatedMeters(seed: configuration[seed], accounts: accounts, isSteady: configuration[steady])
        }
        guard let from = Day(configuration[consentFrom]) else {
            throw usage("--consent-from \"\(configuration[consentFrom])\" is no date as 2026-01-01")
        }
        return SimulatedMeters(
            seed: configuration[seed], customers: configuration[customers], consentFrom: from,
            consentDays: configuration[consentDays], isSteady: configuration[steady])
    }

    private static func usage(_ text: String) -> UsageError {
        UsageError(description: text, path: ["meter-simulator"])
    }
}
