import Contracts
import HTTP
import JSON
import Views

/// How the gateway and all behind it are, and who is asking.
extension API {
    func addHealth(_ routes: inout Routes) {
        add(&routes, "GET", "/health", for: [.operator, .auditor]) { [self] call in
            let bytes = JSONWriterBytes { json in contexts.write(&json, view.status) }
            var response = HTTPResponse(contentType: Accepted.json, body: bytes.bytes)
            response.headers.append(("Cache-Control", "no-store"))
            return .now(response)
        }
        add(&routes, "GET", "/me") { call in
            let bytes = JSONWriterBytes { json in
                json.field("name", call.principal.name)
                json.field("role", call.principal.role.rawValue)
                json.text("userId", call.principal.userID?.text)
                json.field("mayWrite", call.principal.role != .auditor)
            }
            return .now(HTTPResponse(json: bytes, type: Accepted.json))
        }
        add(&routes, "GET", Self.livePattern, for: [.operator, .auditor]) { [self] call in
            .stream(try live.listen(call.request.headers["last-event-id"], until: call.end, headers: call.headers))
        }
        // Probes come without a token.
        for path in ["/readyz", "/actuator/health"] {
            routes.add("GET", path) { [self] _, _ in
                let unready = probes.unready
                let bytes = JSONWriterBytes { json in
                    json.field("status", unready == nil ? "UP" : "DOWN")
                    if let unready { json.field("reason", unready) }
                }
                var response = HTTPResponse(contentType: Accepted.json, body: bytes.bytes)
                response.status = unready == nil ? 200 : 503
                return .now(response)
            }
        }
        routes.add("GET", "/livez") { [self] _, _ in .now(Gateway.alive(probes)) }
    }
}
