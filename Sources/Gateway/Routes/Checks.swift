import Contracts
import HTTP
import JSON

/// `/kepcos`: who really reduced, and by how much.
extension API {
    func addChecks(_ routes: inout Routes) {
        add(&routes, "GET", "/kepcos") { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            let (order, user) = (call.parameter("drId"), call.onlyCustomer ?? call.parameter("userId"))
            return try read(call) { call, queries in
                let page = call.page(Queries.checkSorts)
                let found = try queries.checks(order: order, user: user, page)
                let list = ListPage(collection: "kepcos", page: page, total: found.total)
                let bytes = list.write(call, count: found.items.count) { json, place in
                    found.items[place].show(&json, call.links, startsAt: nil)
                }
                return HTTPResponse(json: bytes, type: type)
            }
        }
        add(&routes, "GET", "/kepcos/{id}") { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                guard let id = ResponseID(call.request["id"]), call.sees(id.user.text),
                    let check = try queries.check(id.order.text, id.user.text)
                else { throw Problem.notFound("check of this id: <drId>.<userId>") }
                let startsAt = try queries.order(id.order.text)?.startsAt
                let bytes = JSONWriterBytes { check.show(&$0, call.links, startsAt: startsAt) }
                return HTTPResponse(json: bytes, type: type)
            }
        }
    }
}
