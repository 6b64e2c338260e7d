package import JSON

/// What a customer says to an order. `ignore` is saying nothing.
package enum Answer: String, Sendable {
    case accept, deny, ignore

    /// As the message that says it.
    package var word: String {
        switch self {
        case .accept: "\(Accept.type)"
        case .deny: "\(Deny.type)"
        case .ignore: "no answer"
        }
    }
}

extension Fields {
    package func answer(_ name: StaticString) throws(JSONError) -> Answer {
        let text = try string(name, atMost: 20)
        guard let answer = Answer(rawValue: text) else {
            throw JSONError(field: name.description, .outOfRange, found: "is \(text.shown), not accept, deny or ignore")
        }
        return answer
    }
}

/// Who answers which order through which channel: the body of Accept and Deny.
package struct Choice: Sendable, Hashable {
    package var id: ResponseID
    package var channel: String?

    package init(_ id: ResponseID, channel: String? = nil) { (self.id, self.channel) = (id, channel) }

    /// Named by order and customer, or by the response's id.
    package init(_ fields: borrowing Fields) throws(JSONError) {
        if fields.has("drId") || fields.has("userId") || !fields.has("id") {
            id = ResponseID(try fields.required("drId"), try fields.required("userId"))
        } else {
            id = try fields.required("id")
        }
        channel = try fields.optionalText("channel", atMost: 50)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", id.order)
        json.field("userId", id.user)
        json.field("channel", ifThere: channel)
    }
}

package struct Accept: Message {
    package static let type: MessageType = "Accept"
    package var choice: Choice
    package init(_ choice: Choice) { self.choice = choice }
    package init(_ fields: borrowing Fields) throws(JSONError) { choice = try Choice(fields) }
    package func write(_ json: inout JSONWriter) { choice.write(&json) }
}

package struct Deny: Message {
    package static let type: MessageType = "Deny"
    package var choice: Choice
    package init(_ choice: Choice) { self.choice = choice }
    package init(_ fields: borrowing Fields) throws(JSONError) { choice = try Choice(fields) }
    package func write(_ json: inout JSONWriter) { choice.write(&json) }
}

/// response to each of its partitions: ask every customer that you have, and that the order is meant for.
package struct MakeList: Message {
    package static let type: MessageType = "MakeList"
    package var order: OrderID
    /// The time of DRstarted: everyone who was a customer by then is asked.
    package var announcedAt: Timestamp
    package var startsAt: Timestamp
    package var endsAt: Timestamp?
    /// By which rules it is checked; nil in an order of an earlier version.
    package var kind: OrderKind?
    /// Whom it asks; nil: everybody.
    package var targets: OrderTargets?

    package init(
        order: OrderID, announcedAt: Timestamp, startsAt: Timestamp, endsAt: Timestamp?, kind: OrderKind? = nil,
        targets: OrderTargets? = nil
    ) {
        (self.order, self.announcedAt, self.startsAt, self.endsAt) = (order, announcedAt, startsAt, endsAt)
        (self.kind, self.targets) = (kind, targets)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        announcedAt = try fields.required("announcedAt")
        startsAt = try fields.required("startsAt")
        endsAt = try fields.optional("endsAt")
        kind = try OrderKind(fields)
        targets = try OrderTargets(fields)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("announcedAt", announcedAt)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
        kind?.write(&json)
        targets?.write(&json)
    }
}

/// response to each of its partitions: the order is over. Each of them tells all: an answer may lie in any partition,
/// and lists are saved when all partitions have passed the end.
package struct SaveList: Message {
    package static let type: MessageType = "SaveList"
    package var order: OrderID
    package var startsAt: Timestamp
    package var endsAt: Timestamp
    /// The partition that has forwarded all answers that it received before the end; nil in what starts this.
    package var passedBy: Int32?

    package init(order: OrderID, startsAt: Timestamp, endsAt: Timestamp, passedBy: Int32? = nil) {
        (self.order, self.startsAt, self.endsAt, self.passedBy) = (order, startsAt, endsAt, passedBy)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        startsAt = try fields.required("startsAt")
        endsAt = try fields.required("endsAt")
        passedBy = try fields.optional("passedBy", in: 0...Int64(Int32.max)).map { Int32($0) }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("startsAt", startsAt)
        json.field("endsAt", endsAt)
        if let passedBy { json.field("passedBy", Int64(passedBy)) }
    }
}

/// One customer's place on an order's list: the body of Listmade, AcceptChosen, DenyChosen and Listsaved.
package struct ListEntry: Sendable, Hashable {
    package var id: ResponseID
    /// Empty in messages that name nobody.
    package var userName: String
    /// Wh an hour.
    package var userCapacity: Int64
    /// The customer's, when the order was announced; nil where he had none.
    package var resource: ResourceID?
    package var answer: Answer
    package var startsAt: Timestamp
    package var endsAt: Timestamp?

    package init(
        id: ResponseID, userName: String, userCapacity: Int64, resource: ResourceID? = nil, answer: Answer,
        startsAt: Timestamp, endsAt: Timestamp?
    ) {
        (self.id, self.userName, self.userCapacity, self.resource) = (id, userName, userCapacity, resource)
        (self.answer, self.startsAt, self.endsAt) = (answer, startsAt, endsAt)
    }

    /// - Parameter isNamed: whether the message has the customer's name.
    package init(_ fields: borrowing Fields, isNamed: Bool = true) throws(JSONError) {
        id = ResponseID(try fields.required("drId"), try fields.required("userId"))
        userName = isNamed ? try fields.text("userName") : ""
        userCapacity = try fields.required("userCapacity", in: Limits.capacity)
        resource = try fields.optional("resource")
        answer = try fields.answer("answer")
        startsAt = try fields.required("startsAt")
        endsAt = try fields.optional("endsAt")
    }

    package func write(_ json: inout JSONWriter, isNamed: Bool = true) {
        json.field("id", id)
        json.field("drId", id.order)
        json.field("userId", id.user)
        if isNamed { json.field("userName", userName) }
        json.field("userCapacity", userCapacity)
        json.field("resource", ifThere: resource)
        json.field("answer", answer.rawValue)
        json.field("startsAt", startsAt)
        json.field("endsAt", ifThere: endsAt)
    }
}

/// A customer is asked.
package struct ListMade: Message {
    package static let type: MessageType = "Listmade"
    package var entry: ListEntry
    package init(_ entry: ListEntry) { self.entry = entry }
    package init(_ fields: borrowing Fields) throws(JSONError) { entry = try ListEntry(fields) }
    package func write(_ json: inout JSONWriter) { entry.write(&json) }
}

package struct AcceptChosen: Message {
    package static let type: MessageType = "AcceptChosen"
    package var entry: ListEntry
    /// By which rules the order's load is compared while it runs; nil for an order of an earlier version, and behind a
    /// check.
    package var kind: OrderKind?

    package init(_ entry: ListEntry, kind: OrderKind? = nil) { (self.entry, self.kind) = (entry, kind) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        entry = try ListEntry(fields)
        kind = try OrderKind(fields)
    }

    package func write(_ json: inout JSONWriter) {
        entry.write(&json)
        kind?.write(&json)
    }
}

package struct DenyChosen: Message {
    package static let type: MessageType = "DenyChosen"
    package var entry: ListEntry
    package init(_ entry: ListEntry) { self.entry = entry }
    package init(_ fields: borrowing Fields) throws(JSONError) { entry = try ListEntry(fields) }
    package func write(_ json: inout JSONWriter) { entry.write(&json) }
}

/// The order is over and this is the answer that counts.
package struct ListSaved: Message {
    package static let type: MessageType = "Listsaved"
    package var entry: ListEntry
    /// By which rules it is checked; nil for an order of an earlier version.
    package var kind: OrderKind?

    package init(_ entry: ListEntry, kind: OrderKind? = nil) { (self.entry, self.kind) = (entry, kind) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        entry = try ListEntry(fields)
        kind = try OrderKind(fields)
    }

    package func write(_ json: inout JSONWriter) {
        entry.write(&json)
        kind?.write(&json)
    }
}
