package import HTTP
import Webhooks

/// The simulated receiver on a port.
package struct ReceiverServer: ~Copyable {
    /// Where it takes notices, behind the address.
    package static let path = "/notices"

    private let server: HTTPServer
    private let late: LateAnswers

    /// Listens from here on; a free port where 0 is asked for.
    package init(address: String, port: UInt16, _ service: ReceiverService) throws(HTTPServerError) {
        let late = LateAnswers()
        var routes = Routes()
        routes.add("POST", Self.path) { request, exchange in
            let reply = service.reply(to: request)
            guard reply.delay > .zero else { return .now(reply.response) }
            late.add(exchange, reply.response, after: reply.delay)
            return .later
        }
        routes.add("GET", "/simulator/counts") { _, _ in .now(HTTPResponse(service.counts.text + "\n")) }
        routes.add("GET", "/simulator/notices") { _, _ in
            .now(HTTPResponse(contentType: "application/json", body: WebhookNotice.body(service.latest)))
        }
        var settings = ServerSettings()
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
