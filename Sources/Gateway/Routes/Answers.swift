import AnswerLinks
import Contracts
import Daemon
import GatewayWeb
import HTTP
import JSON
import Views

/// `/answer`: a customer answers an order by the link that a notice has brought, without a token of the issuer.
///
/// The link's own token comes in bodies alone: no log, no `Referer` and no cache has it. GET gives the same page to
/// everybody, to scanners and previews of links too; only POST asks and acts. A link answers where there is no answer
/// yet, and never in place of one.
extension API {
    func addAnswers(_ routes: inout Routes) {
        routes.add("GET", "/answer") { [self] request, _ in
            guard settings.answerKeys != nil, let page = WebFiles.response("answer.html", request) else {
                return .now(Self.noLinks.response)
            }
            return .now(page)
        }
        add(&routes, byLink: "/answer/order") { [self] call, link in
            let linked = try now { try LinkedOrder(link, $0, at: .current) }
            return .now(shown(linked, call))
        }
        add(&routes, byLink: "/answer") { [self] call, link in
            var given: ShownAnswer?
            try Body.read(call.request) { fields in
                given = ShownAnswer(try fields.required("answer") as String)
            }
            guard let given, given != .ignore else {
                throw Problem(
                    422, "field \"answer\" is not accept or deny", errors: [("/answer", "must be accept or deny")])
            }
            return try answer(call, link, given)
        }
    }

    private static let noLinks = Problem(
        404, "this gateway takes no answers by links: it has no --answer-link-key-file")

    /// Notify knows a notice for as long behind its time at least: a word of an older one would be refused.
    private static let noticeLife = Duration.seconds(86_400)

    /// A route for whoever has a link: in the field `link` of the body.
    private func add(
        _ routes: inout Routes, byLink pattern: String, _ body: @escaping @Sendable (Call, AnswerLink) throws -> Reply
    ) {
        routes.add("POST", pattern) { [self] request, exchange in
            var headers = common(request) + [(name: "Cache-Control", value: "no-store")]
            do {
                let link = try self.link(request)
                // He is the customer, and the audit tells that he came by a link.
                let principal = Principal(name: "link:\(link.user)", role: .customer, userID: link.user)
                try limit(principal, &headers)
                let call = Call(
                    request: request, exchange: exchange, principal: principal, end: nil, links: links(request),
                    headers: headers)
                return answer(call) { try body($0, link) }
            } catch {
                var response = problem(error, request).response
                response.headers += headers
                return .now(response)
            }
        }
    }

    /// - Throws: `Problem`. Of a link that nobody has signed it says no more than that there is none.
    private func link(_ request: HTTPRequest) throws -> AnswerLink {
        guard let keys = settings.answerKeys else { throw Self.noLinks }
        var token = ""
        try Body.read(request) { fields in token = try fields.required("link") }
        guard let link = AnswerLink(token: token, keys) else {
            throw Problem(404, "there is no such link: it may not have been copied to its end")
        }
        guard Timestamp.current < link.expiresAt else {
            throw Problem(410, "the link was good until \(link.expiresAt), the order's end")
        }
        return link
    }

    private func answer(_ call: Call, _ link: AnswerLink, _ answer: ShownAnswer) throws -> Reply {
        let linked = try now { try LinkedOrder(link, $0, at: .current) }
        let order = linked.response.order
        switch linked.state {
        case .open: break
        case .answered where linked.response.answer == answer: return .now(shown(linked, call))
        case .answered:
            throw Problem(
                409, "order \(order) has been answered already, \(linked.response.answer.word): a link answers once")
        case .over: throw Problem(409, "order \(order) is over")
        case .withdrawn: throw Problem(409, "order \(order) is withdrawn")
        }
        // What an old view has not seen yet may be an answer.
        let age = Timestamp.current.milliseconds - (view.status.snapshot.asOf ?? 0)
        guard age <= settings.answerAge.milliseconds else {
            throw Problem(503, "the view is behind: try again in a moment", headers: [("Retry-After", "1")])
        }
        let choice = Choice(ResponseID(link.order, link.user), channel: "link-\(link.key.channel)")
        // The same for both answers, and for the other channels' links: who presses twice answers once.
        let id = CommandID.of("\(link.order)/\(link.key.version)", by: call.principal.name, .response)
        let reply = try write(call, .response, as: id) { _ in
            (answer == .accept ? Accept(choice) : Deny(choice), link.user.text)
        } success: { _, _, queries in
            Success(item: try LinkedOrder(link, queries, at: .current), isBare: true)
        }
        // Behind the answer, which Kafka has to have room for first: where that is refused, he has not answered.
        acknowledge(link, by: call.principal.name)
        return reply
    }

    private func shown(_ linked: LinkedOrder, _ call: Call) -> HTTPResponse {
        HTTPResponse(contentType: Accepted.json, body: linked.bytes(call))
    }

    /// Whoever answers has seen the notice: notify tries no other channel. Nobody waits for what comes of it; where
    /// nothing does, he is told once more.
    private func acknowledge(_ link: AnswerLink, by actor: String) {
        guard Timestamp.current < Timestamp(milliseconds: link.key.version) + Self.noticeLife else { return }
        let id = CommandID.of("\(link.key)", by: actor, .notify)
        let command = Command(
            AcknowledgeNotice(link.key), to: .notify, key: link.user.text, id: id, by: actor,
            body: CommandID.digest("\(link.key)"))
        let nobody = Commander.Waiter(
            deadline: .now, isAsync: true, isKeyed: false, answer: { _, _ in HTTPResponse("") },
            accepted: { HTTPResponse("") }, send: { _ in })
        _ = commander.send(command, nobody)
    }
}
