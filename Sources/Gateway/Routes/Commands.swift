import Contracts
import HTTP
import JSON

/// `/commands/{id}`: what has become of a command that was answered 202.
///
/// What has come of it any gateway knows. That nothing has come of it yet only the one that has sent it can tell from a
/// command that there never was, or that is older than a day: the others say that they know nothing, and never that
/// there is none.
extension API {
    func addCommands(_ routes: inout Routes) {
        add(&routes, "GET", "/commands/{id}") { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            guard let id = CommandID(call.request["id"]) else { throw Problem.notFound("command of this id") }
            return try read(call) { [self] call, queries in
                let known = try queries.outcome(id.description)
                let sent = commander.isUnderway(id)
                // Of another's a customer is told no more than of one that there never was.
                let isShown =
                    call.onlyCustomer == nil || (sent?.actor ?? known?.actor)?.hasSameBytes(call.principal.name) == true
                let (outcome, underway) = isShown ? (known, sent) : (nil, nil)
                let open = underway == nil ? "unknown" : "pending"
                let bytes = JSONWriterBytes { json in
                    json.field("id", id.description)
                    json.field("state", outcome.map { $0.isDone ? "done" : "refused" } ?? open)
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
                                let deadLetter = Self.deadLetterID(outcome.position)
                            {
                                json.link("deadletter", call.links.to("/deadletters/", deadLetter))
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
        let resources = "orders//resource/"
        if subject.hasPrefix(resources) { return links.to("/resources/", String(subject.dropFirst(resources.count))) }
        // What else is no order is not shown.
        guard parts.count >= 2, !subject.hasPrefix("orders//") else { return nil }
        switch parts[0] {
        case "orders": return links.to("/drs/", parts[1])
        case "users": return links.to("/users/", parts[1])
        case "deadletters": return links.to("/deadletters/", parts[1])
        case "responses" where parts.count == 3: return links.to("/responses/", "\(parts[1]).\(parts[2])")
        default: return nil
        }
    }
}
