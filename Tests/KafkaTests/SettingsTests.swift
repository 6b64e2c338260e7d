import Telemetry
import Testing

@testable import Kafka

@Suite struct SettingsTests {
    @Test(arguments: [["bogus": "1"], ["linger.ms": "soon"], ["acks": "7000"]])
    func `says which property is wrong`(_ properties: [String: String]) {
        let name = properties.keys.first ?? ""
        let error = #expect(throws: KafkaError.self) { _ = try Producer(properties, log: quiet) }
        #expect(error?.code == .invalidArgument && error?.reason.contains(name) == true)
    }

    @Test func `refuses properties that would commit behind the transaction`() {
        let error = #expect(throws: KafkaError.self) {
            _ = try Consumer(["group.id": "g", "enable.auto.commit": "true"], topics: ["t"], log: quiet)
        }
        #expect(error?.reason.contains("enable.auto.commit") == true)
    }

    /// Whatever the library knows of it: 2.0.2 has no such property, 2.8 takes it and asks for partitions in another
    /// way.
    @Test func `refuses another protocol of groups`() {
        let error = #expect(throws: KafkaError.self) {
            _ = try Consumer(["group.id": "g", "group.protocol": "consumer"], topics: ["t"], log: quiet)
        }
        #expect(error?.code == .invalidArgument && error?.reason.contains("group.protocol") == true)
    }

    @Test func `takes properties that contradict nothing`() throws {
        _ = try Consumer(["group.id": "g", "enable.auto.commit": "false"], topics: ["t"], log: quiet)
    }

    @Test func `says what properties do not go together`() {
        let error = #expect(throws: KafkaError.self) {
            _ = try TransactionalProducer(["transactional.id": "x", "enable.idempotence": "false"], log: quiet)
        }
        #expect(error?.reason.contains("enable.idempotence") == true)
    }

    @Test func `hides secrets wherever they turn up`() throws {
        let secrets = Secrets(in: ["sasl.password": "hunter2", "client.id": "dr", "ssl.keystore.password": ""])
        #expect(secrets.hide(in: "dr said hunter2, hunter2") == "dr said [hidden], [hidden]")
    }

    @Test(arguments: [
        ("a bad start at a:1", "a bad start at a:1"), ("sasl.password=a", "sasl.password=[hidden]"),
        ("sasl.password=a;x", "sasl.password=[hidden];x"), ("sasl.password=ab", "sasl.password=ab"),
        ("sasl.password: a, sasl.password=a", "sasl.password: [hidden], sasl.password=[hidden]"),
        ("invalid value \"a\" or 'a'", "invalid value \"[hidden]\" or '[hidden]'"),
    ])
    func `a secret of one character hides only itself`(_ said: String, _ shown: String) {
        #expect(Secrets(in: ["sasl.password": "a"]).hide(in: said) == shown)
    }

    @Test func `a secret within another does not show the rest`() {
        let secrets = Secrets(in: ["sasl.password": "hunter", "ssl.key.password": "hunter2-long"])
        #expect(secrets.hide(in: "hunter2-long hunter") == "[hidden] [hidden]")
    }

    @Test func `does not log secrets even where everything is logged`() throws {
        let lines = LogLines()
        _ = try Producer(
            ["sasl.password": "hunter2", "sasl.username": "me", "debug": "all", "client.id": "hunter2-client"],
            log: Logger(level: .debug, sink: lines))
        #expect(lines.lines.contains { $0.text.contains("[hidden]-client") })
        #expect(!lines.lines.contains { $0.text.contains("hunter2") })
    }
}
