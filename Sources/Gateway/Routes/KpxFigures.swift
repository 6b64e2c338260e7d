import Contracts
import HTTP
import JSON
import Views

/// `/drs/{id}/kpx`: what KPX says an order comes to, and what is objected to that.
extension API {
    func addKpxFigures(_ routes: inout Routes) {
        add(&routes, "GET", "/drs/{id}/kpx", for: [.operator, .auditor]) { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                let order = call.request["id"]
                guard try queries.order(order) != nil else { throw Problem.notFound("order of this id") }
                let page = call.page([:])
                let found = try queries.figures(order, page)
                let list = ListPage(collection: "kpx", page: page, total: found.total)
                let bytes = list.write(call, count: found.items.count) { json, place in
                    found.items[place].write(&json, call.links)
                }
                return HTTPResponse(json: bytes, type: type)
            }
        }
        add(&routes, "POST", "/drs/{id}/kpx", for: [.operator]) { [self] call in try state(figure: call) }
    }

    private func state(figure call: Call) throws -> Reply {
        let order = call.request["id"]
        var given: KpxFigure?
        try Body.read(call) { fields in
            try fields.refuse(StateKpxFigure.lookalikes)
            given = try KpxFigure(fields, resource: fields.optional("resource"))
        }
        guard let figure = given else { throw Problem(400, "the body is empty") }
        guard try now({ try $0.order(order) }) != nil else { throw Problem.notFound("order of this id") }
        return try write(call, .dr) { _ in
            (StateKpxFigure(order: OrderID(text: order), figure), order)
        } success: { _, outcome, _ in
            var reader = JSONReader()
            var shown: ShownFigure?
            try reader.read((outcome.value ?? "").utf8.span) { fields in
                shown = try ShownFigure.all(fields, order, figure.resource?.text ?? "").last
            }
            guard let shown else { throw Unshown("the row cannot be read") }
            return Success(item: shown, status: 201, location: call.links.to("/drs/", order, "/kpx").text)
        }
    }
}
