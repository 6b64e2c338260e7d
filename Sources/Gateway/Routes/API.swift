import AnswerLinks
import Contracts
import Daemon
import HTTP
import JSON
import Telemetry
import Views

/// The door for people and programs: whoever asks is let in, his request finds its route, and what it is answered with
/// says what goes with every answer. Called on the server's thread; it waits for nothing.
final class API: Sendable {
    struct Settings: Sendable {
        /// How long a write waits for what it brings about, unless it says otherwise.
        var wait = Duration.seconds(2)
        /// How long a read waits for the position that it names.
        var positionWait = Duration.seconds(1)
        /// Whether a proxy in front says who the client is and how it calls us.
        var trustsProxy = false
        /// By which links to answer by are signed; nil takes none.
        var answerKeys: AnswerLinkKeys?
        /// So old the view may be by which it is seen that there is no answer yet.
        var answerAge = Duration.seconds(10)
    }

    let settings: Settings
    let view: View
    let readers: ViewReaders<Queries>
    let commander: Commander
    let positions: PositionWaiters
    let live: Live
    let contexts: ContextWatch
    let probes: GatewayHealth
    private let door: Door
    private let cors: CORS
    private let limiter: RateLimiter?
    let log: Logger

    init(
        _ settings: Settings, _ door: Door, _ doorSettings: DoorSettings, _ view: View, _ readers: ViewReaders<Queries>,
        _ commander: Commander, _ positions: PositionWaiters, _ live: Live, _ contexts: ContextWatch,
        _ probes: GatewayHealth, log: Logger
    ) {
        (self.settings, self.door, cors, self.view) = (settings, door, doorSettings.cors, view)
        limiter = doorSettings.limit.map { RateLimiter($0) }
        (self.readers, self.commander, self.positions, self.live) = (readers, commander, positions, live)
        (self.contexts, self.probes, self.log) = (contexts, probes, log)
    }

    /// How refusals look that no route has made.
    static let refusals: HTTPRefusals = { status, detail, headers in Problem(status, detail, headers: headers).response
    }

    /// All that can be asked for: `openapi.json` describes it.
    func makeRoutes() -> Routes {
        var routes = Routes(refusals: Self.refusals)
        addOrders(&routes)
        addResources(&routes)
        addKpxFigures(&routes)
        addUsers(&routes)
        addWithdrawals(&routes)
        addResponses(&routes)
        addAnswers(&routes)
        addChecks(&routes)
        addDeadLetters(&routes)
        addCommands(&routes)
        addHealth(&routes)
        addPages(&routes)
        return routes
    }

    /// The handler for a server.
    func handler() -> HTTPHandler {
        let made = makeRoutes()
        return { [self] request, exchange in
            if request.method == "OPTIONS", let allowed = made.allowed(request) {
                return .now(preflight(request, allowed))
            }
            switch made.answer(request, exchange) {
            case .now(var response):
                if response.status == 404, let page = Self.notFoundPage(request) { response = page }
                // Routes have said it themselves.
                if !response.headers.contains(where: { $0.name == "X-Content-Type-Options" }) {
                    response.headers += common(request)
                }
                return .now(response)
            case let reply: return reply
            }
        }
    }

    /// What goes with every answer.
    func common(_ request: HTTPRequest) -> [(name: String, value: String)] {
        SecurityHeaders.headers(isSecure: isSecure(request)) + cors.headers(origin: request.headers["origin"])
    }

    private func preflight(_ request: HTTPRequest, _ allowed: String) -> HTTPResponse {
        let origin = request.headers["origin"]
        var response = HTTPResponse(status: 204, contentType: "", body: [])
        response.headers = SecurityHeaders.headers(isSecure: isSecure(request))
        response.headers.append(("Allow", allowed))
        if CORS.isPreflight(origin: origin, requestedMethod: request.headers["access-control-request-method"]) {
            response.headers += cors.preflightHeaders(origin: origin, allow: allowed)
        } else {
            response.headers += cors.headers(origin: origin)
        }
        return response
    }

    // MARK: Routes

    static let livePattern = "/live"

    /// A route for whoever has one of these roles.
    func add(
        _ routes: inout Routes, _ method: String, _ pattern: String, for roles: [Role] = Role.allCases,
        _ body: @escaping @Sendable (Call) throws -> Reply
    ) {
        routes.add(method, pattern) { [self] request, exchange in
            var headers = common(request)
            let admission: Admission
            do throws(Problem) { admission = try admit(request, for: roles, &headers) } catch {
                var response = error.response
                response.headers += headers
                return .now(response)
            }
            let call = Call(
                request: request, exchange: exchange, principal: admission.principal, end: admission.end,
                links: links(request), headers: headers)
            // It has been told of something that this replica may not have seen yet.
            if pattern != Self.livePattern, let place = request.headers["x-position"].flatMap(ViewPlace.init),
                !place.isPassed(view.status)
            {
                positions.add(place, until: .now + settings.positionWait) { [self] in
                    if case .now(let response) = answer(call, body) { exchange.answer(response) }
                }
                return .later
            }
            return answer(call, body)
        }
    }

    /// Lets a caller in who may be, has one of these roles and does not ask too often.
    /// - Parameter headers: gets the caller's limit.
    private func admit(
        _ request: HTTPRequest, for roles: [Role], _ headers: inout [(name: String, value: String)]
    ) throws(Problem) -> Admission {
        let admission: Admission
        do throws(DoorRefusal) { admission = try door.admit(visitor(request), at: .current) } catch {
            throw Problem(error.status, error.detail, headers: error.headers)
        }
        let principal = admission.principal
        try limit(principal, &headers)
        guard roles.contains(principal.role) else {
            let names = roles.map(\.rawValue).joined(separator: " or ")
            throw Problem(403, "this is for the role \(names); yours is \(principal.role.rawValue)")
        }
        return admission
    }

    /// Refuses whoever asks too often.
    func limit(_ principal: Principal, _ headers: inout [(name: String, value: String)]) throws(Problem) {
        guard let verdict = limiter?.take(principal.name, at: .now) else { return }
        headers += verdict.headers
        guard verdict.isWithin else {
            throw Problem(
                429,
                "\(principal.name) sends too many requests: the RateLimit header says when the next one may come")
        }
    }

    func answer(_ call: Call, _ body: (Call) throws -> Reply) -> HTTPReply {
        do {
            switch try body(call) {
            case .now(let response): return .now(call.finished(response))
            case .later: return .later
            case .stream(let stream): return .stream(stream)
            }
        } catch {
            return .now(call.finished(problem(error, call.request).response))
        }
    }

    /// What an error looks like to whoever asked.
    func problem(_ error: any Error, _ request: HTTPRequest) -> Problem {
        if let problem = error as? Problem { return problem }
        if let unread = error as? ViewUnread {
            return Problem(503, "\(unread): try again in a moment", headers: [("Retry-After", "1")])
        }
        log.error("a request could not be answered", ["path": request.path, "reason": "\(error)"])
        return Problem(503, "the view cannot be read now: try again in a moment", headers: [("Retry-After", "1")])
    }

    private func visitor(_ request: HTTPRequest) -> Visitor {
        Visitor(
            method: request.method, authorization: request.headers.all("authorization"), host: request.headers["host"],
            origin: request.headers["origin"], fetchSite: request.headers["sec-fetch-site"])
    }

    // MARK: Where we are

    private func isSecure(_ request: HTTPRequest) -> Bool {
        settings.trustsProxy ? PublicAddress(request, trustsProxy: true).isSecure : request.isSecure
    }

    func links(_ request: HTTPRequest) -> Links {
        Links(base: PublicAddress(request, trustsProxy: settings.trustsProxy).text)
    }

    // MARK: Reading

    /// Answers from the view as it is now.
    func read(_ call: Call, _ body: (Call, Queries) throws -> HTTPResponse) throws -> Reply { .now(answer(call, body)) }

    private func answer(_ call: Call, _ body: (Call, Queries) throws -> HTTPResponse) -> HTTPResponse {
        do {
            let snapshot = view.status.snapshot
            guard snapshot.isCaughtUp else { throw ViewUnread.notThere }
            var response = try readers.read { queries in try body(call, queries) }
            if let link = call.link { response.headers.append(("Link", link)) }
            if let asOf = snapshot.asOf {
                let age = max(0, (Timestamp.current.milliseconds - asOf) / 1000)
                // The ends of topics are looked at once a second.
                if age > 2 { response.headers.append(("Age", "\(age)")) }
            }
            return notModified(response, call) ?? response
        } catch {
            return problem(error, call.request).response
        }
    }

    private func notModified(_ response: HTTPResponse, _ call: Call) -> HTTPResponse? {
        guard response.status == 200, let tag = response.headers.first(where: { $0.name == "ETag" }),
            call.knows(tag.value)
        else { return nil }
        var empty = HTTPResponse(status: 304, contentType: "", body: [])
        empty.headers = response.headers
        return empty
    }
}
