import Configuration
import Feed
import FeedContext
import Meters

/// How a utility's meters are read.
enum FeedOptions {
    private static let defaults = FeedSettings()

    static let utility = ConfigurationKey(
        "utility", .text, "URL",
        "the utility's service of a day's readings, as https://HOST/OpenAPI/getDayLpData.do; without it nobody is asked"
    )
    static let keyFile = ConfigurationKey(
        "utility-key-file", .file, "FILE", "a file with the key that the utility has given; read at the start")
    static let caFile = ConfigurationKey(
        "utility-ca-file", .file, "FILE", "certificates to trust for the utility, as PEM, in place of the system's")
    static let pace = ConfigurationKey(
        "utility-pace", .integer(1...10_000), "N", default: MeterClientSettings.pace,
        "calls a second, of each daemon: 35 are a million customers in 8 h")
    static let calls = ConfigurationKey(
        "utility-calls", .integer(1...1000), "N", default: MeterClientSettings.inFlight,
        "calls that may be under way at a time, of each daemon")
    static let callPatience = ConfigurationKey(
        "utility-patience-s", .seconds(5...3600), "S", default: defaults.callLimit,
        "how long a call may take until its answer is in Kafka: then it is made again")
    static let zeros = ConfigurationKey(
        "meter-zeros", .choice, "KIND", default: KepcoAdapter.Zeros.gapsAtEnd,
        "what a zero of a meter is: a reading; a gap behind the day's last value that is none; or a gap wherever it stands"
    )
    static let pastDays = ConfigurationKey(
        "past-days", .integer(0...400), "DAYS", default: defaults.pastDays,
        "how many days before a registration are asked for, where the consent allows it")
    static let patience = ConfigurationKey(
        "meter-patience-days", .integer(1...FeedSettings.longestPatience), "DAYS", default: defaults.patienceDays,
        "how long a day is asked for again of which the utility has not all")
    static let keys: [any ConfigurationOption] = [
        utility, keyFile, caFile, pace, calls, callPatience, zeros, pastDays, patience,
    ]

    static func configured(_ configuration: Configuration) throws(ConfigurationError) -> ConfiguredContext {
        let client = try client(configuration)
        return ConfiguredContext(
            worker: worker(configuration),
            client: client.map { settings in
                { kafka, metrics, log in MeterClient(settings, kafka.all, metrics, log: log) }
            },
            lack: (
                "no utility is named: customers' meters are registered, and nobody is asked for readings",
                "--utility URL --utility-key-file FILE"
            ))
    }

    static func worker(_ configuration: Configuration) -> FeedWorker {
        FeedWorker(
            FeedSettings(
                callLimit: configuration[callPatience], pastDays: configuration[pastDays],
                patienceDays: configuration[patience], utcOffset: adapter(url: "", configuration).utcOffset))
    }

    /// Which utility it is: all that is different with another one.
    static func adapter(url: String, _ configuration: Configuration) -> any MeterAdapter {
        KepcoAdapter(url: url, zeros: configuration[zeros])
    }

    /// How the utility is asked; nil where none is named. What cannot work is an error here, before anything has begun.
    static func client(_ configuration: Configuration) throws(ConfigurationError) -> MeterClientSettings? {
        guard let url = configuration[utility] else { return nil }
        try check(url)
        guard let path = configuration[keyFile] else {
            throw ConfigurationError("--utility needs --utility-key-file FILE: a key is in no command line")
        }
        guard let key = MeterKey(try SmallFile(path: path).read()) else {
            throw ConfigurationError("\(path) has no key: 1 to \(MeterKey.limit) visible characters of ASCII")
        }
        if let path = configuration[caFile] { _ = try SmallFile(path: path).read() }
        return MeterClientSettings(
            adapter(url: url, configuration), key, caFile: configuration[caFile],
            pace: configuration[pace], inFlight: configuration[calls])
    }

    /// It stands in logs: nothing secret may be in it.
    private static func check(_ url: String) throws(ConfigurationError) {
        let isPlain = url.hasPrefix("http://")
        guard isPlain || url.hasPrefix("https://"), !url.contains(where: { "?#@ ".contains($0) }) else {
            throw ConfigurationError(
                "--utility has to be an address as https://HOST/PATH, without a query, a user or a key")
        }
        let host = url.dropFirst("http://".count).prefix { $0 != "/" && $0 != ":" }
        if isPlain, host != "127.0.0.1", host != "localhost" {
            writeError(
                "negawatt: warning: --utility is http: its key and everybody's readings can be read on the way\n")
        }
    }
}
