import Contracts
import HTTP
import JSON
import Views

/// `/withdrawals` and `/users/{id}/withdrawals/{withdrawal}`: points that are paid out, and what has become of that.
/// `/users/{id}/adjustments`: balances that are corrected by hand.
extension API {
    func addWithdrawals(_ routes: inout Routes) {
        add(&routes, "GET", "/withdrawals", for: [.operator, .auditor]) { [self] call in try list(withdrawals: call) }
        add(&routes, "GET", "/users/{id}/withdrawals/{withdrawal}") { [self] call in
            let type = try Accepted(call.request.headers.all("accept")).representation()
            return try read(call) { call, queries in call.answer(try Self.withdrawal(call, queries), type) }
        }
        add(&routes, "PUT", "/users/{id}/withdrawals/{withdrawal}/confirm", for: [.operator]) { [self] call in
            try confirm(call)
        }
        add(&routes, "PUT", "/users/{id}/withdrawals/{withdrawal}/fail", for: [.operator]) { [self] call in
            try fail(call)
        }
        add(&routes, "POST", "/users/{id}/adjustments", for: [.operator]) { [self] call in try adjust(call) }
    }

    private func list(withdrawals call: Call) throws -> Reply {
        let type = try Accepted(call.request.headers.all("accept")).representation()
        let status = try call.parameter("status").map { word in
            guard let status = WithdrawalStatus(rawValue: word) else {
                throw Problem(400, "parameter \"status\" is not requested, paid or failed")
            }
            return status
        }
        return try read(call) { call, queries in
            let page = call.page(WithdrawalLists.sorts)
            let found = try queries.withdrawals.read(status, page)
            let list = ListPage(collection: "withdrawals", page: page, total: found.total)
            let bytes = list.write(call, count: found.items.count) { json, place in
                found.items[place].write(&json, call.links, call.permissions)
            }
            return HTTPResponse(json: bytes, type: type)
        }
    }

    /// The withdrawal that the path names, if the caller may know that there is one.
    private static func withdrawal(_ call: Call, _ queries: Queries) throws -> ShownWithdrawal {
        let user = call.request["id"]
        guard call.sees(user), let found = try queries.withdrawals.withdrawal(user, call.request["withdrawal"]) else {
            throw Problem.notFound("withdrawal of this customer and id")
        }
        return found
    }

    private func confirm(_ call: Call) throws -> Reply {
        var reference: String?
        if Body.isJSON(call) {
            try Body.read(call, Body.patchTypes) { fields in reference = try fields.optionalText("reference") }
        }
        return try answer(call) { [reference] in
            $0.status == .paid && (reference == nil || reference == $0.reference)
        } message: {
            ConfirmWithdrawal(user: UserID(text: $0.user), id: WithdrawalID(text: $0.id), reference: reference)
        }
    }

    private func fail(_ call: Call) throws -> Reply {
        var given: String?
        try Body.read(call, Body.patchTypes) { fields in given = try fields.text("reason") }
        guard let reason = given else { throw Problem(400, "the body is empty") }
        return try answer(call) {
            $0.status == .failed && $0.reason == reason
        } message: {
            FailWithdrawal(user: UserID(text: $0.user), id: WithdrawalID(text: $0.id), reason: reason)
        }
    }

    /// Sends what is known of a withdrawal, unless that stands there already. The contrary is refused by user.
    private func answer(
        _ call: Call, _ isDone: @escaping @Sendable (ShownWithdrawal) -> Bool,
        message: (ShownWithdrawal) -> any Message
    ) throws -> Reply {
        let known = try now { try Self.withdrawal(call, $0) }
        let (user, id) = (known.user, known.id)
        let isRepeat = try isRepeat(call, .user)
        if !isRepeat { try checkTag(call, known) }
        if isDone(known), !isRepeat { return try unchanged(call, known) }
        return try write(call, .user) { _ in
            (message(known), user)
        } success: { _, _, queries in
            // Its row comes before the customer's, which is the outcome.
            guard let withdrawal = try queries.withdrawals.withdrawal(user, id) else {
                throw Unshown("the withdrawal was answered but cannot be shown")
            }
            return Success(item: withdrawal)
        } conflict: { _, queries in
            // Someone else has said the same meanwhile.
            guard let withdrawal = try queries.withdrawals.withdrawal(user, id), isDone(withdrawal) else { return nil }
            return Success(item: withdrawal)
        }
    }

    private func adjust(_ call: Call) throws -> Reply {
        let user = call.request["id"]
        var given: (id: AdjustmentID?, amount: Int64, reason: String, isForced: Bool)?
        try Body.read(call) { fields in
            let id: AdjustmentID? = fields.has("id") ? try fields.clean("id") : nil
            given = (
                id, try fields.adjustment("amount"), try fields.text("reason"), try fields.optional("force") ?? false
            )
        }
        guard let given else { throw Problem(400, "the body is empty") }
        guard let known = try now({ try $0.user(user) }) else { throw Problem.notFound("customer of this id") }
        if try !isRepeat(call, .user) { try checkTag(call, known) }
        return try write(call, .user) { id in
            let adjustment = given.id ?? AdjustmentID(text: "a-\(id.short)")
            let adjust = AdjustPoint(
                id: adjustment, user: UserID(text: user), amount: given.amount, reason: given.reason,
                isForced: given.isForced)
            return (adjust, user)
        } success: { _, outcome, _ in
            let user = try ShownUser(outcome)
            return Success(item: user, status: 201, location: call.links.to("/users/", user.id, "/ledger").text)
        }
    }
}
