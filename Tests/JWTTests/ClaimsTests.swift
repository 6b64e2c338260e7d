import JSON
import JWT
import Testing
import Tokens

@Suite struct ClaimsTests {
    private func claims(_ more: String) throws -> Claims {
        let token = SigningKey.ed.token("ed", claims: AttackTests.good.dropLast() + ",\(more)}")
        let keys = try KeySet(keySet([SigningKey.ed.jwk("ed")]).utf8.span)
        return try AttackTests.rules.verify(token.utf8.span, with: keys, at: AttackTests.now)
    }

    static let paths: [(path: String, value: LooseValue?)] = [
        ("roles", .texts(["operator", "x"])), ("scope", .text("a b")), ("/realm_access/roles", .texts(["auditor"])),
        ("/realm_access", .object(Array(#"{"roles":["auditor"],"n":null}"#.utf8))), ("/realm_access/n", .other),
        ("https://negawatt.test/roles", .text("customer")), ("/https:~1~1negawatt.test~1roles", .text("customer")),
        ("/a~01/b", .text("tilde")), ("n", .other), ("mixed", .other), ("deep", .other), ("none", nil),
        ("/none/x", nil),
        ("/scope/x", nil), ("/roles/0", nil), ("realm_access.roles", nil), ("", nil), ("/", .text("empty")),
    ]

    @Test(arguments: paths) func `a claim is found by its name or its pointer`(_ path: String, _ value: LooseValue?)
        throws
    {
        let claims = try claims(
            #"""
            "roles":["operator","x"],"scope":"a b","realm_access":{"roles":["auditor"],"n":null},
            "https://negawatt.test/roles":"customer","a~1":{"b":"tilde"},"n":7,"mixed":["a",7],"deep":[["a"]],"":"empty"
            """#)
        #expect(try claims.value(ClaimPath(path)) == (path.isEmpty ? .text("empty") : value))
    }

    @Test func `a claim that is there twice is none, and a list is bounded`() throws {
        let twice = try claims(#""roles":["operator"],"r\u006fles":["auditor"],"a":{"b":1,"b":2}"#)
        #expect(throws: TokenError.json(.claims, field: "roles", .repeated)) { try twice.value(ClaimPath("roles")) }
        #expect(throws: TokenError.json(.claims, field: "/a/b", .repeated)) { try twice.value(ClaimPath("/a/b")) }
        let list = (0..<101).map { "\"r\($0)\"" }.joined(separator: ",")
        let long = try claims("\"roles\":[\(list)]")
        #expect(throws: TokenError.json(.claims, field: "roles", .tooManyElements)) {
            try long.value(ClaimPath("roles"))
        }
    }
}
