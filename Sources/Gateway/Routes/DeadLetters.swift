import Contracts
import HTTP
import JSON
import Telemetry
import Views

/// `/deadletters`: what was refused, and why. `/audit`: who has sent what.
extension API {
    func addDeadLetters(_ routes: inout Routes) {
        add(&routes, "GET", "/deadletters", for: [.operator, .auditor]) { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                let page = call.page()
                let found = try queries.deadLetters(
                    context: call.parameter("context"), kind: call.parameter("kind"), page)
                let list = ListPage(collection: "deadletters", page: page, total: found.total)
                let bytes = list.write(call, count: found.items.count) { json, place in
                    found.items[place].write(&json, call.links, call.permissions)
                }
                return HTTPResponse(json: bytes, type: type)
            }
        }
        add(&routes, "GET", "/deadletters/{id}", for: [.operator, .auditor]) { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                call.answer(try Self.deadLetter(call, queries), type)
            }
        }
        add(&routes, "POST", "/deadletters/{id}/replay", for: [.operator]) { [self] call in
            try replay(deadLetter: call)
        }
        add(&routes, "GET", "/audit", for: [.operator, .auditor]) { [self] call in try list(audit: call) }
    }

    private func replay(deadLetter call: Call) throws -> Reply {
        let deadLetter = try now { try Self.deadLetter(call, $0) }
        guard let context = Context.all.first(where: { $0.name == deadLetter.context }) else {
            throw Problem.notFound("context \(deadLetter.context)")
        }
        // What follows from the dead letter bears the names of the record's own sender. Who has asked for the
        // replay stands in what the context says of the replay itself.
        return try write(call, context) { _ in
            // Whatever partition of the commands it lies in, the dead letter's own shard handles it.
            (Replay(partition: Int32(deadLetter.partition), offset: deadLetter.offset), "\(deadLetter.partition)")
        } success: { _, _, _ in
            Success(item: deadLetter, location: call.links.to("/deadletters/", deadLetter.id).text)
        }
    }

    private func list(audit call: Call) throws -> Reply {
        let type = try Accepted(call.request.headers.all("accept")).representation()
        return try read(call) { call, queries in
            let page = call.page()
            let place = try call.parameter("before").map { text in
                guard let place = AuditLists.Place(text) else {
                    throw Problem(400, "parameter \"before\" must come from a link \"older\"")
                }
                return place
            }
            let found = try queries.audit(call.parameter("q") ?? "", before: place, page)
            var list = ListPage(collection: "audit", page: page, total: found.total)
            list.stopped = found.stopped.map { ($0.at, $0.text) }
            let bytes = list.write(call, count: found.items.count) { json, place in found.items[place].write(&json)
            }
            return HTTPResponse(json: bytes, type: type)
        }
    }

    private static func deadLetter(_ call: Call, _ queries: Queries) throws -> ShownDeadLetter {
        let parts = call.request["id"].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let partition = Int64(parts[1]), let offset = Int64(parts[2]),
            let deadLetter = try queries.deadLetter(String(parts[0]), partition, offset)
        else { throw Problem.notFound("dead letter of this id: <context>-<partition>-<offset>") }
        return deadLetter
    }
}
