import Testing

@testable import HTTP

@Suite struct RoutesTests {
    private static let routes = {
        var routes = Routes { status, detail, headers in
            var response = HTTPResponse(status: status, contentType: "application/problem+json", detail)
            response.headers = headers
            return response
        }
        for (method, pattern) in [
            ("GET", "/"), ("GET", "/users"), ("POST", "/users"), ("GET", "/users/{id}"), ("PUT", "/users/{user}"),
            ("GET", "/users/search"), ("GET", "/users/{id}/ledger"), ("GET", "/users/search/{name}"),
            ("GET", "/{any}/x/y"), ("OPTIONS", "/preflight"), ("HEAD", "/probe"), ("PUT", "/drs/{id}/end"),
        ] {
            routes.add(method, pattern) { request, _ in
                let names = request.names.map { " \($0.name)=\(request[$0.name])" }.joined()
                return .now(HTTPResponse("\(method) \(pattern)\(names)"))
            }
        }
        return routes
    }()

    private func answer(_ method: String, _ target: String) -> (response: HTTPResponse, text: String, route: String?) {
        let exchange = HTTPExchange()
        let request = HTTPRequest(method: method, target: target)
        guard case .now(let response) = Self.routes.answer(request, exchange) else {
            Issue.record("\(method) \(target) is not answered at once")
            return (.notFound, "", nil)
        }
        return (response, String(decoding: response.body, as: UTF8.self), exchange.route)
    }

    @Test(arguments: [
        ("GET", "/", "GET /"), ("GET", "/users", "GET /users"), ("POST", "/users", "POST /users"),
        ("GET", "/users?page=1", "GET /users"), ("GET", "/users/7", "GET /users/{id} id=7"),
        ("PUT", "/users/7", "PUT /users/{user} user=7"), ("GET", "/users/search", "GET /users/search"),
        ("GET", "/users/search/kt", "GET /users/search/{name} name=kt"),
        ("GET", "/users/7/ledger", "GET /users/{id}/ledger id=7"),
        ("GET", "/users/a%2Fb", "GET /users/{id} id=a/b"), ("GET", "/users/%ea%b0%80", "GET /users/{id} id=가"),
        ("GET", "/users/search/ledger", "GET /users/search/{name} name=ledger"),
        ("GET", "/a/x/y", "GET /{any}/x/y any=a"), ("HEAD", "/users", "GET /users"), ("HEAD", "/probe", "HEAD /probe"),
        ("OPTIONS", "/preflight", "OPTIONS /preflight"),
    ])
    func `a request goes where it belongs`(method: String, target: String, expected: String) {
        let (response, text, route) = answer(method, target)
        #expect(response.status == 200 && text == expected)
        #expect(route.map { $0[...] } == expected.split(separator: " ")[1])
    }

    @Test(arguments: [
        "/user", "/users/", "//users", "/users//ledger", "/users/7/ledger/x", "/Users", "/users%2F7", "/a/b/c/d/e/f/g",
    ])
    func `a path that there is not is refused`(target: String) {
        for method in ["GET", "POST", "OPTIONS", "HEAD"] {
            let (response, _, route) = answer(method, target)
            #expect(response.status == 404 && response.contentType == "application/problem+json")
            #expect(route == nil)
        }
    }

    @Test(arguments: [
        ("/users", "GET, HEAD, OPTIONS, POST"), ("/users/7", "GET, HEAD, OPTIONS, PUT"), ("/drs/7/end", "OPTIONS, PUT"),
        ("/users/search", "GET, HEAD, OPTIONS"),
    ])
    func `a method that the path has not is refused, and OPTIONS says which it has`(target: String, allowed: String) {
        let refused = answer("DELETE", target).response
        #expect(refused.status == 405 && refused.contentType == "application/problem+json")
        let options = answer("OPTIONS", target).response
        #expect(options.status == 204 && options.body.isEmpty)
        for response in [refused, options] {
            #expect(response.headers.map(\.name) == ["Allow"] && response.headers.map(\.value) == [allowed])
        }
        #expect(Self.routes.allowed(HTTPRequest(target: target)) == allowed)
    }

    @Test func `OPTIONS of everything is answered`() {
        #expect(answer("OPTIONS", "*").response.status == 204)
        #expect(answer("GET", "*").response.status == 404)
    }
}
