import Calls
import Configuration
import Gateway
import JWT
import Testing

@Suite struct DoorSettingsTests {
    private func settings(_ words: [(String, String)], address: String = "0.0.0.0") throws(ConfigurationError)
        -> DoorSettings
    {
        try DoorSettings(
            Configuration(
                options: DoorOptions.keys, settings: DoorOptions.keys.filter(\.isSetting),
                words: words.map { (name: $0.0, text: $0.1) }), httpAddress: address)
    }

    private static let issuer = [("auth-issuer", "https://i.test"), ("auth-audience", "negawatt")]
    private static let jwt = issuer + [("auth-keys-url", "https://i.test/jwks")]

    static let refused: [(words: [(String, String)], address: String, says: String)] = [
        ([], "0.0.0.0", "--auth-keys-file or --auth-keys-url is missing"),
        (issuer, "0.0.0.0", "NEGAWATT_AUTH_KEYS_URL"),
        ([("auth-keys-file", "/k"), ("auth-audience", "x")], "0.0.0.0", "--auth-issuer TEXT is missing"),
        ([("auth-keys-file", "/k"), ("auth-issuer", "x")], "0.0.0.0", "--auth-audience TEXT is missing"),
        ([("auth-keys-file", "/k"), ("auth-issuer", ""), ("auth-audience", "x")], "0.0.0.0", "must not be empty"),
        (jwt + [("auth-keys-file", "/k")], "0.0.0.0", "leave one out"),
        (issuer + [("auth-keys-url", "http://i.test/jwks")], "0.0.0.0", "must begin with https://"),
        (issuer + [("auth-keys-url", "http://localhost.evil.test/")], "0.0.0.0", "must begin with https://"),
        (issuer + [("auth-keys-url", "http://localhost:1@evil.test/")], "0.0.0.0", "must begin with https://"),
        (issuer + [("auth-keys-url", "https://kim:secret@i.test/jwks")], "0.0.0.0", "in the logs"),
        (issuer + [("auth-keys-url", "http://127.0.0.1@evil.test/")], "0.0.0.0", "must begin with https://"),
        (issuer + [("auth-keys-url", "file:///etc/passwd")], "0.0.0.0", "must begin with https://"),
        (issuer + [("auth-keys-url", "file:///k"), ("insecure", "")], "0.0.0.0", "must begin with https://"),
        ([("auth", "None")], "127.0.0.1", "did you mean none?"),
        ([("auth", "none")], "0.0.0.0", "--insecure"), ([("auth", "none")], "::", "--insecure"),
        ([("auth", "none")], "10.0.0.1", "listen on 127.0.0.1"),
        ([("auth", "none"), ("cors-origins", "*")], "127.0.0.1", "every web page an operator"),
        ([("auth", "none"), ("cors-origins", "*"), ("insecure", "")], "0.0.0.0", "every web page an operator"),
        (jwt + [("cors-origins", "*"), ("cors-credentials", "true")], "0.0.0.0", "would let any page act"),
        (jwt + [("cors-credentials", "true")], "0.0.0.0", "needs --cors-origins"),
        (jwt + [("cors-origins", "a.test")], "0.0.0.0", "is not an origin"),
        (jwt + [("cors-origins", "https://a.test/")], "0.0.0.0", "is not an origin"),
        (jwt + [("cors-origins", "https://a.test:443")], "0.0.0.0", "is not an origin"),
        (jwt + [("cors-origins", "https://*.a.test")], "0.0.0.0", "is not an origin"),
        (jwt + [("cors-origins", "https://a.test,*")], "0.0.0.0", "is not an origin"),
        (jwt + [("cors-origins", "null")], "0.0.0.0", "is not an origin"),
        (jwt + [("cors-origins", "https://A.test")], "0.0.0.0", "is not an origin"),
    ]

    @Test(arguments: refused) func `what cannot be meant is an error before anything has begun`(
        _ words: [(String, String)], _ address: String, _ says: String
    ) {
        let error = #expect(throws: ConfigurationError.self) { try settings(words, address: address) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }

    @Test func `tokens are taken by default, from any page and with a limit`() throws {
        let settings = try settings(Self.jwt)
        #expect(
            settings.authentication
                == .tokens(
                    .url("https://i.test/jwks"), TokenRules(issuer: "https://i.test", audience: "negawatt"),
                    PrincipalRules()))
        #expect(settings.cors == CORS(.any))
        #expect(settings.limit == RateLimit(perSecond: 100, burst: 200))
        #expect(try self.settings(Self.jwt + [("rate-limit", "0")]).limit == nil)
    }

    @Test(arguments: ["127.0.0.1", "::1", "127.5.5.5"]) func `on this machine it goes without`(_ address: String) throws
    {
        let settings = try settings([("auth", "none")], address: address)
        #expect(settings.authentication == .none(isInsecure: false))
        #expect(settings.cors == CORS(.none))
    }

    @Test func `whoever says so has it open`() throws {
        let open = try settings([
            ("auth", "none"), ("insecure", ""), ("cors-origins", "http://a.test:81, https://b.test"),
        ])
        #expect(open.authentication == .none(isInsecure: true))
        #expect(open.cors == CORS(.listed(["http://a.test:81", "https://b.test"])))
        let plain = Self.issuer + [("auth-keys-url", "http://127.0.0.1:8080/jwks")]
        guard case .tokens(.url(let url, _), _, _) = try settings(plain).authentication else {
            Issue.record("no tokens")
            return
        }
        #expect(url == "http://127.0.0.1:8080/jwks")
        let file = ("auth-keys-ca-file", "/ca.pem")
        guard case .tokens(let source, _, _) = try settings(Self.jwt + [file]).authentication else {
            Issue.record("no tokens")
            return
        }
        #expect(source == .url("https://i.test/jwks", caFile: "/ca.pem"))
    }
}
