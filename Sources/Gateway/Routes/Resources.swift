import Contracts
import HTTP
import JSON
import Views

/// `/resources`: the groups of customers that orders ask.
extension API {
    func addResources(_ routes: inout Routes) {
        add(&routes, "GET", "/resources", for: [.operator, .auditor]) { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                let page = call.page(Queries.resourceSorts)
                let found = try queries.resources(page)
                let list = ListPage(collection: "resources", page: page, total: found.total)
                let bytes = list.write(call, count: found.items.count) { json, place in
                    found.items[place].write(&json, call.links)
                }
                return HTTPResponse(json: bytes, type: type)
            }
        }
        add(&routes, "GET", "/resources/{id}", for: [.operator, .auditor]) { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                guard let resource = try queries.resource(call.request["id"]) else {
                    throw Problem.notFound("resource of this id")
                }
                return call.answer(resource, type)
            }
        }
        add(&routes, "POST", "/resources", for: [.operator]) { [self] call in try register(resource: call) }
    }

    /// Of one that is there already it is what is said of it now.
    private func register(resource call: Call) throws -> Reply {
        var given: RegisterResource?
        try Body.read(call) { fields in given = try RegisterResource(fields) }
        guard let given else { throw Problem(400, "the body is empty") }
        let id = given.resource.id.text
        try Self.checkReachable(id, except: "search")
        return try write(call, .dr) { _ in
            (given, id)
        } success: { _, outcome, _ in
            var reader = JSONReader()
            var shown: ShownResource?
            try reader.read((outcome.value ?? "").utf8.span) { fields in shown = try ShownResource(fields) }
            guard let shown else { throw Unshown("the row cannot be read") }
            return Success(
                item: shown, status: shown.version == 1 ? 201 : 200, location: call.links.to("/resources/", id).text)
        }
    }
}

extension ShownResource {
    /// Of a row of dr's.
    init(_ fields: borrowing Fields) throws {
        guard let name = try fields.optional("resource") as ResourceID? else { throw Unshown("a row without resource") }
        let said = try Resource(fields, id: name)
        (id, kind, region, method) = (name.text, said.kind, said.region, said.method)
        (capacity, price, from) = (said.capacity, said.price, said.from)
        version = try fields.required("version", in: Limits.version)
    }

    func write(_ json: inout JSONWriter, _ links: Links) {
        json.field("id", id)
        json.field("kind", kind)
        json.text("region", region)
        json.text("method", method)
        json.field("capacity", capacity)
        json.number("price", price)
        json.text("from", from)
        json.field("version", version)
        json.field(
            "_links",
            object: { json in
                let own = links.to("/resources/", id)
                json.link("self", own)
                json.link("resource", own)
            })
    }
}

extension ShownResource: ShownItem {
    func write(_ json: inout JSONWriter, _ call: Call) { write(&json, call.links) }
}
