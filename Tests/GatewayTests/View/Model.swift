import Contracts
import Kafka
import KafkaTesting
import RealKafka
import SQLite
import Testing

@testable import Gateway

/// A record that the read model is to take. Its offset is one more than that of the one before.
struct Taken: Sendable {
    var topic: String
    var key: String
    /// nil is a tombstone.
    var value: String?
    var headers: [String: String] = [:]
    var at: Int64 = Model.now

    static func order(_ id: String, _ status: String = "started") -> Taken {
        Taken(
            topic: Context.dr.changelog, key: "orders/\(id)",
            value:
                #"{"id":"\#(id)","name":"kt","type":"reliable","status":"\#(status)","startsAt":"2026-11-28T00:00:00Z"}"#
        )
    }

    static func left(_ id: String, _ time: String) -> Taken {
        Taken(
            topic: Context.user.changelog, key: "users/\(id)",
            value: #"{"id":"\#(id)","name":"n","capacity":1,"point":0,"entries":0,"leftAt":"\#(time)"}"#)
    }

    static func user(_ id: String, _ capacity: Int = 100, headers: [String: String] = [:]) -> Taken {
        Taken(
            topic: Context.user.changelog, key: "users/\(id)",
            value: #"{"id":"\#(id)","name":"name of \#(id)","capacity":\#(capacity),"point":0}"#, headers: headers)
    }

    static func response(_ order: String, _ user: String, _ answer: String, _ capacity: Int = 100) -> Taken {
        Taken(
            topic: Context.response.changelog, key: "responses/\(order)/\(user)",
            value:
                #"{"name":"n","capacity":\#(capacity),"answer":"\#(answer)","startsAt":"2026-11-28T00:00:00Z","saved":false}"#
        )
    }

    static func check(
        _ order: String, _ user: String, reduced: Int, isReal: Bool = true, version: Int = 1
    ) -> Taken {
        Taken(
            topic: Context.kepco.events, key: user,
            value:
                #"{"drId":"\#(order)","userId":"\#(user)","userName":"n","responseAnswer":"accept","baselineWh":1000,"#
                + #""usedWh":\#(1000 - reduced),"reducedWh":\#(reduced),"adjustPoint":\#(reduced),"isReal":\#(isReal),"version":\#(version),"#
                + #""method":"m","days":[],"quarterBaselineWh":[1000],"quarterUsedWh":[\#(1000 - reduced)]}"#)
    }

    static func reduction(_ order: String, _ resource: String, version: Int, wh: Int) -> Taken {
        Taken(
            topic: Context.kepco.events, key: resource,
            value:
                #"{"eventType":"ResourceReduction","drId":"\#(order)","resource":"\#(resource)","version":\#(version),"#
                + #""accepted":3,"checked":2,"counted":1,"baselineWh":1000,"usedWh":\#(1000 - wh),"reducedWh":\#(wh),"#
                + #""positiveWh":\#(max(0, wh)),"points":7}"#, headers: ["type": "ResourceReduction"])
    }

    static func deadLetter(
        _ command: String? = nil, at: Int64 = Model.now, kind: String = "conflict", reason: String = "no"
    ) -> Taken {
        var headers = [
            "type": "StartDr", "deadletter.kind": kind, "deadletter.reason": reason,
            "deadletter.source": "dr.commands-0-1",
        ]
        if let command { headers.merge(["command": commandID(command), "actor": "kim", "idempotency": "b"]) { $1 } }
        return Taken(topic: Context.dr.deadLetters, key: "o", value: "{}", headers: headers, at: at)
    }

    func gone() -> Taken {
        var taken = self
        taken.value = nil
        return taken
    }
}

/// The read model over a file of its own.
final class Model {
    static let now: Int64 = 1_795_000_000_000
    let database: Database
    let rows: ReadModel
    let queries: Queries
    let clock = Clock()
    private var offset: Int64 = 0

    final class Clock { var now = Model.now }

    /// - Parameter isMaking: whether it has not come to the ends yet: see `finish`.
    init(isMaking: Bool = false) throws {
        database = try Database(Leftovers.temporaryDirectory("model") + "/view.sqlite")
        try database.execute("\(ReadModel.tables); \(ReadModel.indices)")
        let clock = clock
        rows = try ReadModel(database, now: { clock.now })
        queries = try Queries(database)
        if isMaking { rows.beginMaking() }
    }

    /// It has come to the ends for the first time.
    func finish() throws {
        try database.begin()
        try rows.finishMaking()
        try database.commit()
    }

    /// Takes them in one transaction, and commits.
    func take(_ records: [Taken]) throws {
        try database.begin()
        for record in records { try take(record) }
        try rows.willCommit()
        try database.commit()
    }

    func take(_ taken: Taken) throws {
        let headers = Headers(capacity: taken.headers.count)
        for (name, value) in taken.headers { headers.add(name, value) }
        let record = Record(
            topic: taken.topic, topicID: 1, partition: 0, offset: offset, timestamp: taken.at,
            key: Array(taken.key.utf8),
            value: taken.value.map { Array($0.utf8) }, headers: headers)
        offset += 1
        try rows.handler(of: taken.topic)(record)
    }
}

/// As the gateway forms them: `dr-1` is the id of a command to dr.
func commandID(_ name: String) -> String {
    let parts = name.split(separator: "-", maxSplits: 1).map(String.init)
    return "\(parts[0])-\(CommandID.digest(parts[1]))"
}
