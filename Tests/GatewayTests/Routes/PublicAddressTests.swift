import HTTP
import Schemas
import Testing

@testable import Gateway

/// How a client calls the gateway, as the proxies in front of it say.
@Suite struct PublicAddressTests {
    private func address(_ headers: [(name: String, value: String)], isSecure: Bool = false, trusts: Bool = true)
        -> String
    {
        let request = HTTPRequest(target: "/drs", headers: HTTPHeaders(headers), isSecure: isSecure)
        return PublicAddress(request, trustsProxy: trusts).text
    }

    private static let all: [(name: String, value: String)] = [
        ("Host", "inner:8080"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "middle.example"),
        ("X-Forwarded-Prefix", "/dr"), ("Forwarded", "for=192.0.2.60;proto=http;host=\"outer.example:81\""),
    ]

    @Test func `forwarded comes first, then x-forwarded, then the host`() {
        #expect(address(Self.all) == "http://outer.example:81/dr")
        #expect(address(Array(Self.all[..<4])) == "https://middle.example/dr")
        #expect(address(Array(Self.all[..<1])) == "http://inner:8080")
        #expect(address([]) == "http://localhost")
    }

    @Test func `without a trusted proxy nobody says how it is called but the request`() {
        #expect(address(Self.all, trusts: false) == "http://inner:8080")
        #expect(address(Self.all, isSecure: true, trusts: false) == "https://inner:8080")
    }

    @Test(arguments: [
        ("for=192.0.2.43, for=\"[2001:db8::17]\";host=second;proto=https", "http://host"),
        ("host=first;proto=https, host=second;proto=http", "https://first"),
        ("HOST=first ; Proto=HTTPS", "https://first"), ("host=\"a\\.b:1\"", "http://a.b:1"),
        ("host=\"[2001:db8::1]:443\"", "http://[2001:db8::1]:443"), ("for=\"a,b;host=x\";host=y", "http://y"),
        // What one does not say, or says badly, the next says.
        ("proto=https", "https://host"), ("proto=gopher;host=first", "http://first"),
        ("host=\"a/b\";proto=https", "https://host"), ("host=\"\"", "http://host"),
        // As a whole it is none.
        ("", "http://host"), ("host", "http://host"), ("host=a b", "http://host"), ("host=\"a", "http://host"),
        ("host=a;host=b", "http://host"), ("=a", "http://host"), ("host=a;", "http://host"),
    ]) func `of forwarded the first element counts`(_ header: String, _ wanted: String) {
        #expect(address([("Host", "host"), ("Forwarded", header)]) == wanted)
    }

    @Test(arguments: [
        (["X-Forwarded-Proto": "https, http"], "https://host"), (["X-Forwarded-Proto": "HTTPS"], "https://host"),
        (["X-Forwarded-Proto": "ftp"], "http://host"), (["X-Forwarded-Proto": ""], "http://host"),
        (["X-Forwarded-Host": " a.example:1 , b.example"], "http://a.example:1"),
        (["X-Forwarded-Host": "a.example:123456"], "http://host"), (["X-Forwarded-Host": "a:b:c"], "http://host"),
        (["X-Forwarded-Host": "[::1]"], "http://[::1]"), (["X-Forwarded-Host": "[::1]x"], "http://host"),
        (["X-Forwarded-Host": "user@evil"], "http://host"), (["X-Forwarded-Host": ", b"], "http://host"),
        (["X-Forwarded-Prefix": "/a/b/, /c"], "http://host/a/b"), (["X-Forwarded-Prefix": "/"], "http://host"),
        (["X-Forwarded-Prefix": "//evil"], "http://host"), (["X-Forwarded-Prefix": "a"], "http://host"),
        (["X-Forwarded-Prefix": "/../x"], "http://host"), (["X-Forwarded-Prefix": "/a\"b"], "http://host"),
    ]) func `of each x-forwarded header the first of its list counts, and what is none is passed over`(
        _ headers: [String: String], _ wanted: String
    ) {
        #expect(address([("Host", "host")] + headers.map { (name: $0.key, value: $0.value) }) == wanted)
    }

    @Test func `links are absolute as the client calls it`() throws {
        let part = try Stage.shared.get().gateway([]) { $0.trustProxy(true) }
        let client = try part.awaitReady()
        let headers = [Stage.authorization(.operator), ("Forwarded", "proto=https;host=dr.example.com")]
        let answer = try client.ask("GET", "/drs?size=1", headers)
        #expect(answer.at("/_links/self/href")?.string?.hasPrefix("https://dr.example.com/drs") == true, "\(answer)")
        #expect(answer["Strict-Transport-Security"] != nil)
        let prefixed = try client.ask(
            "GET", "/", headers + [("X-Forwarded-Prefix", "/energy"), ("Accept", "application/json")])
        #expect(
            prefixed.at("/_links/drs/href")?.string?.hasPrefix("https://dr.example.com/energy/drs") == true,
            "\(prefixed)")
        try part.stop()
    }
}
