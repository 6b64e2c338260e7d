import Telemetry
import Testing

@testable import Kafka

@Suite struct ClientLogTests {
    private let lines = LogLines()

    private func log(_ level: Logger.Level = .debug) -> ClientLog {
        ClientLog(Logger(level: level, sink: lines), Secrets(in: [:]))
    }

    @Test(arguments: zip([0, 3, 4, 5, 6, 7], [.error, .error, .warning, .info, .info, .debug] as [Logger.Level]))
    func `gives levels their own names`(_ syslogLevel: Int32, _ level: Logger.Level) {
        log().write(syslogLevel, "X", "text of it")
        #expect(lines.lines.map(\.level) == [level])
        #expect(lines.lines.map(\.text) == ["librdkafka from=X text=text of it"])
    }

    @Test func `leaves out what is below its level`() {
        let log = log(.warning)
        for level in Int32(0)...7 where log.isOn(level) { log.write(level, "X", "\(level)") }
        #expect(lines.lines.count == 5)
    }

    @Test func `says an outage once and a trouble with passwords beside it`() {
        let log = log(.info)
        log.write(6, "FAIL", "a:1/1: Disconnected")
        for _ in 0..<5 { log.write(3, "FAIL", "a:1/1: Connect to ipv4#a:1 failed: Connection refused") }
        log.write(3, "ERROR", "1/1 brokers are down")
        // Once is a broker that ends.
        log.write(6, "FAIL", "a:1/1: might be caused by incorrect security.protocol (connecting to a SSL listener?)")
        #expect(!lines.lines.contains { $0.text.contains("security.protocol") })
        log.write(3, "FAIL", "a:1/1: Connect to ipv4#a:1 failed: Connection refused")
        for _ in 0..<3 {
            log.write(
                6, "FAIL", "a:1/1: might be caused by incorrect security.protocol (connecting to a SSL listener?)")
        }
        log.write(3, "FAIL", "a:1/1: Disconnected: verify that security.protocol is right, broker might require SASL")
        for _ in 0..<5 { log.write(3, "FAIL", "a:1/1: SASL authentication error: wrong password") }
        log.write(0, "FATAL", "Fatal error: Local: fenced")
        log.write(3, "ERROR", "Fatal error: Local: fenced")
        #expect(lines.lines.count == 5)
        #expect(lines.lines.filter { $0.text.contains("security.protocol") }.count == 1)
        #expect(lines.lines.filter { $0.level != .error }.map(\.level) == [.warning])
    }

    @Test func `does not complain of properties for the other kind of client`() throws {
        _ = try Producer(["fetch.min.bytes": "2"], log: Logger(level: .debug, sink: lines))
        let about = lines.lines.filter { $0.text.contains("fetch.min.bytes") }
        #expect(about.map(\.level) == [.debug])
    }
}
