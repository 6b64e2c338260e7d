import HTTP
import HTTPClient
import Simulators
import Testing

@Suite(.timeLimit(.minutes(30))) struct SimulatorServerTests {
    private struct Echo: SimulatorService {
        static let path = "/echo"
        static let routes = [(method: "GET", path: path), (method: "POST", path: path)]
        let reports: [String: @Sendable () -> HTTPResponse] = ["/simulator/counts": { HTTPResponse("a report") }]

        func reply(to request: HTTPRequest) -> SimulatorReply {
            switch request.query.first?.name {
            case "slow": SimulatorReply("12345").late(by: .milliseconds(1500))
            case "cut": SimulatorReply("12345").cut
            case "busy": .busy(429, seconds: 7)
            default: SimulatorReply(request.method)
            }
        }
    }

    private let client = HTTPClient(connectLimit: .seconds(100), wholeLimit: .seconds(100))

    @Test func `it answers, in part, later, or with a word of when to come back, and reports`() throws {
        let server = try SimulatorServer(Echo())
        let url = "http://127.0.0.1:\(server.port)"
        func ask(_ path: String) throws -> HTTPClient.Answer { try client.get(url + path) }
        func text(_ path: String) throws -> String { String(decoding: try ask(path).body, as: UTF8.self) }
        #expect(try text("/echo") == "GET" && text("/simulator/counts") == "a report")
        #expect(try text("/echo?cut=1") == "12" && ask("/other").status == 404)
        let busy = try ask("/echo?busy=1")
        #expect(busy.status == 429 && busy.retryAfter == "7")
        let began = ContinuousClock.now
        #expect(try text("/echo?slow=1") == "12345" && .now - began >= .milliseconds(1500))
        server.stop()
    }
}
