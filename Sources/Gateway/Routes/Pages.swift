import GatewayWeb
import HTTP
import JSON

/// What browsers get: pages, and what belongs to them. Whoever asks for JSON at the root gets the way in.
extension API {
    func addPages(_ routes: inout Routes) {
        routes.add("GET", "/") { [self] request, exchange in
            let accepted = Accepted(request.headers.all("accept"))
            if accepted.isGiven, accepted.names("text/html") {
                var page = WebFiles.response("index.html", request) ?? API.refusals(404, "there is no page here", [])
                page.headers.append(("Vary", "Accept"))
                return .now(page)
            }
            return entry(request, exchange)
        }
        routes.add("GET", "/web/{name}") { request, _ in
            .now(WebFiles.response(request["name"], request) ?? API.refusals(404, "there is no file of this name", []))
        }
        routes.add("GET", "/openapi.json") { request, _ in
            .now(WebFiles.response("openapi.json", request) ?? API.refusals(404, "there is no description", []))
        }
    }

    /// What someone with a browser sees of a path that there is not; nil for programs, which get a problem.
    static func notFoundPage(_ request: HTTPRequest) -> HTTPResponse? {
        guard request.isRead, Accepted(request.headers.all("accept")).names("text/html"),
            let page = WebFiles.all["not-found.html"]
        else { return nil }
        return HTTPResponse(status: 404, contentType: "text/html; charset=utf-8", body: page)
    }

    /// The links to all lists.
    private func entry(_ request: HTTPRequest, _ exchange: HTTPExchange) -> HTTPReply {
        let links = links(request)
        let bytes = JSONWriterBytes { json in
            json.field(
                "_links",
                object: { json in
                    json.link("drs", links.to("/drs{?page,size,sort}"), isTemplated: true)
                    json.link("responses", links.to("/responses{?page,size,sort}"), isTemplated: true)
                    json.link("users", links.to("/users{?page,size,sort}"), isTemplated: true)
                    json.link("resources", links.to("/resources{?page,size,sort}"), isTemplated: true)
                    json.link("withdrawals", links.to("/withdrawals{?status,page,size,sort}"), isTemplated: true)
                    json.link("kepcos", links.to("/kepcos{?page,size,sort}"), isTemplated: true)
                    json.link("deadletters", links.to("/deadletters{?context,kind,page,size}"), isTemplated: true)
                    json.link("audit", links.to("/audit{?q,before,page,size}"), isTemplated: true)
                    json.link("health", links.to("/health"))
                    json.link("live", links.to("/live"))
                    json.link("me", links.to("/me"))
                    json.link("openapi", links.to("/openapi.json"))
                })
        }
        return .now(HTTPResponse(json: bytes, type: Accepted.hal))
    }
}
