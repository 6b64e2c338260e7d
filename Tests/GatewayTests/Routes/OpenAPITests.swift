import Daemon
import Foundation
import GatewayWeb
import HTTP
import RealKafka
import Schemas
import Telemetry
import Testing
import Threads
import Views

@testable import Gateway

/// What the description says is what there is.
@Suite(.timeLimit(.minutes(30))) struct OpenAPITests {
    private let document: JSONTree

    init() throws { document = try JSONTree(String(decoding: #require(WebFiles.all["openapi.json"]), as: UTF8.self)) }

    private static func routes() throws -> Set<String> {
        let (metrics, bell) = (MetricsRegistry(), Bell())
        let view = View(
            ReadModel.self,
            ViewSettings(name: "gateway", stateDirectory: "/none", properties: [:], topics: ReadModel.topics),
            log: quiet)
        let readers = ViewReaders<Queries>(view, limit: 1)
        let contexts = ContextWatch([:], inputs: [:], inFlightLimit: 1, log: quiet)
        let api = API(
            API.Settings(), try DoorSettings.local.makeDoor(log: quiet, metrics: metrics).door, .local, view, readers,
            Commander(Commander.Settings(), view, readers, bell: bell, log: quiet, metrics: metrics),
            PositionWaiters(bell),
            Live(view, readers, contexts, metrics: metrics), contexts,
            GatewayHealth(view.status, stop: StopSignal(), limit: .seconds(1)), log: quiet)
        return Set(api.makeRoutes().all.map { "\($0.method.lowercased()) \($0.pattern)" })
    }

    private var operations: [(name: String, operation: JSONTree)] {
        (document["paths"]?.object ?? [:]).flatMap { path, methods in
            (methods.object ?? [:]).map { ("\($0.key) \(path)", $0.value) }
        }
    }

    @Test func `each route is described, and nothing else`() throws {
        let (described, routes) = (Set(operations.map(\.name)), try Self.routes())
        #expect(described.subtracting(routes) == [])
        #expect(routes.subtracting(described) == [])
        #expect(routes.count > 30)
    }

    @Test func `each operation names its parameters and has a name of its own`() {
        for (name, operation) in operations {
            let wanted = Set(name.matches(of: /\{(\w+)\}/).map { String($0.output.1) })
            let parameters = (operation["parameters"]?.array ?? []).map { resolved($0) }
            let found = parameters.filter { $0["in"]?.string == "path" }.compactMap { $0["name"]?.string }
            #expect(Set(found) == wanted, "\(name)")
        }
        let names = operations.compactMap { $0.operation["operationId"]?.string }
        #expect(Set(names).count == operations.count)
    }

    @Test func `all that is referred to is there`() {
        var references: Set<String> = []
        func collect(_ tree: JSONTree) {
            if let reference = tree["$ref"]?.string { references.insert(reference) }
            for (_, value) in tree.object ?? [:] { collect(value) }
            for value in tree.array ?? [] { collect(value) }
        }
        collect(document)
        #expect(references.count > 30)
        for reference in references { #expect(document.at(String(reference.dropFirst(1))) != nil, "\(reference)") }
    }

    @Test func `whatever needs a token says how it is refused, and whatever can be refused is a problem`() {
        for (name, operation) in operations {
            let statuses = operation["responses"]?.object ?? [:]
            guard operation["security"] == nil else { continue }
            for status in ["401", "403", "429", "503"] { #expect(statuses[status] != nil, "\(name) \(status)") }
            for (status, response) in statuses where status >= "400" {
                #expect(resolved(response)["content"]?["application/problem+json"] != nil, "\(name) \(status)")
            }
        }
    }

    @Test func `it is served to everybody`() throws {
        let stage = try Stage.shared.get()
        let answer = try stage.guarded.ask("GET", "/openapi.json")
        #expect(answer.status == 200 && answer["Content-Type"] == "application/json")
        #expect(answer.at("/openapi")?.string == "3.1.0")
        let tag = try #require(answer["ETag"])
        #expect(try stage.guarded.ask("GET", "/openapi.json", [("If-None-Match", tag)]).status == 304)
    }

    @Test func `what is said of a command that is on its way is described, of a replay too`() throws {
        let open = try Stage.shared.get().open
        let json = [(name: "Content-Type", value: "application/json")]
        let states = document.at("/components/schemas/Accepted/properties/state/enum")?.array?.compactMap(\.string)
        let user = #"{"id":"described","name":"n","capacity":5}"#
        for _ in 0..<2 { _ = try open.ask("POST", "/users", json, user) }
        let started = try open.ask("POST", "/users", json + [("Prefer", "respond-async")], user)
        // Refused the second time: there is a dead letter.
        let deadLetter = try #require(
            open.ask("GET", "/deadletters?context=user&size=1").at("/_embedded/deadletters/0/id")?.string)
        let replayed = try open.ask("POST", "/deadletters/\(deadLetter)/replay", [("Prefer", "respond-async")])
        for answer in [started, replayed] {
            #expect(answer.status == 202, "\(answer)")
            #expect(try #require(states).contains(#require(answer.at("/state")?.string)), "\(answer)")
        }
    }

    private func resolved(_ tree: JSONTree) -> JSONTree {
        guard let reference = tree["$ref"]?.string else { return tree }
        return document.at(String(reference.dropFirst(1))) ?? .null
    }
}
