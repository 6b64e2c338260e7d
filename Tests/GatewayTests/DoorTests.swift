import Contracts
import Foundation
import Gateway
import JWT
import RealKafka
import Telemetry
import Testing
import Tokens

@Suite(.timeLimit(.minutes(30))) struct DoorTests {
    /// Keys that are fetched once, and again for an unknown one when that is said.
    private static func keys(_ file: KeyFile, unknown: Duration = .seconds(100_000)) throws -> Keys {
        try Keys.start(
            .file(file.path), schedule: KeySchedule(refresh: .seconds(100_000), unknown: unknown), log: quiet,
            metrics: MetricsRegistry())
    }

    private static func door(
        _ keys: Keys, _ principals: PrincipalRules = PrincipalRules(), remembered: Int = Door.remembered
    ) -> Door { Door(.tokens(keys, rules, principals), cors: CORS(.any), remembered: remembered) }

    private static func makeDoor(_ principals: PrincipalRules = PrincipalRules()) throws -> Door {
        door(try keys(KeyFile([SigningKey.ed.jwk("ed"), SigningKey.ec.jwk("ec")])), principals)
    }

    private func visitor(_ headers: String...) -> Visitor { Visitor(method: "GET", authorization: headers) }

    private func refusal(_ door: Door, _ visitor: Visitor, at time: Timestamp = now) -> DoorRefusal? {
        do throws(DoorRefusal) { _ = try door.admit(visitor, at: time) } catch { return error }
        return nil
    }

    static let principals: [(claims: String, principal: Principal)] = [
        (#","roles":["operator"]"#, Principal(name: "kim", role: .operator)),
        (#","roles":["auditor","x"]"#, Principal(name: "kim", role: .auditor)),
        (#","roles":"openid auditor""#, Principal(name: "kim", role: .auditor)),
        (#","roles":["customer","auditor","operator"],"customer":"u1""#, Principal(name: "kim", role: .operator)),
        (#","roles":"customer","customer":"u1""#, Principal(name: "kim", role: .customer, userID: UserID(text: "u1"))),
        (
            #","roles":["customer"],"customer":"가.b""#,
            Principal(name: "kim", role: .customer, userID: UserID(text: "가.b"))
        ),
    ]

    @Test(arguments: principals) func `a token says who someone is and what he may`(
        _ claims: String, _ principal: Principal
    ) throws {
        let door = try Self.makeDoor()
        let header = "Bearer \(token(claims))"
        #expect(try door.admit(visitor(header), at: now).principal == principal)
        // Remembered.
        #expect(try door.admit(visitor(header), at: now).principal == principal)
    }

    @Test func `the claims are those that were configured`() throws {
        let door = try Self.makeDoor(
            PrincipalRules(name: "preferred_username", roles: "/realm_access/roles", customer: "sub"))
        let claims = #","preferred_username":"lee","realm_access":{"roles":["customer"]},"roles":["operator"]"#
        #expect(
            try door.admit(visitor("Bearer \(token(claims))"), at: now).principal
                == Principal(name: "lee", role: .customer, userID: UserID(text: "kim")))
    }

    static let wrong: [(claims: String, status: Int)] = [
        ("", 403), (#","roles":[]"#, 403), (#","roles":["Operator"]"#, 403), (#","roles":["operators"]"#, 403),
        (#","roles":"xoperator operator2""#, 403), (#","roles":{"operator":true}"#, 403), (#","roles":true"#, 403),
        (#","roles":[["operator"]]"#, 403), (#","roles":"operator\u0000""#, 403), (#","roles":"customer""#, 403),
        (#","roles":"customer","customer":7"#, 403), (#","roles":"customer","customer":["u1"]"#, 403),
        (#","roles":"customer","customer":"""#, 403), (#","roles":"customer","customer":"a/b""#, 403),
        (#","roles":["operator"],"roles":["auditor"]"#, 401),
        (#","roles":"customer","customer":"u1","customer":"u2""#, 401),
    ]

    @Test(arguments: wrong) func `a token that gives no role, or no customer, lets nobody in`(
        _ claims: String, _ status: Int
    ) throws {
        let answer = try #require(try refusal(Self.makeDoor(), visitor("Bearer \(token(claims))")))
        #expect(answer.status == status)
        #expect(answer.headers.first?.name == "WWW-Authenticate")
    }

    @Test(arguments: [#""#, #" "#, #"\u200b"#, #"kim\n"#, #"k\u202eim"#, String(repeating: "k", count: 201)])
    func `a name that nobody can read in the records is none`(_ name: String) throws {
        let text = token(#","roles":["operator"]"#, name: name)
        #expect(try refusal(Self.makeDoor(), visitor("Bearer \(text)"))?.status == 401)
    }

    @Test func `a request has one header with a bearer's token`() throws {
        let door = try Self.makeDoor()
        let good = token(#","roles":["operator"]"#)
        for header in ["Bearer \(good)", "bearer \(good)", "BEARER   \(good)"] {
            #expect(try door.admit(visitor(header), at: now).principal.role == .operator)
        }
        let none = try #require(refusal(door, visitor()))
        #expect(none.status == 401)
        #expect(none.headers.map(\.value) == ["Bearer realm=\"negawatt\""])
        for header in [
            "", "Bearer", "Bearer ", "Bearer  ", "Bearer\(good)", "Bearer\t\(good)", "Basic \(good)", "Digest x", good,
            " Bearer \(good)",
            "Bear",
        ] { #expect(refusal(door, visitor(header))?.status == 400, "\(header.prefix(20))") }
        #expect(refusal(door, visitor("Bearer \(good)", "Bearer \(good)"))?.status == 400)
        for header in [
            "Bearer x", "Bearer \(good) ", "Bearer \(good),", "Bearer \(good) x", "Bearer é", "Bearer a.b.c",
        ] {
            #expect(refusal(door, visitor(header))?.status == 401, "\(header.prefix(20))")
        }
        let long = try #require(refusal(door, visitor("Bearer " + String(repeating: "x", count: 100_000))))
        #expect(long.status == 401)
        #expect(long.headers.first?.value.contains("error=\"invalid_token\"") == true)
    }

    @Test func `what a refusal says fits into a header`() throws {
        let door = try Self.makeDoor(PrincipalRules(roles: "역할\"\\\r\nX: y"))
        let answer = try #require(refusal(door, visitor("Bearer \(token(""))")))
        let value = try #require(answer.headers.first?.value)
        #expect(value.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        #expect(value.filter { $0 == "\"" }.count == 6, "\(value)")
    }

    @Test func `a token that is remembered is taken until it expires, and not longer`() throws {
        let door = try Self.makeDoor()
        let header = "Bearer \(token(#","roles":["operator"]"#, expiresIn: 300))"
        #expect(refusal(door, visitor(header)) == nil)
        let end = now + .seconds(300) + .milliseconds(TokenRules.leeway)
        #expect(refusal(door, visitor(header), at: end - .milliseconds(1)) == nil)
        #expect(refusal(door, visitor(header), at: end)?.status == 401)
        #expect(refusal(door, visitor(header), at: end)?.detail == "\(TokenError.expired)")
    }

    @Test func `a token that is remembered is another's as soon as one letter is another`() throws {
        let door = try Self.makeDoor()
        let text = token(#","roles":["operator"]"#)
        #expect(refusal(door, visitor("Bearer \(text)")) == nil)
        for place in stride(from: 0, to: text.count, by: 7) {
            var letters = Array(text)
            letters[place] = letters[place] == "A" ? "B" : "A"
            #expect(refusal(door, visitor("Bearer \(String(letters))"))?.status == 401)
        }
    }

    @Test func `a token whose key is gone is not remembered`() throws {
        let file = try KeyFile([SigningKey.ed.jwk("ed"), SigningKey.ec.jwk("ec")])
        let keys = try Keys.start(
            .file(file.path), schedule: KeySchedule(refresh: .milliseconds(1), unknown: .seconds(100_000)), log: quiet,
            metrics: MetricsRegistry())
        defer { keys.stop() }
        let door = Self.door(keys)
        let header = "Bearer \(token(#","roles":["operator"]"#))"
        #expect(refusal(door, visitor(header)) == nil)
        try file.write(keySet([SigningKey.ec.jwk("ec")]))
        try eventually("the new keys are there") { keys.current.version == 2 }
        #expect(refusal(door, visitor(header))?.status == 401)
        let other = "Bearer \(token(#","roles":["operator"]"#, key: .ec, id: "ec"))"
        #expect(refusal(door, visitor(other)) == nil)
    }

    @Test func `more tokens than are remembered are verified again, and none is taken for another`() throws {
        let door = Self.door(try Self.keys(KeyFile([SigningKey.ed.jwk("ed")])), remembered: 4)
        let tokens = (0..<20).map { ("u\($0)", token(#","roles":["auditor"]"#, name: "u\($0)")) }
        for _ in 0..<3 {
            for (name, text) in tokens {
                #expect(try door.admit(visitor("Bearer \(text)"), at: now).principal.name == name)
            }
        }
    }

    @Test func `a key that nobody knows is fetched, and meanwhile the answer is to come again`() throws {
        let file = try KeyFile([SigningKey.ec.jwk("ec")])
        let header = "Bearer \(token(#","roles":["operator"]"#))"
        // Just now they were fetched: no reason to do it again.
        let calm = try Self.keys(file)
        defer { calm.stop() }
        #expect(refusal(Self.door(calm), visitor(header))?.status == 401)
        let eager = try Self.keys(file, unknown: .zero)
        defer { eager.stop() }
        let door = Self.door(eager)
        try file.write(keySet([SigningKey.ec.jwk("ec"), SigningKey.ed.jwk("ed")]))
        let later = try #require(refusal(door, visitor(header)))
        // Anybody can name a key that there is not: nothing is wrong with this service.
        #expect(later.status == 401)
        #expect(later.headers.map(\.name) == ["WWW-Authenticate", "Retry-After"])
        try eventually("the new key is there") { eager.current.version == 2 }
        #expect(try door.admit(visitor(header), at: now).principal.role == .operator)
    }

    @Test func `without keys nobody is refused for good`() throws {
        let keys = try Keys.start(
            .url("http://127.0.0.1:1/"), log: quiet, metrics: MetricsRegistry())
        defer { keys.stop() }
        let header = "Bearer \(token(#","roles":["operator"]"#))"
        #expect(refusal(Self.door(keys), visitor(header))?.status == 503)
        #expect(refusal(Self.door(keys), visitor())?.status == 401)
    }

    // MARK: Without tokens

    private static let open = Door(.open(isInsecure: false), cors: CORS(.listed(["https://console.test"])))

    static let hosts: [(host: String?, isTaken: Bool)] = [
        ("localhost", true), ("localhost:8080", true), ("LOCALHOST:1", true), ("127.0.0.1", true),
        ("127.1.2.3:80", true),
        ("[::1]", true), ("[::1]:8080", true), ("kim.localhost:1", true), (nil, false), ("", false),
        ("evil.test", false),
        ("evil.test:8080", false), ("localhost.evil.test", false), ("127.0.0.1.evil.test", false),
        ("127.0.0.1@evil.test", false),
        ("localhost:80@evil.test", false), ("notlocalhost", false), ("10.0.0.1", false), ("[::2]", false),
        ("127.0.0", false),
        ("[::1]x", false), ("[::1", false), ("127.0.0.256", false), ("0.0.0.0", false),
    ]

    @Test(arguments: hosts) func `without tokens only this machine's own names are answered`(
        _ host: String?, _ isTaken: Bool
    ) {
        let visitor = Visitor(method: "GET", host: host)
        #expect((refusal(Self.open, visitor) == nil) == isTaken)
        #expect(refusal(Door(.open(isInsecure: true), cors: CORS(.none)), visitor) == nil)
    }

    static let pages: [(visitor: Visitor, isTaken: Bool)] = [
        (Visitor(method: "POST", host: "localhost:8080"), true),
        (Visitor(method: "POST", host: "localhost:8080", origin: "http://localhost:8080"), true),
        (Visitor(method: "POST", host: "localhost:8080", origin: "https://console.test"), true),
        (Visitor(method: "POST", host: "localhost:8080", origin: "https://evil.test"), false),
        (Visitor(method: "POST", host: "localhost:8080", origin: "http://localhost:8081"), false),
        (Visitor(method: "PUT", host: "localhost:8080", origin: "null"), false),
        (Visitor(method: "DELETE", host: "localhost:8080", origin: ""), false),
        (Visitor(method: "PATCH", host: "localhost:8080", fetchSite: "cross-site"), false),
        (Visitor(method: "POST", host: "localhost:8080", fetchSite: "same-site"), false),
        (Visitor(method: "POST", host: "localhost:8080", fetchSite: "same-origin"), true),
        (Visitor(method: "POST", host: "localhost:8080", fetchSite: "none"), true),
        // Reads change nothing, and without an allowance the page does not see the answer.
        (Visitor(method: "GET", host: "localhost:8080", origin: "https://evil.test"), true),
    ]

    @Test(arguments: pages) func `without tokens pages of other origins change nothing`(
        _ visitor: Visitor, _ isTaken: Bool
    ) {
        #expect((refusal(Self.open, visitor) == nil) == isTaken)
        #expect(
            (refusal(Door(.open(isInsecure: true), cors: CORS(.any)), visitor) == nil)
                == (isTaken && visitor.origin != "https://console.test" || visitor.method == "GET"))
    }
}
