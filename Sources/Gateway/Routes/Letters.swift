import Contracts
import HTTP
import JSON
import Telemetry
import Views

/// `/deadletters`: what was refused, and why. `/audit`: who has sent what.
extension API {
    func addLetters(_ routes: inout Routes) {
        add(&routes, "GET", "/deadletters", for: [.operator, .auditor]) { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                let page = call.page()
                let found = try queries.letters(
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
                call.answer(try Self.letter(call, queries), type)
            }
        }
        add(&routes, "POST", "/deadletters/{id}/replay", for: [.operator]) { [self] call in
            let letter = try now { try Self.letter(call, $0) }
            guard let context = Context.all.first(where: { $0.name == letter.context }) else {
                throw Problem.notFound("context \(letter.context)")
            }
            // What follows from the letter bears the names of the record's own sender. Who has asked for the replay
            // stands in what the context says of the replay itself.
            return try write(call, context) { _ in
                // Whatever partition of the commands it lies in, the letter's own shard handles it.
                (Replay(partition: Int32(letter.partition), offset: letter.offset), "\(letter.partition)")
            } success: { _, _, _ in
                Success(item: letter, location: call.links.to("/deadletters/", letter.id).text)
            }
        }
        add(&routes, "GET", "/audit", for: [.operator, .auditor]) { [self] call in
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
    }

    private static func letter(_ call: Call, _ queries: Queries) throws -> ShownLetter {
        let parts = call.request["id"].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let partition = Int64(parts[1]), let offset = Int64(parts[2]),
            let letter = try queries.letter(String(parts[0]), partition, offset)
        else { throw Problem.notFound("dead letter of this id: <context>-<partition>-<offset>") }
        return letter
    }
}
