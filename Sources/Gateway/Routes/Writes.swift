import Contracts
import HTTP
import JSON
import Views

/// How a write is answered: what it has come to, as far as that is known in time.
extension API {
    /// What to say of a command that is done.
    struct Success: Sendable {
        var item: any ShownItem
        var status = 200
        /// Where the thing is that it was about.
        var location: String?
        /// Whether the body is the bare thing, as controllers of the services before this gave it.
        var isBare = false
    }

    /// Sends a command, and answers when it is known what has come of it, or when the client has waited for as long as
    /// it wants.
    /// - Parameters:
    ///   - given: what the command is called; nil: by the client's idempotency key, or by chance.
    ///   - success: of the row as the command has left it.
    ///   - conflict: what a refusal for a conflict or for coming late means here; nil is the refusal.
    ///   - refused: a refusal with what else is to be said.
    func write(
        _ call: Call, _ context: Context, as given: CommandID? = nil,
        _ message: (CommandID) throws -> (any Message, key: String),
        success: @escaping @Sendable (CommandID, ShownOutcome, Queries) throws -> Success,
        conflict: @escaping @Sendable (CommandID, Queries) throws -> Success? = { _, _ in nil },
        refused: @escaping @Sendable (CommandID, Problem) -> Problem = { $1 }
    ) throws -> Reply {
        let key = given == nil ? try idempotencyKey(call) : nil
        let actor = call.principal.name
        let id = given ?? key.map { CommandID.of($0, by: actor, context) } ?? .random(context)
        let (message, home) = try message(id)
        let body =
            given?.description
            ?? CommandID.digest(
                Array(
                    "\(call.request.method) \(call.request.method == "DELETE" ? call.request.target : call.request.path)\n"
                        .utf8)
                    + call.request.body)
        let preferences = Preferences(call.request.headers.all("prefer"))
        let wait = preferences.wait.map { Duration.seconds($0) } ?? settings.wait
        let answer: @Sendable (ShownOutcome, Queries) throws -> HTTPResponse = { [self] outcome, queries in
            // It may have been used at another gateway at the same moment.
            guard key == nil || outcome.body == body else { throw Self.otherBody }
            guard outcome.isDone else {
                if let success = try conflict(id, queries), outcome.kind == "conflict" || outcome.kind == "late" {
                    return response(call, success, outcome: nil, preferences)
                }
                throw refused(id, refusal(outcome, call))
            }
            return response(call, try success(id, outcome, queries), outcome: outcome, preferences)
        }
        let waiter = Commander.Waiter(
            deadline: .now + wait, isAsync: preferences.isAsync, isKeyed: key != nil || given != nil, answer: answer,
            accepted: { [self] in accepted(call, id, preferences) },
            send: { response in call.exchange.answer(call.finished(response)) })
        if key != nil, let known = try now({ try $0.outcome(id.description) }) {
            guard known.isDone else {
                guard known.body == body else { throw Self.otherBody }
                return try reply(
                    commander.doubt(id, type(of: message).type, body: body, by: actor, waiter), call, id, body)
            }
            return .now(try now { try answer(known, $0) })
        }
        let command = Command(message, to: context, key: home, id: id, by: actor, body: body)
        return try reply(commander.send(command, waiter), call, id, body)
    }

    private func reply(_ taken: Commander.Taken, _ call: Call, _ id: CommandID, _ body: String) throws -> Reply {
        switch taken {
        case .sent: return .later
        case .underway(let other):
            guard other == body else { throw Self.otherBody }
            throw Problem(
                409, "this command is already in flight: its outcome will be at Location",
                headers: [("Location", call.links.to("/commands/", id.description).text), ("Retry-After", "1")])
        case .refused(let problem): throw problem
        }
    }

    private static let otherBody = Problem(
        422, "this Idempotency-Key has been used for another request: use a new key for each request")

    /// Whether this is a request that has been answered before: then what stands there now is not looked at.
    func isRepeat(_ call: Call, _ context: Context) throws -> Bool {
        guard let key = try idempotencyKey(call) else { return false }
        return try now { try $0.outcome(CommandID.of(key, by: call.principal.name, context).description) } != nil
    }

    private func idempotencyKey(_ call: Call) throws(Problem) -> String? {
        let keys = call.request.headers.all("idempotency-key")
        guard let key = keys.first else { return nil }
        guard keys.count == 1, (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Problem(400, "Idempotency-Key must be one key of 1 to 255 printable characters")
        }
        return key
    }

    // MARK: Answers

    private func response(
        _ call: Call, _ success: Success, outcome: ShownOutcome?, _ preferences: Preferences
    ) -> HTTPResponse {
        let accepted = Accepted(call.request.headers.all("accept"))
        let isEmpty = !success.isBare && !accepted.isGiven || preferences.isMinimal
        var response: HTTPResponse
        if isEmpty {
            response = HTTPResponse(status: success.status == 200 ? 204 : success.status, contentType: "", body: [])
        } else {
            let type = success.isBare || !accepted.takes(Accepted.hal) ? Accepted.json : Accepted.hal
            response = HTTPResponse(json: success.item.bytes(call), type: type, tag: success.item.tag(call))
            response.status = success.status
        }
        if let location = success.location { response.headers.append(("Location", location)) }
        if let outcome { response.headers.append(("X-Position", outcome.position)) }
        if preferences.isMinimal { response.headers.append(("Preference-Applied", "return=minimal")) }
        return response
    }

    /// It is in Kafka, or may be; nothing has come of it yet.
    private func accepted(_ call: Call, _ id: CommandID, _ preferences: Preferences) -> HTTPResponse {
        var response = HTTPResponse(
            status: 202, contentType: Accepted.json,
            body: JSONWriterBytes { json in
                json.field("id", id.description)
                json.field("state", "pending")
                json.field("_links", object: { $0.link("self", call.links.to("/commands/", id.description)) })
            }.bytes)
        response.headers = [
            ("Location", call.links.to("/commands/", id.description).text), ("Retry-After", "1"),
        ]
        if preferences.isAsync {
            response.headers.append(("Preference-Applied", "respond-async"))
        } else if let wait = preferences.wait {
            response.headers.append(("Preference-Applied", "wait=\(wait)"))
        }
        return response
    }

    /// The context's own reason, with its dead letter.
    func refusal(_ outcome: ShownOutcome, _ call: Call) -> Problem {
        let status =
            switch outcome.kind {
            case "malformed", "unknown-type": 400
            case "not-found": 404
            case "conflict", "late": 409
            case "row": 503
            default: 422
            }
        var problem = Problem(status, outcome.reason ?? "refused")
        problem.kind = outcome.kind
        if call.onlyCustomer == nil, let deadLetter = Self.deadLetterID(outcome.position) {
            problem.headers.append(("Link", "<\(call.links.to("/deadletters/", deadLetter).text)>; rel=\"deadletter\""))
        }
        return problem
    }

    /// `dr.deadletters-0-12` is `dr-0-12`.
    static func deadLetterID(_ position: String) -> String? {
        for context in Context.all where position.hasPrefix("\(context.deadLetters)-") {
            return context.name + position.dropFirst(context.deadLetters.count)
        }
        return nil
    }

    /// Of what there is, answered without a command: nothing has to change.
    func unchanged(
        _ call: Call, _ item: any ShownItem, isBare: Bool = false
    ) throws(Problem) -> Reply {
        // One that is none is refused whether it is needed or not.
        _ = try idempotencyKey(call)
        return .now(
            response(
                call, Success(item: item, isBare: isBare), outcome: nil,
                Preferences(call.request.headers.all("prefer"))))
    }

    /// Refuses a write that was meant for another state.
    func checkTag(_ call: Call, _ item: some ShownItem) throws(Problem) {
        let (wanted, unwanted) = (call.request.headers.list("if-match"), call.request.headers.list("if-none-match"))
        guard wanted != nil || unwanted != nil else { return }
        let tag = item.tag(call)
        if let wanted, !Tag.stands(in: wanted, for: tag) {
            throw Problem(412, "it has changed: its ETag is now \(tag)", headers: [("ETag", tag)])
        }
        if let unwanted, Tag.stands(in: unwanted, for: tag) {
            throw Problem(412, "it is as If-None-Match says that it must not be", headers: [("ETag", tag)])
        }
    }

    func now<Result>(_ body: (Queries) throws -> Result) throws -> Result {
        guard view.status.snapshot.isCaughtUp else { throw ViewIsMade.problem }
        return try readers.read { queries in try body(queries) }
    }
}

/// While the view is being built.
enum ViewIsMade {
    static let problem = Problem(503, "the view is being built: try again in a moment", headers: [("Retry-After", "1")])
}
