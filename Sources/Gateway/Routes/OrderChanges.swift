import Contracts
import Daemon
import HTTP
import JSON
import Views

/// How an order is changed, and how it is ended or withdrawn.
extension API {
    /// The frontends before this end an order by giving it the status `end`, with all its fields beside it.
    func change(_ call: Call) throws -> Reply {
        var given = OrderChange()
        try Body.read(call, Body.patchTypes) { fields in given = try OrderChange(fields) }
        let (status, end, isForced) = (given.status, given.end, given.isForced)
        let targets = given.targets
        let id = call.request["id"]
        if status == "end" {
            if let end { try checkMeansNow(end, id) }
            return try self.end(call, id, given.reason)
        }
        let choices =
            "{\"endsAt\":…} moves the order's end, \"quantity\", \"resources\" and \"regions\" say another quantity and "
            + "others to ask, {\"status\":\"end\"} ends it, DELETE withdraws it"
        guard status == nil || status == "running" && (end != nil || !targets.isNothing) else {
            throw Problem(
                422, "field \"status\" is \"\(status?.prefix(50) ?? "")\": \(choices)",
                errors: [("/status", "must be end")])
        }
        guard end != nil || !targets.isNothing else {
            throw Problem(
                422, "fields \"endsAt\" and \"status\" are missing: \(choices)", errors: [("/status", "is missing")])
        }
        return try write(call, to: id) {
            !$0.isOver && $0.has(end, targets)
        } message: {
            ChangeDr(id: OrderID(text: id), endsAt: end, isForced: isForced, targets: targets)
        }
    }

    /// The end that an order has already is one of its fields; another one to come is no order that ends now.
    private func checkMeansNow(_ end: Timestamp, _ id: String) throws {
        guard end > .current, let order = try now({ try $0.wholeOrder(id) }), !order.isOver,
            order.endsAt != end.milliseconds
        else { return }
        throw Problem(
            422, "status \"end\" ends the order now: send \"endsAt\" without it to move the end to \(end)",
            errors: [("/endsAt", "must be missing, or the end that the order has")])
    }

    /// Why, where there is a body that says so. These requests need none, and clients send what they like.
    static func reason(_ call: Call, refusing lookalikes: [Lookalike] = []) throws -> String? {
        guard Body.isJSON(call) else { return nil }
        var reason: String?
        try Body.read(call, Body.patchTypes) { fields in
            try fields.refuse(lookalikes)
            reason = try fields.optionalText("reason")
        }
        return reason
    }

    func end(_ call: Call, _ id: String, _ reason: String?) throws -> Reply {
        try write(call, to: id) {
            $0.endedAt != nil
        } message: {
            EndDr(id: OrderID(text: id), reason: reason)
        }
    }

    func cancel(_ call: Call, _ id: String) throws -> Reply {
        let reason = try Self.deletionReason(call, refusing: Lookalike.noEnd)
        return try write(call, to: id) {
            $0.cancelledAt != nil
        } message: {
            CancelDr(id: OrderID(text: id), reason: reason)
        }
    }

    /// Why something is deleted, if that is said: in the query, or in a body, which has to be one in any case.
    static func deletionReason(_ call: Call, refusing lookalikes: [Lookalike] = []) throws -> String? {
        let bodys = try reason(call, refusing: lookalikes)
        let reason = call.parameter("reason") ?? bodys
        if let reason, reason.unicodeScalars.count > 200 {
            throw Problem(422, "parameter \"reason\" has more than 200 characters")
        }
        return reason
    }

    /// Sends what is to be done with an order, unless that is so already.
    /// - Parameter isDone: whether it is; also where someone else has done it meanwhile, that is what was asked for.
    private func write(
        _ call: Call, to id: String, _ isDone: @escaping @Sendable (ShownOrder) -> Bool, message: () -> any Message
    ) throws -> Reply {
        guard let order = try now({ try $0.wholeOrder(id) }) else { throw Problem.notFound("order of this id") }
        let isRepeat = try isRepeat(call, .dr)
        if !isRepeat { try checkTag(call, order) }
        if isDone(order), !isRepeat { return try unchanged(call, order) }
        return try write(call, .dr) { _ in
            (message(), id)
        } success: { _, outcome, queries in
            guard var order = try queries.wholeOrder(id) else {
                throw Unshown("the order was changed but cannot be shown")
            }
            try order.take(outcome)
            return Success(item: order)
        } conflict: { _, queries in
            guard let order = try queries.wholeOrder(id), isDone(order) else { return nil }
            return Success(item: order)
        }
    }
}

/// What the body of a change says.
private struct OrderChange {
    var (status, reason): (String?, String?)
    var end: Timestamp?
    var isForced = false
    var targets = WantedTargets()

    init() {}

    init(_ fields: borrowing Fields) throws {
        // An order has the field endedAt, which comes back with the others.
        try fields.refuse(Lookalike.end.filter { $0.name.description != "endedAt" } + Lookalike.targets)
        status = try fields.optional("status")
        reason = try fields.optionalText("reason")
        end = try fields.optional("endsAt")
        isForced = try fields.optional("force") ?? false
        // One that ends is sent back whole, and so may be one that goes on asking all.
        guard status != "end" else { return }
        if try fields.optional("unassigned") == true {
            targets.quantity = try fields.optional("quantity", in: Limits.quantity)
        } else {
            targets = try WantedTargets(fields)
        }
    }
}

extension ShownOrder {
    /// Whether that is so already, as far as it is said. Which resources a region has dr knows.
    fileprivate func has(_ end: Timestamp?, _ targets: WantedTargets) -> Bool {
        (end == nil || endsAt == end?.milliseconds) && (targets.quantity == nil || quantity == targets.quantity)
            && (targets.resources.isEmpty || resources == targets.resources.map(\.text) && !isUnassigned)
            && targets.regions.isEmpty
    }

    /// As a command has left it, with the figures of now.
    mutating func take(_ outcome: ShownOutcome) throws {
        var reader = JSONReader()
        let bytes = Array((outcome.value ?? "").utf8)
        try reader.read(bytes.span) { fields in
            let status: String = try fields.required("status")
            isOver = status == "ended"
            let end: Timestamp? = try fields.optional("endsAt")
            let cancelled: Timestamp? = try fields.optional("cancelledAt")
            (endsAt, cancelledAt) = (end?.milliseconds, cancelled?.milliseconds)
            reason = try fields.optional("reason")
            let targets = try OrderTargets(fields)
            (resources, isUnassigned) = (targets?.resources.map(\.text), targets?.isUnassigned ?? false)
            quantity = try fields.optional("quantity", in: Limits.quantity)
        }
    }
}
