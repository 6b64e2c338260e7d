import Baselines
import Configuration
import KepcoContext
import ResponseContext
import Testing

@testable import Main

@Suite struct ConfigurationTests {
    private let options: [any ConfigurationOption] =
        KafkaOptions.keys + DaemonOptions.keys + LogOptions.keys + KepcoOptions.keys + ResponseOptions.keys

    private func configuration(
        _ words: [(String, String)] = [], _ environment: [String: String] = [:], file: String = ""
    ) throws -> Configuration {
        try Configuration(
            options: options, settings: Tree.settings, words: words.map { (name: $0.0, text: $0.1) },
            environment: environment, file: ConfigurationFile(file, path: "f"))
    }

    /// 1 is the file, 2 the environment, 4 the command line.
    @Test(arguments: 0..<8)
    func `the command line wins over the environment, that over the file, that over the defaults`(_ given: Int) throws {
        let configuration = try configuration(
            given & 4 != 0 ? [("http-port", "4"), ("kafka", "a.b=4")] : [],
            given & 2 != 0 ? ["NEGAWATT_HTTP_PORT": "2", "NEGAWATT_KAFKA_A_B": "2"] : [:],
            file: given & 1 != 0 ? "http-port=1\nkafka.a.b=1" : "")
        let winner = [0, 1, 2, 2, 4, 4, 4, 4][given]
        #expect(configuration[DaemonOptions.httpPort] == (winner == 0 ? 9464 : UInt16(winner)))
        #expect(configuration.kafka["a.b"] == (winner == 0 ? nil : "\(winner)"))
    }

    @Test func `properties of Kafka come from everywhere at once, each from the nearest place`() throws {
        let configuration = try configuration(
            [("kafka", "ssl.ca.location=/c"), ("kafka", "sasl.username=x=y")],
            ["NEGAWATT_KAFKA_SECURITY_PROTOCOL": "sasl_ssl", "NEGAWATT_KAFKA_SSL_CA_LOCATION": "/e", "HOME": "/"],
            file: "kafka.sasl.mechanism = PLAIN")
        #expect(
            configuration.kafka == [
                "ssl.ca.location": "/c", "sasl.username": "x=y", "security.protocol": "sasl_ssl",
                "sasl.mechanism": "PLAIN",
            ])
    }

    @Test(arguments: [
        ("http-prt=1", "f:1: unknown key http-prt; did you mean http-port?"),
        ("# comment\n\nbootstrap.servers=a:1", "f:3: unknown key bootstrap.servers; did you mean bootstrap-servers?"),
        ("http-port=1\nhttp-port=2", "f:2: http-port is already set at f:1"),
        ("http-port", "f:1: this line is not KEY=VALUE"), ("=1", "f:1: this line is not KEY=VALUE"),
        ("config=other", "f:1: unknown key config"),
        ("kafka=a=b", "f:1: unknown key kafka"),
        (
            "log-level=inf",
            "f:1: log-level is \"inf\" and must be one of debug, info, warning, error: did you mean info?"
        ),
        ("kafka.group.id=x", "f:1: kafka.group.id: the Kafka property group.id cannot be set"),
        (
            "kafka.group.protocol=consumer",
            "f:1: kafka.group.protocol: the Kafka property group.protocol cannot be set: daemons use the classic group protocol"
        ),
        ("json=1", "f:1: unknown key json"),
    ])
    func `a wrong file is refused with the line and what would be right`(_ file: String, _ text: String) {
        let error = #expect(throws: ConfigurationError.self) { try configuration(file: file) }
        #expect(error?.description.hasPrefix(text) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        (
            "NEGAWATT_HTTP_PROT", "1",
            "unknown variable NEGAWATT_HTTP_PROT in the environment; did you mean NEGAWATT_HTTP_PORT?"
        ),
        ("NEGAWATT_HTTP_PORT", "65536", "NEGAWATT_HTTP_PORT is \"65536\" and must be a whole number from 0 to 65535"),
        (
            "NEGAWATT_KAFKA_BOOTSTRAP_SERVERS", "a:1",
            "NEGAWATT_KAFKA_BOOTSTRAP_SERVERS: the Kafka property bootstrap.servers"
        ),
    ])
    func `a wrong variable is refused`(_ name: String, _ value: String, _ text: String) {
        let error = #expect(throws: ConfigurationError.self) { try configuration([], [name: value]) }
        #expect(error?.description.hasPrefix(text) == true, "\(error?.description ?? "")")
    }

    @Test func `an empty variable is none, and those of others do not matter`() throws {
        let configuration = try configuration([], ["NEGAWATT_HTTP_PORT": "", "NEGAWATTS": "1", "PATH": "/bin"])
        #expect(configuration[DaemonOptions.httpPort] == 9464)
    }

    @Test(arguments: [
        ("NEGAWATT_USER_SERVICE_HOST", "10.0.0.7"), ("NEGAWATT_USER_SERVICE_PORT", "9464"),
        ("NEGAWATT_USER_SERVICE_PORT_METRICS", "9464"), ("NEGAWATT_USER_PORT", "tcp://10.0.0.7:9464"),
        ("NEGAWATT_USER_PORT_9464_TCP", "tcp://10.0.0.7:9464"), ("NEGAWATT_USER_PORT_9464_TCP_PROTO", "tcp"),
        ("NEGAWATT_USER_PORT_9464_TCP_PORT", "9464"), ("NEGAWATT_USER_PORT_9464_TCP_ADDR", "10.0.0.7"),
        ("NEGAWATT_PORT_53_UDP_ADDR", "10.0.0.7"), ("NEGAWATT_SERVICE_HOST", "10.0.0.7"),
        // Of services that are called negawatt-http and negawatt-kafka.
        ("NEGAWATT_HTTP_PORT", "tcp://10.0.0.7:9464"), ("NEGAWATT_KAFKA_SERVICE_HOST", "10.0.0.7"),
        ("NEGAWATT_KAFKA_PORT", "udp://10.0.0.7:9092"), ("NEGAWATT_KAFKA_PORT_9092_TCP_PORT", "9092"),
    ])
    func `variables of Kubernetes' service links are none of ours`(_ name: String, _ value: String) throws {
        let configuration = try configuration([], [name: value])
        #expect(configuration.kafka.isEmpty)
        #expect(configuration[DaemonOptions.httpPort] == 9464)
    }

    @Test(arguments: [
        ("NEGAWATT_USER_PORT", "9464"), ("NEGAWATT_USER_PORT_9464", "x"), ("NEGAWATT_USER_9464_TCP", "x"),
        ("NEGAWATT_USER_PORT_X_TCP", "x"), ("NEGAWATT_HOST", "10.0.0.7"), ("NEGAWATT_TCP", "x"),
    ])
    func `what only looks like a service link is refused`(_ name: String, _ value: String) {
        #expect(throws: ConfigurationError.self) { try configuration([], [name: value]) }
    }

    @Test(arguments: [
        ("http-port", "-1"), ("http-port", "1.5"), ("http-port", ""), ("http-port", " 1"), ("instance", "a"),
        ("membership", "fluid"), ("bootstrap-servers", ""), ("bootstrap-servers", "host"),
        ("bootstrap-servers", "host:"), ("bootstrap-servers", ":9092"), ("bootstrap-servers", "a:1,"),
        ("bootstrap-servers", "a:0"), ("bootstrap-servers", "a:1, b:2"), ("points-per-wh", "1.2345"),
        ("points-per-wh", "."), ("points-per-wh", "-1"), ("points-per-wh", "99999999999999999999"),
        ("utc-offset", "9"), ("utc-offset", "+9:00"), ("utc-offset", "+09:10"), ("utc-offset", "+19:00"),
        ("state-directory", ""), ("kafka", "novalue"), ("kafka", "=x"),
    ])
    func `a value that does not fit is refused where it is given`(_ name: String, _ value: String) {
        let error = #expect(throws: ConfigurationError.self) { try configuration([(name, value)]) }
        #expect(error?.description.hasPrefix("--\(name) ") == true, "\(error?.description ?? "")")
    }

    @Test(arguments: ["localhost:9092", "a:1,b:2", "[::1]:9092", "SASL_SSL://kafka:9093"])
    func `addresses of brokers are taken`(_ servers: String) throws {
        #expect(try configuration([("bootstrap-servers", servers)])[KafkaOptions.servers] == servers)
    }

    @Test(arguments: ["::1:9092", "http://kafka:9093", "kafka:9092/x", "[::1:9092", "SSL://:9093", "2001:db8::1:9092"])
    func `what is no address of a broker is refused with what one is`(_ servers: String) {
        let error = #expect(throws: ConfigurationError.self) { try configuration([("bootstrap-servers", servers)]) }
        #expect(error?.description.contains("must be HOST:PORT") == true)
    }

    @Test func `an option may stand once, unless it is repeatable`() {
        let error = #expect(throws: ConfigurationError.self) {
            try configuration([("http-port", "1"), ("http-port", "2")])
        }
        #expect(error?.description == "--http-port is given twice")
    }

    @Test func `what is not given and has no default is missed with how to give it`() throws {
        let error = #expect(throws: ConfigurationError.self) { try configuration().required(KafkaOptions.servers) }
        #expect(
            error?.description.contains("--bootstrap-servers HOST:PORT is missing (or NEGAWATT_BOOTSTRAP_SERVERS)")
                == true)
    }

    @Test func `no complaint shows what may be a secret`() {
        let secret = "hunter2"
        var said: [String] = []
        func hear(_ body: () throws -> Void) { do { try body() } catch { said.append("\(error)") } }
        hear { _ = try configuration([("kafka", secret)]) }
        hear { _ = try configuration([], file: "kafka.sasl.password \(secret)") }
        hear { _ = try configuration([], file: "kafka.sasl.password=\(secret)\nkafka.sasl.password=\(secret)") }
        hear { _ = try KafkaOptions(bootstrapServers: "a:1", configuration([("kafka", "sasl.passwort=\(secret)")])) }
        hear {
            _ = try KafkaOptions(
                bootstrapServers: "a:1",
                configuration([("kafka", "security.protocol=nonsense"), ("kafka", "sasl.password=\(secret)")]))
        }
        #expect(said.count == 5)
        #expect(said.allSatisfy { !$0.contains(secret) }, "\(said)")
    }

    @Test func `numbers are in the unit that their kind says`() throws {
        let configuration = try configuration([
            ("points-per-wh", "0.25"), ("utc-offset", "-03:30"), ("days-kept", "30"), ("readings-deadline-min", "5"),
            ("answer-patience-s", "7"), ("step-rows", "11"), ("reference-days", "4"),
        ])
        let kepco = KepcoOptions.settings(configuration)
        #expect(kepco.milliPointsPerWh == 250)
        #expect(kepco.utcOffset == .seconds(-12_600))
        #expect(kepco.daysKept == 30)
        #expect(kepco.readingsDeadline == .seconds(300))
        #expect(kepco.method.name == "mean of up to 4 earlier weekdays")
        let response = ResponseOptions.settings(configuration)
        #expect(response.answerTimeout == .seconds(7))
        #expect(response.stepRows == 11)
    }

    @Test func `without settings the contexts are as they are by themselves`() throws {
        let kepco = try KepcoOptions.settings(configuration())
        let defaults = KepcoSettings()
        #expect(kepco.daysKept == defaults.daysKept)
        #expect(kepco.readingsDeadline == defaults.readingsDeadline)
        #expect(kepco.milliPointsPerWh == defaults.milliPointsPerWh)
        #expect(kepco.utcOffset == defaults.utcOffset)
        #expect(kepco.method.name == defaults.method.name)
        let response = try ResponseOptions.settings(configuration())
        #expect(response.answerTimeout == ResponseSettings().answerTimeout)
        #expect(response.stepRows == ResponseSettings().stepRows)
    }
}
