import AnswerLinks
import Contracts
import Daemon
import JSON
import Kafka
import RealKafka
import Schemas
import Telemetry
import TelemetryTesting
import Testing

@testable import Gateway

/// How customers answer by the link that a notice has brought: without a token of the issuer, once.
@Suite(.timeLimit(.minutes(30))) struct LinkAnswerTests {
    private let stage: Stage
    private let course: Course

    init() throws {
        stage = try Stage.shared.get()
        course = Course(stage)
        course["OPERATOR"] = Stage.authorization(.operator).value
    }

    private static func key(_ order: String, _ user: String, version: Timestamp = .current) -> NoticeKey {
        NoticeKey(
            subject: .order, reference: order, user: UserID(text: user), version: version.milliseconds, channel: "sms")
    }

    private static func link(
        _ key: NoticeKey, expiresIn: Duration = .seconds(3600), keys: AnswerLinkKeys = Stage.answerKeys
    ) -> String { AnswerLink(key, language: .ko, expiresAt: .current + expiresIn).token(keys) }

    private static func link(_ order: String, _ user: String) -> String { link(key(order, user)) }

    /// An order that asks one customer.
    private func ask(_ name: String) throws {
        try course.go([
            send("POST /users", #"{"id":"u-\#(name)","name":"Kim Hana","capacity":1234}"#, 201),
            send("POST /drs", #"{"id":"\#(name)","name":"kt","type":"reliable"}"#, 201),
            GatewayTests.ask(
                "GET /responses/\(name).u-\(name)", ["Authorization": "$OPERATOR"], 200, at: .guarded, awaited: true),
        ])
    }

    /// The keys of the notices that notify is told customers have seen.
    private func acknowledged() throws -> [String] {
        let reader = try Reader(
            ["bootstrap.servers": stage.servers], log: Logger(level: .error, sink: MemoryLog()),
            isolation: .readCommitted)
        let all = (0..<2).map { TopicPartition(Topic.notifyCommands.name, $0, offset: TopicPartition.beginning) }
        var keys: [String] = []
        var json = JSONReader()
        _ = try reader.readToEnds(of: all, quiet: .seconds(60)) { record in
            guard let value = record.value else { return }
            try? json.read(value) { fields in
                guard try fields.identifier("eventType") == AcknowledgeNotice.type.description else { return }
                keys.append(try AcknowledgeNotice(fields).key.description)
            }
        }
        return keys
    }

    private func look(_ token: String, _ status: Int, has: [String: Wanted] = [:]) throws {
        try course.go([send("POST /answer/order", #"{"link":"\#(token)"}"#, status, has: has, at: .guarded)])
    }

    private func answer(
        _ token: String, _ answer: String, _ status: Int, said: [String: Wanted] = [:], has: [String: Wanted] = [:]
    ) throws {
        try course.go([
            send(
                "POST /answer", #"{"link":"\#(token)","answer":"\#(answer)"}"#, status, said: said, has: has,
                at: .guarded)
        ])
    }

    private func standing(_ name: String, _ answer: String) throws {
        try course.go([
            GatewayTests.ask(
                "GET /responses/\(name).u-\(name)", ["Authorization": "$OPERATOR"], 200,
                has: ["/answer": .value(.string(answer))],
                at: .guarded)
        ])
    }

    @Test func `whoever has the link sees the order, answers once, and is told what stands`() throws {
        try ask("link1")
        let token = Self.link("link1", "u-link1")
        let open: [String: Wanted] = [
            "/drId": "link1", "/state": "open", "/answer": "ignore", "/answeredAt": .value(.null), "/language": "ko",
        ]
        try look(token, 200, has: open)
        try answer(
            token, "accept", 200, said: ["Cache-Control": .containing("no-"), "Referrer-Policy": "no-referrer"],
            has: ["/state": "answered", "/answer": "accept", "/answeredAt": .there])
        try standing("link1", "accept")
        // Again the same, the other one, and the link of another channel: nothing changes.
        try answer(token, "accept", 200, has: ["/answer": "accept"])
        try answer(token, "deny", 409, has: ["/detail": .containing("answered already, accept")])
        try answer(Self.link("link1", "u-link1"), "deny", 409)
        try look(token, 200, has: ["/state": "answered", "/answer": "accept"])
        try standing("link1", "accept")
    }

    @Test func `the answer goes to response as the customer's, with its channel, and the audit tells of the link`()
        throws
    {
        try ask("link2")
        let key = Self.key("link2", "u-link2")
        try answer(Self.link(key), "deny", 200, has: ["/answer": "deny"])
        try eventually("it in the audit") {
            let found = try stage.open.ask("GET", "/audit?q=link:u-link2")
            return (found.at("/_embedded/audit")?.array ?? []).compactMap { $0["type"]?.string } == ["Deny"]
        }
        // Of the notice, too: notify is told that it was seen.
        try eventually("the acknowledgement") { try acknowledged().contains(key.description) }
    }

    @Test func `of a notice that notify may have forgotten it is told nothing`() throws {
        let user = "u-link3"
        try ask("link3")
        let old = Self.key("link3", user, version: .current - .seconds(2 * 86_400))
        try answer(Self.link(old), "accept", 200)
        // It asks all. What is sent of the later notice lies behind what was sent of the earlier one.
        try ask("link13")
        let new = Self.key("link13", user)
        try eventually("the later order") {
            try stage.guarded.ask(
                "POST", "/answer", [("Content-Type", "application/json")],
                #"{"link":"\#(Self.link(new))","answer":"accept"}"#
            ).status == 200
        }
        try eventually("the acknowledgement") { try acknowledged().contains(new.description) }
        #expect(try !acknowledged().contains(old.description))
    }

    @Test func `a link says nothing of who the customer is`() throws {
        try ask("link4")
        let answer = try stage.guarded.ask(
            "POST", "/answer/order", [("Content-Type", "application/json")],
            #"{"link":"\#(Self.link("link4", "u-link4"))"}"#)
        #expect(answer.status == 200 && answer["Cache-Control"] == "no-store", "\(answer)")
        for secret in ["u-link4", "Kim", "1234"] { #expect(!answer.body.contains(secret), "\(secret)") }
        // It lets nobody in anywhere else.
        let token = Self.link("link4", "u-link4")
        #expect(try stage.guarded.ask("GET", "/users/u-link4", [("Authorization", "Bearer \(token)")]).status == 401)
    }

    @Test func `who presses twice answers once`() throws {
        try ask("link12")
        let token = Self.link("link12", "u-link12")
        let connections = try (0..<2).map { _ in try KeptConnection(port: stage.guarded.port) }
        for (connection, word) in zip(connections, ["accept", "deny"]) {
            connection.send(
                "POST", "/answer", [("Content-Type", "application/json"), ("Connection", "close")],
                #"{"link":"\#(token)","answer":"\#(word)"}"#)
        }
        let statuses = try connections.map {
            try WebClient.answer(String(decoding: $0.rest(), as: UTF8.self)).status
        }
        #expect(statuses.sorted() == [200, 409])
    }

    @Test func `an answer that was given another way stands`() throws {
        try ask("link5")
        try course.go([
            GatewayTests.ask("PUT /responses/link5.u-link5/deny", ["Authorization": "$OPERATOR"], 200, at: .guarded)
        ])
        try answer(Self.link("link5", "u-link5"), "accept", 409)
        try look(Self.link("link5", "u-link5"), 200, has: ["/state": "answered", "/answer": "deny"])
        try standing("link5", "deny")
    }

    @Test func `what nobody has signed, or is over, answers nothing`() throws {
        try ask("link6")
        let token = Self.link("link6", "u-link6")
        for wrong in [
            Self.link(Self.key("link6", "u-link6"), keys: .random()), "", String(token.dropLast()), "\(token)A",
        ] {
            try look(wrong, 404, has: ["/detail": .containing("no such link")])
            try answer(wrong, "accept", 404)
        }
        let past = Self.link(Self.key("link6", "u-link6"), expiresIn: .seconds(-1))
        try look(past, 410, has: ["/detail": .containing("was good until")])
        try answer(past, "accept", 410)
        // One who is not on the list, and an order that there is not.
        for none in [Self.link("link6", "u-link5x"), Self.link("link6x", "u-link6")] { try answer(none, "accept", 404) }
        try standing("link6", "ignore")
    }

    @Test func `what is neither accept nor deny is no answer`() throws {
        try ask("link7")
        let token = Self.link("link7", "u-link7")
        for wrong in ["ignore", "", "Accept"] { try answer(token, wrong, 422) }
        try course.go([
            send("POST /answer", #"{"link":"\#(token)"}"#, 422, at: .guarded),
            send("POST /answer", "{}", 422, at: .guarded), send("POST /answer", "no JSON", 400, at: .guarded),
            GatewayTests.ask("POST /answer", ["Content-Type": "text/plain"], token, 415, at: .guarded),
        ])
        try standing("link7", "ignore")
    }

    @Test func `an order that has ended or was withdrawn takes no answer, and is shown so`() throws {
        for (name, method, target, state) in [
            ("link8", "PUT", "/drs/link8/end", "over"), ("link9", "DELETE", "/drs/link9", "withdrawn"),
        ] {
            try ask(name)
            let token = Self.link(name, "u-\(name)")
            _ = try stage.open.ask(method, target)
            try course.go([
                send("POST /answer/order", #"{"link":"\#(token)"}"#, 200, has: [:], at: .guarded)
            ])
            try eventually("it is \(state)") {
                let shown = try stage.guarded.ask(
                    "POST", "/answer/order", [("Content-Type", "application/json")], #"{"link":"\#(token)"}"#)
                return shown.at("/state")?.string == state
            }
            try answer(token, "accept", 409)
            try standing(name, "ignore")
        }
    }

    @Test func `getting the page changes nothing, and is the same for everybody`() throws {
        let page = try stage.guarded.ask("GET", "/answer", [("Accept", "text/html")])
        #expect(page.status == 200 && page["Content-Type"]?.hasPrefix("text/html") == true)
        #expect(page["Referrer-Policy"] == "no-referrer" && page.body.contains("web/answer-page.js"))
        #expect(try stage.guarded.ask("GET", "/answer/order").status == 405)
    }

    @Test func `without keys there are no links`() throws {
        let part = try stage.gateway { $0.takeAnswers(signedBy: nil) }
        defer { part.leave() }
        let client = try part.awaitReady()
        let json = [(name: "Content-Type", value: "application/json")]
        let body = #"{"link":"\#(Self.link("link1", "u-link1"))","answer":"accept"}"#
        #expect(try client.ask("GET", "/answer").status == 404)
        for path in ["/answer", "/answer/order"] {
            let answer = try client.ask("POST", path, json, body)
            #expect(answer.status == 404 && answer.body.contains("takes no answers by links"), "\(answer)")
        }
    }

    @Test func `a view that is behind does not say that there is no answer yet`() throws {
        try ask("link10")
        let part = try stage.gateway { $0.api.answerAge = .seconds(-1) }
        defer { part.leave() }
        let client = try part.awaitReady()
        let body = #"{"link":"\#(Self.link("link10", "u-link10"))","answer":"accept"}"#
        try eventually("the order") {
            let answer = try client.ask("POST", "/answer", [("Content-Type", "application/json")], body)
            #expect([404, 503].contains(answer.status), "\(answer)")
            return answer.status == 503 && answer["Retry-After"] == "1"
        }
        try standing("link10", "ignore")
    }

    @Test func `a link cannot be tried without an end`() throws {
        try ask("link11")
        let part = try stage.gateway([("rate-limit", "1"), ("rate-limit-burst", "3")])
        defer { part.leave() }
        let client = try part.awaitReady()
        let body = #"{"link":"\#(Self.link("link11", "u-link11"))"}"#
        var statuses: [Int] = []
        for _ in 0..<6 {
            statuses.append(
                try client.ask("POST", "/answer/order", [("Content-Type", "application/json")], body).status)
        }
        #expect(statuses.first == 200 && statuses.contains(429), "\(statuses)")
    }
}
