import Contracts
import HTTP
import JSON
import Views

/// `/users`: customers and their points.
extension API {
    func addUsers(_ routes: inout Routes) {
        add(&routes, "GET", "/users", for: [.operator, .auditor]) { [self] call in try list(users: call) }
        add(&routes, "GET", "/users/search", for: [.operator, .auditor]) { [self] call in
            try search(call, [("findByName", "name")])
        }
        add(&routes, "GET", "/users/search/findByName", for: [.operator, .auditor]) { [self] call in
            try findUser(byName: call)
        }
        add(&routes, "GET", "/users/{id}") { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                call.answer(try Self.user(call, queries), type)
            }
        }
        add(&routes, "GET", "/users/{id}/ledger") { [self] call in try list(ledger: call) }
        add(&routes, "POST", "/users", for: [.operator]) { [self] call in try register(call) }
        for method in ["PUT", "PATCH"] {
            add(&routes, method, "/users/{id}", for: [.operator]) { [self] call in
                try update(call, isWhole: method == "PUT")
            }
        }
        add(&routes, "DELETE", "/users/{id}", for: [.operator]) { [self] call in try leave(call) }
    }

    private func list(users call: Call) throws -> Reply {
        let type = try Accepted(call.request.headers.all("accept")).representation()
        return try read(call) { call, queries in
            let page = call.page(Queries.userSorts)
            let found =
                if let prefix = call.parameter("q") {
                    try queries.users(page, beginningWith: prefix)
                } else {
                    try queries.users(page)
                }
            let list = ListPage(collection: "users", page: page, total: found.total)
            let bytes = list.write(call, count: found.items.count) { json, place in
                found.items[place].write(&json, call.links)
            }
            return HTTPResponse(json: bytes, type: type)
        }
    }

    private func findUser(byName call: Call) throws -> Reply {
        guard let name = call.parameter("name") else {
            throw Problem(400, "parameter \"name\" is missing: /users/search/findByName?name=…")
        }
        let type = try Accepted(call.request.headers.all("accept")).representation()
        return try read(call) { call, queries in
            let found = try queries.users(named: name)
            guard let user = found.first else { throw Problem.notFound("customer of this name") }
            guard found.count == 1 else {
                throw Problem(409, "several customers have this name: use an id, /users?q=… lists them")
            }
            return call.answer(user, type)
        }
    }

    private func list(ledger call: Call) throws -> Reply {
        let type = try Accepted(call.request.headers.all("accept")).representation()
        return try read(call) { call, queries in
            let user = try Self.user(call, queries)
            let page = call.page()
            let found = try queries.ledger(user.id, page)
            let list = ListPage(collection: "ledger", page: page, total: found.total)
            let bytes = list.write(call, count: found.items.count) { json, place in found.items[place].write(&json) }
            return HTTPResponse(json: bytes, type: type)
        }
    }

    /// The customer that the path names, if the caller may know that there is one.
    private static func user(_ call: Call, _ queries: Queries) throws -> ShownUser {
        let id = call.request["id"]
        guard call.sees(id), let user = try queries.user(id) else { throw Problem.notFound("customer of this id") }
        return user
    }

    private func register(_ call: Call) throws -> Reply {
        var given: (id: UserID?, name: String, capacity: Int64, resource: ResourceID?)?
        try Body.read(call) { fields in
            let id: UserID? = fields.has("id") ? try fields.clean("id") : nil
            try fields.refuse(RegisterUser.lookalikes)
            given = (
                id, try fields.name("name"), try fields.required("capacity", in: Limits.capacity),
                try fields.assignment("resource") ?? nil
            )
            if let point = try fields.optional("point", in: Limits.points), point != 0 {
                throw Problem(
                    422,
                    "field \"point\" is \(point): a customer starts with 0 points and earns them by reductions",
                    errors: [("/point", "must be 0")])
            }
        }
        guard let given else { throw Problem(400, "the body is empty") }
        if let id = given.id { try Self.checkReachable(id.text, except: "search") }
        return try write(call, .user) { id in
            let user = given.id ?? UserID(text: "u-\(id.short)")
            let register = RegisterUser(
                id: user, name: given.name, capacity: given.capacity, resource: given.resource)
            return (register, user.text)
        } success: { _, outcome, _ in
            let user = try ShownUser(outcome)
            return Success(
                item: user, status: 201, location: call.links.to("/users/", user.id).text)
        } refused: { id, problem in
            var problem = problem
            let user = given.id?.text ?? "u-\(id.short)"
            if problem.status == 409 { problem.headers.append(("Location", call.links.to("/users/", user).text)) }
            return problem
        }
    }

    private func update(_ call: Call, isWhole: Bool) throws -> Reply {
        let id = call.request["id"]
        guard let user = try now({ try $0.user(id) }) else { throw Problem.notFound("customer of this id") }
        let isRepeat = try isRepeat(call, .user)
        if !isRepeat { try checkTag(call, user) }
        var (name, capacity, resource): (String?, Int64?, ResourceID??) = (nil, nil, nil)
        try Body.read(call, isWhole ? Body.types : Body.patchTypes) { fields in
            name = isWhole ? try fields.name("name") : try fields.optionalName("name")
            capacity =
                isWhole
                ? try fields.required("capacity", in: Limits.capacity)
                : try fields.optional("capacity", in: Limits.capacity)
            try fields.refuse(UpdateUser.lookalikes)
            resource = try fields.assignment("resource")
            if let point = try fields.optional("point", in: Limits.points), point != user.point, !isRepeat {
                throw Problem(
                    409,
                    "field \"point\" is \(point) and the balance is \(user.point): points change only by reductions, withdrawals and adjustments",
                    errors: [("/point", "is not the balance")])
            }
        }
        if name == user.name { name = nil }
        if capacity == user.capacity { capacity = nil }
        if let named = resource, named == user.resource.map({ ResourceID(text: $0) }) { resource = nil }
        // Of one who has left user says why nothing changes.
        guard isRepeat || name != nil || capacity != nil || resource != nil || user.leftAt != nil else {
            return try unchanged(call, user)
        }
        return try write(call, .user) { _ in
            (UpdateUser(id: UserID(text: id), name: name, capacity: capacity, resource: resource), id)
        } success: { _, outcome, _ in
            let user = try ShownUser(outcome)
            return Success(item: user, location: call.links.to("/users/", user.id).text)
        }
    }

    private func leave(_ call: Call) throws -> Reply {
        let id = call.request["id"]
        let reason = try Self.deletionReason(call)
        guard let user = try now({ try $0.user(id) }) else { throw Problem.notFound("customer of this id") }
        let isRepeat = try isRepeat(call, .user)
        if !isRepeat { try checkTag(call, user) }
        if user.leftAt != nil, !isRepeat { return try unchanged(call, user) }
        return try write(call, .user) { _ in
            (LeaveUser(id: UserID(text: id), reason: reason), id)
        } success: { _, outcome, _ in
            Success(item: try ShownUser(outcome))
        } conflict: { _, queries in
            // Someone else has asked for the same meanwhile.
            guard let user = try queries.user(id), user.leftAt != nil else { return nil }
            return Success(item: user)
        }
    }

    /// Refuses ids that no address reaches: clients take dots for folders, and a word has an address of its own.
    static func checkReachable(_ id: String, except word: String) throws(Problem) {
        guard [".", "..", word].contains(id) else { return }
        throw Problem(
            422, "field \"id\" is \"\(id)\", which cannot be part of an address: choose another id",
            errors: [("/id", "cannot be part of an address")])
    }

    /// What can be searched for.
    func search(_ call: Call, _ searches: [(name: StaticString, parameter: String)]) throws -> Reply {
        let type = try Accepted(call.request.headers.all("accept")).representation()
        let own = call.links.base + call.request.path
        let bytes = JSONWriterBytes { json in
            json.field(
                "_links",
                object: { json in
                    for search in searches {
                        json.link(search.name, "\(own)/\(search.name){?\(search.parameter)}", isTemplated: true)
                    }
                    json.link("self", own)
                })
        }
        return .now(HTTPResponse(json: bytes, type: type))
    }
}

extension ShownUser {
    /// As a command has left it.
    init(_ outcome: ShownOutcome) throws {
        var reader = JSONReader()
        var found: UserState?
        var left: Timestamp?
        try reader.read((outcome.value ?? "").utf8.span) { fields in
            (found, left) = (try UserState(fields), try fields.optional("leftAt"))
        }
        guard let found else { throw Unshown("the row cannot be read") }
        leftAt = left?.milliseconds
        (id, name, capacity, point) = (found.id.text, found.name, found.capacity, found.point)
        resource = found.resource?.text
    }
}
