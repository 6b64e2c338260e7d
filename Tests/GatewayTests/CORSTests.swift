import Gateway
import Testing

@Suite struct CORSTests {
    private let listed = CORS(.listed(["https://a.test", "http://b.test:81"]))

    private func text(_ headers: [(name: String, value: String)]) -> [String] {
        headers.map { "\($0.name): \($0.value)" }
    }

    @Test func `a preflight is told what a page of any origin may do, without credentials`() {
        let headers = text(CORS(.any, allowsCredentials: true).preflightHeaders(origin: "http://a", allow: "GET, POST"))
        #expect(
            headers == [
                "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: GET, POST",
                "Access-Control-Allow-Headers: authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, prefer, x-position",
                "Access-Control-Max-Age: 600",
            ])
        #expect(CORS.isPreflight(origin: "http://a", requestedMethod: "POST"))
        #expect(!CORS.isPreflight(origin: nil, requestedMethod: "POST"))
        #expect(!CORS.isPreflight(origin: "http://a", requestedMethod: nil))
    }

    @Test func `answers can be read by pages of the origins that are listed, and of no others`() {
        let headers = text(listed.headers(origin: "https://a.test"))
        #expect(headers.prefix(2) == ["Vary: Origin", "Access-Control-Allow-Origin: https://a.test"])
        #expect(headers.last?.hasPrefix("Access-Control-Expose-Headers: ") == true)
        for header in ["Location", "ETag", "Link", "RateLimit", "Preference-Applied", "Retry-After"] {
            #expect(headers.last?.contains(header) == true)
        }
        for origin in [
            nil, "", "null", "https://A.test", "http://a.test", "https://a.test:443", "https://a.test.evil.test",
            "https://evil.test", "https://a.test/", "*",
        ] {
            #expect(text(listed.headers(origin: origin)) == ["Vary: Origin"], "\(origin ?? "")")
            #expect(text(listed.preflightHeaders(origin: origin, allow: "GET")) == ["Vary: Origin"])
        }
        #expect(CORS(.none).headers(origin: "https://a.test").isEmpty)
        #expect(CORS(.none).preflightHeaders(origin: "https://a.test", allow: "GET").isEmpty)
    }

    @Test func `credentials go with origins that are listed, and never with all`() {
        let header = "Access-Control-Allow-Credentials: true"
        #expect(
            text(CORS(.listed(["https://a.test"]), allowsCredentials: true).headers(origin: "https://a.test")).contains(
                header))
        #expect(
            !text(CORS(.listed(["https://a.test"]), allowsCredentials: true).headers(origin: "https://b.test"))
                .contains(header))
        #expect(!text(listed.headers(origin: "https://a.test")).contains(header))
        #expect(!text(CORS(.any, allowsCredentials: true).headers(origin: "https://a.test")).contains(header))
    }

    @Test func `all answers forbid frames, inline scripts and guesses at types`() throws {
        let headers = SecurityHeaders.headers(isSecure: false)
        let policy = try #require(headers.first { $0.name == "Content-Security-Policy" }?.value)
        #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(headers.contains { $0.name == "X-Content-Type-Options" && $0.value == "nosniff" })
        #expect(headers.contains { $0.name == "Referrer-Policy" && $0.value == "no-referrer" })
        #expect(!headers.contains { $0.name == "Strict-Transport-Security" })
        #expect(SecurityHeaders.headers(isSecure: true).contains { $0.name == "Strict-Transport-Security" })
    }
}
