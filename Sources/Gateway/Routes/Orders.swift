import Contracts
import HTTP
import JSON
import Views

/// `/drs`: orders.
extension API {
    func addOrders(_ routes: inout Routes) {
        add(&routes, "GET", "/drs", for: [.operator, .auditor, .customer]) { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                let page = call.page(Queries.orderSorts)
                let found = try queries.orders(page, onlyRunning: call.parameter("status") == "running")
                let list = ListPage(collection: "drs", page: page, total: found.total)
                let bytes = list.write(call, count: found.items.count) { json, place in
                    found.items[place].write(&json, call.links, call.permissions, isWhole: false)
                }
                return HTTPResponse(json: bytes, type: type)
            }
        }
        add(&routes, "GET", "/drs/{id}") { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                guard let order = try queries.wholeOrder(call.request["id"]) else {
                    throw Problem.notFound("order of this id")
                }
                return call.answer(order, type)
            }
        }
        for pattern in ["/drs", "/drs/startdr", "/startdr"] {
            add(&routes, "POST", pattern, for: [.operator]) { [self] call in
                try start(call, isBare: pattern != "/drs")
            }
        }
        for method in ["PUT", "PATCH"] {
            add(&routes, method, "/drs/{id}", for: [.operator]) { [self] call in try change(call) }
        }
        add(&routes, "PUT", "/drs/{id}/end", for: [.operator]) { [self] call in
            try end(call, call.request["id"], try Self.reason(call))
        }
        add(&routes, "DELETE", "/drs/{id}", for: [.operator]) { [self] call in try cancel(call, call.request["id"]) }
    }

    private func start(_ call: Call, isBare: Bool) throws -> Reply {
        var given: StartDr?
        try Body.read(call) { fields in
            given = try StartDr(fields, otherThan: "date")
            // As the services before this called it.
            guard fields.has("date") else { return }
            let date = try Self.date(fields)
            guard given?.startsAt.map({ $0 == date }) ?? true else {
                throw Problem(
                    422, "fields \"date\" and \"startsAt\" name two starts: leave one out",
                    errors: [("/date", "must be missing, or what startsAt is")])
            }
            given?.startsAt = date
        }
        guard var start = given else { throw Problem(400, "the body is empty") }
        if let id = start.id { try Self.checkReachable(id.text, except: "startdr") }
        return try write(call, .dr) { id in
            let order = start.id ?? OrderID(text: "o-\(id.short)")
            start.id = order
            return (start, order.text)
        } success: { id, outcome, queries in
            guard var order = try queries.wholeOrder(String(outcome.subject.dropFirst("orders/".count))) else {
                throw Unshown("the order was started but cannot be shown")
            }
            try order.take(outcome)
            return Success(
                item: order, status: isBare ? 200 : 201, location: call.links.to("/drs/", order.id).text, isBare: isBare
            )
        }
    }

    /// A day, which begins at midnight of UTC as the services before this read it, or a time.
    private static func date(_ fields: borrowing Fields) throws -> Timestamp {
        let text: String = try fields.required("date")
        if let day = Timestamp("\(text)T00:00:00Z") { return day }
        return try fields.required("date")
    }
}
