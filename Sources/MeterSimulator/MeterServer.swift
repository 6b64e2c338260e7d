package import HTTP
import JSON

/// The simulated utility on a port.
package struct MeterServer: ~Copyable {
    /// Where the service of a day's readings is, behind the address.
    package static let path = "/OpenAPI/getDayLpData.do"

    private let server: HTTPServer
    private let late: LateAnswers

    /// Listens from here on; a free port where 0 is asked for.
    package init(address: String, port: UInt16, connections: Int = 1024, _ service: MeterService)
        throws(HTTPServerError)
    {
        let late = LateAnswers()
        var routes = Routes()
        for path in [Self.path, "/DrAPI/getDayLpData.do"] {
            for method in ["GET", "POST"] {
                routes.add(method, path) { request, exchange in
                    let reply = service.reply(to: request)
                    guard reply.delay > .zero else { return .now(reply.response) }
                    late.add(exchange, reply.response, after: reply.delay)
                    return .later
                }
            }
        }
        routes.add("GET", "/simulator/counts") { _, _ in .now(Self.counts(service)) }
        var settings = ServerSettings()
        settings.connections = connections
        // A slow answer is meant to be slow.
        settings.laterLimit = .seconds(3600)
        do throws(HTTPServerError) {
            let answer = routes
            server = try HTTPServer(address: address, port: port, settings: settings) { answer.answer($0, $1) }
        } catch {
            late.stop()
            throw error
        }
        self.late = late
    }

    package var port: UInt16 { server.port }

    package consuming func stop() {
        late.stop()
        server.stop()
    }

    private static func counts(_ service: MeterService) -> HTTPResponse {
        let counts = service.counts.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        return HTTPResponse(contentType: "application/json", "{\(counts.joined(separator: ","))}\n")
    }
}
