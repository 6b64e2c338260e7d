import Contracts
import Workers
import WorkersTesting

@testable import DRContext

/// dr with resources, and orders that ask them.
extension Harness {
    static func dr(_ seed: UInt64 = 1) -> Harness {
        Harness([DRWorker()], partitions: 4, seed: seed, clock: OrderTests.noon, check: keepsItsContract)
    }

    static func withResources(_ seed: UInt64 = 1) throws -> Harness {
        let harness = dr(seed)
        harness.register("s2", #","region":"seoul""#)
        harness.register("s1", #","region":"seoul""#)
        harness.register("j1", #","region":"jeju""#)
        harness.register("n1", #","region":"jeju""#, kind: "national")
        try harness.run()
        return harness
    }

    func register(_ id: String, _ more: String = "", kind: String = "reliable") {
        send(
            .drCommands, key: id,
            #"{"eventType":"RegisterResource","id":"\#(id)","kind":"\#(kind)","capacity":1000\#(more)}"#)
    }

    func start(_ id: String?, _ more: String, type: String = "t") {
        let named = id.map { #""id":"\#($0)","# } ?? ""
        send(.drCommands, key: id ?? "any", #"{"eventType":"StartDr",\#(named)"name":"kt","type":"\#(type)"\#(more)}"#)
    }

    /// What DRstarted says behind the kind, by the order's id.
    var started: [String: String] {
        var found: [String: String] = [:]
        for value in values(.drEvents, DRStarted.type) {
            guard let id = value.firstMatch(of: /"id":"([^"]*)"/)?.1 else { continue }
            found[String(id)] = value.firstMatch(of: /"(?:resources|quantity)".*/).map { String($0.0) } ?? ""
        }
        return found
    }

    /// What DrChanged says from the version on.
    var changes: [String] {
        values(.drEvents, DRChanged.type).map { value in
            value.firstMatch(of: /"version".*/).map { String($0.0) } ?? ""
        }
    }
}
