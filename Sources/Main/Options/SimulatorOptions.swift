import Configuration
import Simulators

/// What simulators have in common: where they listen, what goes wrong, and who may ask.
struct SimulatorOptions<Answer: FaultKind, Lasting: FaultKind>: Sendable {
    private let command: String
    private let address = ConfigurationKey(
        option: "address", .text, "IP", default: "127.0.0.1", "IP address to listen on")
    private let port = ConfigurationKey(
        option: "port", .port, "PORT", default: 0, "port to listen on; 0 takes a free one")
    let seed: ConfigurationKey<UInt64>
    private let faultList = ConfigurationKey(
        option: "faults", .text, "LIST", default: "none",
        "in how many of 1,000 cases something goes wrong, as 503=20,cut=5: \(Self.words); or all, ten of each")
    let slow: ConfigurationKey<Duration>
    private let keyFile = ConfigurationKey(
        option: "key-file", .file, "FILE", "a file with the key that calls have to come with (default: any will do)")

    private static var words: String { Faults<Answer, Lasting>.words.joined(separator: ", ") }

    /// - Parameters:
    ///   - command: its name.
    ///   - subject: what a seed gives.
    init(_ command: String, subject: String, slow: Duration) {
        self.command = command
        seed = ConfigurationKey(
            option: "seed", .integer(0...UInt64(Int64.max)), "N", default: 1, "the same seed gives the same \(subject)")
        self.slow = ConfigurationKey(
            option: "slow-ms", .milliseconds(1...600_000), "MS", default: slow, "how late a slow answer is")
    }

    var keys: [any ConfigurationOption] { [address, port, seed, faultList, slow, keyFile] }

    func faults(_ configuration: Configuration) throws(UsageError) -> Faults<Answer, Lasting> {
        guard let faults = Faults<Answer, Lasting>(configuration[faultList]) else {
            throw usage("--faults \"\(configuration[faultList])\": write NAME=N for some of \(Self.words)")
        }
        return faults
    }

    /// The key of the file, as `read` makes it of that; nil where none is named.
    func key<Key>(_ configuration: Configuration, _ read: ([UInt8]) -> Key?) throws -> Key? {
        guard let path = configuration[keyFile] else { return nil }
        guard let key = read(try SmallFile(path: path).read()) else { throw usage("\(path) has no key") }
        return key
    }

    /// Listens, says where, and serves until a signal ends it.
    func serve<Service: SimulatorService>(
        _ service: Service, _ configuration: Configuration, until wait: () -> Void
    ) throws {
        let server = try SimulatorServer(address: configuration[address], port: configuration[port], service)
        write("listening on http://\(configuration[address]):\(server.port)\(Service.path)\n")
        wait()
        server.stop()
    }

    func usage(_ text: String) -> UsageError { UsageError(description: text, path: [command]) }
}
