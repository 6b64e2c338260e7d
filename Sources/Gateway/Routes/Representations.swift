import Contracts
import JSON

// How items look to clients: HAL, with the members that the services before this had, and more.

/// What the caller may do, and so which links he gets.
struct Permissions {
    var isOperator: Bool
    /// Whether he sees what an order comes to, beside his own share in it.
    var seesAll: Bool
    /// The customer that he is, if he is one.
    var customer: String?

    func mayAnswer(for user: String) -> Bool { isOperator || customer?.hasSameBytes(user) == true }
}

extension ShownOrder {
    func write(_ json: inout JSONWriter, _ links: Links, _ permissions: Permissions, isWhole: Bool) {
        json.field("id", id)
        json.field("name", name)
        json.field("type", kind)
        json.field("status", status)
        json.field("date", time: startsAt)
        json.field("startsAt", time: startsAt)
        json.time("endsAt", endsAt)
        json.time("endedAt", endedAt)
        json.time("cancelledAt", cancelledAt)
        json.text("reason", reason)
        if isTest { json.field("test", true) }
        if permissions.seesAll {
            writeTargets(&json)
            writeFigures(&json, isWhole: isWhole)
        }
        json.field(
            "_links",
            object: { json in
                let own = links.to("/drs/", id)
                json.link("self", own)
                json.link("dr", own)
                json.link("responses", links.to("/responses?drId=", id))
                json.link("kepcos", links.to("/kepcos?drId=", id))
                if !isOver, permissions.isOperator {
                    json.link("end", own.with("/end"))
                    json.link("cancel", own)
                }
            })
    }

    /// As the services before this called it.
    var status: String { cancelledAt != nil ? "cancelled" : isOver ? "end" : "running" }

    private func writeTargets(_ json: inout JSONWriter) {
        if let resources { json.field("resources", resources) } else { json.null("resources") }
        json.field("unassigned", resources == nil || isUnassigned)
        json.number("quantity", quantity)
    }

    private func writeFigures(_ json: inout JSONWriter, isWhole: Bool) {
        json.field(
            "counts",
            object: { json in
                json.field("asked", tally.asked)
                json.field("accepted", tally.accepted)
                json.field("denied", tally.denied)
                json.field("silent", tally.silent)
                json.field("checked", tally.checked)
                json.field("real", tally.real)
            })
        json.field(
            "capacity",
            object: { json in
                json.field("asked", tally.askedCapacity)
                json.field("accepted", tally.acceptedCapacity)
                json.field("denied", tally.deniedCapacity)
                json.field("silent", tally.silentCapacity)
            })
        json.field(
            "reduction",
            object: { json in
                json.field("baselineWh", tally.baselineWh)
                json.field("usedWh", tally.usedWh)
                json.field("reducedWh", tally.reducedWh)
                json.field("points", tally.points)
            })
        json.field(Compliance(load, in: self))
        if let own = won.own { json.field("ownWon", own) }
        if let kpx = won.kpx { json.field("kpxWon", kpx) }
        if isWhole {
            json.field("byResource", objects: reductions.count) { json, place in
                let reduction = reductions[place]
                json.field("resource", reduction.resource.text)
                reduction.sum.write(&json)
                if let quantity = reduction.quantity { json.field("quantity", quantity) }
                if !reduction.quarterTargetMilliWh.isEmpty {
                    json.field("quarterTargetMilliWh", reduction.quarterTargetMilliWh)
                }
                json.field(Compliance(OrderLoad(reduction), in: self))
                reduction.settled?.write(&json)
                reduction.own?.write(&json)
            }
            json.quarters(
                from: startsAt, baseline: tally.quarterBaseline.map { $0 }, used: tally.quarterUsed.map { $0 })
        }
    }
}

extension ShownUser {
    func write(_ json: inout JSONWriter, _ links: Links) {
        json.field("id", id)
        json.field("name", name)
        json.field("point", point)
        json.field("capacity", capacity)
        json.time("leftAt", leftAt)
        json.text("resource", resource)
        json.field(
            "_links",
            object: { json in
                let own = links.to("/users/", id)
                json.link("self", own)
                json.link("user", own)
                json.link("ledger", own.with("/ledger"))
                json.link("responses", links.to("/responses?userId=", id))
                json.link("kepcos", links.to("/kepcos?userId=", id))
            })
    }
}

extension ShownEntry {
    func write(_ json: inout JSONWriter) {
        json.field("sequence", sequence)
        json.field("at", time: at)
        json.field("kind", kind)
        json.field("reason", reason)
        json.field("points", change)
        json.field("balance", point)
        json.text("drId", order)
        json.text("withdrawalId", withdrawal)
        json.text("adjustmentId", adjustment)
        json.text("status", status?.rawValue)
        json.time("earnedBefore", kind == "expiry" ? version : nil)
    }

    private var kind: String {
        if order != nil { return version == nil ? "reduction" : "correction" }
        if adjustment != nil { return "adjustment" }
        if withdrawal == nil { return "expiry" }
        return status == nil ? "give-back" : "withdrawal"
    }
}

extension ShownWithdrawal {
    func write(_ json: inout JSONWriter, _ links: Links, _ permissions: Permissions) {
        json.field("id", id)
        json.field("userId", user)
        json.field("amount", amount)
        json.field("status", status.rawValue)
        json.field("requestedAt", time: requestedAt)
        json.time("answeredAt", answeredAt)
        json.text("reference", reference)
        json.text("reason", reason)
        json.field(
            "_links",
            object: { json in
                let own = links.to("/users/", user).text + "/withdrawals/" + id.percentEncoded
                json.link("self", own)
                json.link("withdrawal", own)
                json.link("user", links.to("/users/", user))
                json.link("ledger", links.to("/users/", user, "/ledger"))
                if status == .requested, permissions.isOperator {
                    json.link("confirm", own + "/confirm")
                    json.link("fail", own + "/fail")
                }
            })
    }
}

extension ShownResponse {
    func write(_ json: inout JSONWriter, _ links: Links, _ permissions: Permissions) {
        // Put together once.
        let id = id
        json.field("id", id)
        json.field("userId", user)
        json.field("userName", name)
        json.field("drId", order)
        json.field("answer", answer.word)
        json.field("userCapacity", capacity)
        json.text("resource", resource)
        json.time("answeredAt", answeredAt)
        json.field("startsAt", time: startsAt)
        json.time("endsAt", endsAt)
        json.field("cancelled", isCancelled)
        json.field(
            "_links",
            object: { json in
                let own = links.to("/responses/", id)
                json.link("self", own)
                json.link("response", own)
                json.link("dr", links.to("/drs/", order))
                json.link("user", links.to("/users/", user))
                if !isSaved, permissions.mayAnswer(for: user) {
                    json.link("accept", own.with("/accept"))
                    json.link("deny", own.with("/deny"))
                }
            })
    }
}

extension CheckExplanation {
    /// Which days were not used, and which were for each part of the order, where they have days of their own.
    fileprivate func show(_ json: inout JSONWriter) {
        json.field("notUsed", notUsed)
        adjustment?.write(&json)
        guard !parts.isEmpty else { return }
        json.field("parts", objects: parts.count) { json, position in
            json.field("startsAt", parts[position].startsAt)
            json.field("days", parts[position].days)
        }
    }
}

extension ReductionCheck {
    func show(_ json: inout JSONWriter, _ links: Links, startsAt: Int64?) {
        json.field("id", response)
        json.field("drId", response.order)
        json.field("userId", response.user)
        json.field("userName", userName)
        json.field("resource", ifThere: resource)
        json.field("responseId", response)
        // As the services before this wrote it, beside how it is written.
        json.field("resposneAnswer", answer.rawValue)
        json.field("responseAnswer", answer.rawValue)
        json.field("adjustPoint", adjustPoint)
        sharing?.write(&json)
        json.field("isReal", isReal)
        json.field("version", version)
        json.field("baselineWh", baselineWh)
        json.field("usedWh", usedWh)
        json.field("reducedWh", reducedWh)
        json.text("reason", reason)
        CountedFor.write(countedFor, &json)
        json.field("method", method)
        kind?.write(&json)
        json.field("bySettings", ifThere: bySettings)
        json.field("days", days)
        if let explanation { explanation.show(&json) }
        if let startsAt {
            json.quarters(from: startsAt, baseline: quarterBaselineMilliWh, used: quarterUsedMilliWh)
        }
        json.field(
            "_links",
            object: { json in
                let own = links.to("/kepcos/", "\(response)")
                json.link("self", own)
                json.link("kepco", own)
                json.link("response", links.to("/responses/", "\(response)"))
                json.link("dr", links.to("/drs/", response.order.text))
                json.link("user", links.to("/users/", response.user.text))
            })
    }
}

extension ShownDeadLetter {
    func write(_ json: inout JSONWriter, _ links: Links, _ permissions: Permissions) {
        json.field("id", id)
        json.field("context", context)
        json.field("partition", partition)
        json.field("offset", offset)
        json.field("time", time: at)
        json.field("kind", kind)
        json.field("reason", reason)
        json.field("source", source)
        json.text("type", type)
        json.text("key", key)
        json.field("value", value)
        json.text("actor", actor)
        json.text("command", command)
        json.field(
            "_links",
            object: { json in
                json.link("self", links.to("/deadletters/", id))
                if permissions.isOperator { json.link("replay", links.to("/deadletters/", id, "/replay")) }
            })
    }
}

extension ShownCommand {
    func write(_ json: inout JSONWriter) {
        json.field("at", time: at)
        json.field("actor", actor)
        json.text("command", command)
        json.field("type", type)
        json.field("key", key)
        json.field("outcome", outcome)
        json.text("reason", reason)
    }
}
