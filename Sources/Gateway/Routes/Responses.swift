import Contracts
import HTTP
import JSON
import Views

/// `/responses`: who was asked, and what he said.
extension API {
    func addResponses(_ routes: inout Routes) {
        add(&routes, "GET", "/responses") { [self] call in try list(responses: call) }
        add(&routes, "GET", "/responses/search") { [self] call in try search(call, [("findByDrId", "drId")]) }
        add(&routes, "GET", "/responses/search/findByDrId") { [self] call in
            try findResponses(byOrder: call)
        }
        add(&routes, "GET", "/responses/{id}") { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in
                call.answer(try Self.response(call, queries), type)
            }
        }
        for (word, answer) in [("accept", ShownAnswer.accept), ("deny", .deny)] {
            add(&routes, "PUT", "/responses/{id}/\(word)", for: [.operator, .customer]) { [self] call in
                let response = try now { try Self.response(call, $0) }
                if try !isRepeat(call, .response) { try checkTag(call, response) }
                return try choose(call, answer, response, isBare: true)
            }
        }
        for method in ["PUT", "PATCH"] {
            add(&routes, method, "/responses/{id}", for: [.operator, .customer]) { [self] call in
                try change(response: call)
            }
        }
    }

    private func list(responses call: Call) throws -> Reply {
        let type = try Accepted(call.request.headers.all("accept")).representation()
        let answer = try call.parameter("answer").map { word in
            guard let answer = ShownAnswer(word) else {
                throw Problem(400, "parameter \"answer\" is not accept, deny or ignore")
            }
            guard call.parameter("drId") != nil else {
                throw Problem(400, "parameter \"answer\" needs \"drId\": name the order")
            }
            return answer
        }
        let (order, user) = (call.parameter("drId"), call.onlyCustomer ?? call.parameter("userId"))
        return try read(call) { call, queries in
            let page = call.page(Queries.responseSorts)
            let found = try queries.responses(order: order, user: user, answer: answer, page)
            let list = ListPage(collection: "responses", page: page, total: found.total)
            let bytes = list.write(call, count: found.items.count) { json, place in
                found.items[place].write(&json, call.links, call.permissions)
            }
            return HTTPResponse(json: bytes, type: type)
        }
    }

    private func findResponses(byOrder call: Call) throws -> Reply {
        guard let order = call.parameter("drId") else {
            throw Problem(400, "parameter \"drId\" is missing: /responses/search/findByDrId?drId=…")
        }
        let type = try Accepted(call.request.headers.all("accept")).representation()
        return try read(call) { call, queries in
            var page = call.page()
            page.size = PageRequest.sizeLimit
            let found = try queries.responses(order: order, user: call.onlyCustomer, answer: nil, page)
            var list = ListPage(collection: "responses", page: page, total: found.total)
            // A whole list has no pages, as ever.
            list.isPaged = found.total > Int64(PageRequest.sizeLimit)
            let bytes = list.write(call, count: found.items.count) { json, place in
                found.items[place].write(&json, call.links, call.permissions)
            }
            return HTTPResponse(json: bytes, type: type)
        }
    }

    /// The response that the path names, if the caller may know that there is one.
    private static func response(_ call: Call, _ queries: Queries) throws -> ShownResponse {
        let missing = Problem.notFound("response of this id: <drId>.<userId>")
        guard let id = ResponseID(call.request["id"]), call.sees(id.user.text),
            let response = try queries.response(id.order.text, id.user.text)
        else { throw missing }
        return response
    }

    private func change(response call: Call) throws -> Reply {
        let response = try now { try Self.response(call, $0) }
        let isRepeat = try isRepeat(call, .response)
        if !isRepeat { try checkTag(call, response) }
        var answer = response.answer
        try Body.read(call, Body.patchTypes) { fields in
            let given: [(StaticString, String, String?)] = [
                ("userId", response.user, try fields.optional("userId")),
                ("drId", response.order, try fields.optional("drId")),
                ("userName", response.name, try fields.optional("userName")),
            ]
            for (field, present, text) in given {
                guard let text, text != present else { continue }
                throw Self.fixed(field.description)
            }
            if let capacity = try fields.optional("userCapacity", in: Limits.capacity), capacity != response.capacity {
                throw Self.fixed("userCapacity")
            }
            if let word: String = try fields.optional("answer") {
                guard let known = ShownAnswer(word) else {
                    throw Problem(
                        422, "field \"answer\" is not accept or deny", errors: [("/answer", "must be accept or deny")]
                    )
                }
                answer = known
            }
        }
        guard answer != response.answer || isRepeat else {
            return try unchanged(call, response)
        }
        guard answer != .ignore else {
            throw Problem(
                422, "an answer cannot be taken back: accept or deny", errors: [("/answer", "must be accept or deny")]
            )
        }
        return try choose(call, answer, response, isBare: false)
    }

    private static func fixed(_ field: String) -> Problem {
        Problem(
            409, "field \"\(field)\" cannot be changed here: only the answer can be changed",
            errors: [("/\(field)", "cannot be changed")])
    }

    private func choose(_ call: Call, _ answer: ShownAnswer, _ response: ShownResponse, isBare: Bool) throws -> Reply {
        let choice = Choice(ResponseID(OrderID(text: response.order), UserID(text: response.user)), channel: "gateway")
        return try write(call, .response) { _ in
            (answer == .accept ? Accept(choice) : Deny(choice), response.user)
        } success: { _, outcome, queries in
            guard var response = try queries.response(response.order, response.user) else {
                throw Unshown("the answer was accepted but cannot be shown")
            }
            try response.take(outcome)
            // The order's end and the answer may have crossed: the list is saved with what was said by the end.
            if let order = try queries.order(response.order), let end = order.endedAt,
                let at = response.answeredAt, at > end
            {
                throw Problem(
                    409,
                    "order \(order.id) had ended at \(Timestamp(milliseconds: end)): the answer came too late and does not count"
                )
            }
            return Success(item: response, isBare: isBare)
        }
    }
}

extension ShownResponse {
    /// As a command has left it.
    mutating func take(_ outcome: ShownOutcome) throws {
        var reader = JSONReader()
        let bytes = Array((outcome.value ?? "").utf8)
        try reader.read(bytes.span) { fields in
            let word: String = try fields.required("answer")
            answer = ShownAnswer(word) ?? answer
            guard fields.has("answeredAt") else { return }
            answeredAt = try fields.numbers("answeredAt", in: 0...Int64.max, atMost: .max).last ?? nil
        }
    }
}
