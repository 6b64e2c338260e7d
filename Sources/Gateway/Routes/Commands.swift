import Contracts
import HTTP
import JSON

/// `/commands/{id}`: what has become of a command that was answered 202.
extension API {
    func addCommands(_ routes: inout Routes) {
        add(&routes, "GET", "/commands/{id}") { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            guard let id = CommandID(call.request["id"]) else { throw Problem.notFound("command of this id") }
            return try read(call) { [self] call, queries in
                let outcome = try queries.outcome(id.description)
                let underway = commander.isUnderway(id)
                // Whose it is not known to be, it is nobody's: of another's a customer is told that there is none.
                if call.onlyCustomer != nil, (underway?.actor ?? outcome?.actor) != call.principal.name {
                    throw Problem.notFound("command of this id")
                }
                let bytes = JSONWriterBytes { json in
                    json.field("id", id.description)
                    json.field("state", outcome.map { $0.isDone ? "done" : "refused" } ?? "pending")
                    json.text("type", underway?.type.description)
                    json.time("at", outcome?.at)
                    json.text("kind", outcome?.kind)
                    json.text("reason", outcome?.reason)
                    json.field(
                        "_links",
                        object: { json in
                            json.link("self", call.links.to("/commands/", id.description))
                            if let outcome, outcome.isDone, let address = Self.address(of: outcome.subject, call.links)
                            {
                                json.link("result", address)
                            }
                            if let outcome, !outcome.isDone, call.onlyCustomer == nil,
                                let letter = Self.letterID(outcome.position)
                            {
                                json.link("deadletter", call.links.to("/deadletters/", letter))
                            }
                        })
                }
                var response = HTTPResponse(json: bytes, type: type)
                if let outcome { response.headers.append(("X-Position", outcome.position)) }
                if outcome == nil { response.headers.append(("Retry-After", "1")) }
                return response
            }
        }
    }

    /// Of a row, `table/key`.
    private static func address(of subject: String, _ links: Links) -> Address? {
        let parts = subject.split(separator: "/").map(String.init)
        guard parts.count >= 2 else { return nil }
        switch parts[0] {
        case "orders": return links.to("/drs/", parts[1])
        case "users": return links.to("/users/", parts[1])
        case "responses" where parts.count == 3: return links.to("/responses/", "\(parts[1]).\(parts[2])")
        default: return nil
        }
    }
}
