package import HTTP

/// What a simulator says to requests. Any thread.
package protocol SimulatorService: Sendable {
    /// Where it is asked, behind the address.
    static var path: String { get }
    /// Where and how it can be asked in all.
    static var routes: [(method: String, path: String)] { get }
    func reply(to request: HTTPRequest) -> SimulatorReply
    /// What it says of what has come, by path.
    var reports: [String: @Sendable () -> HTTPResponse] { get }
}

/// A simulator on a port.
package struct SimulatorServer: ~Copyable {
    private let server: HTTPServer
    private let late: LateAnswers

    /// Listens from here on; a free port where 0 is asked for.
    package init<Service: SimulatorService>(address: String = "127.0.0.1", port: UInt16 = 0, _ service: Service)
        throws(HTTPServerError)
    {
        let late = LateAnswers()
        var routes = Routes()
        for route in Service.routes {
            routes.add(route.method, route.path) { request, exchange in
                let reply = service.reply(to: request)
                guard reply.delay > .zero else { return .now(reply.response) }
                late.add(exchange, reply.response, after: reply.delay)
                return .later
            }
        }
        for (path, report) in service.reports { routes.add("GET", path) { _, _ in .now(report()) } }
        var settings = ServerSettings()
        settings.connections = 1024
        // A hundred notices of the longest texts.
        settings.bodyBytes = 1_048_576
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
}
