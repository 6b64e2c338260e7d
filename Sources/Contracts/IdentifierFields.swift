package import JSON

/// How ids and texts stand in JSON. Each kind of id has its own function: a generic one is not specialised in other
/// modules, which doubles the time of a decode.
extension Fields {
    package func required(_ name: StaticString) throws(JSONError) -> UserID { try fit(name) }

    package func required(_ name: StaticString) throws(JSONError) -> OrderID { try fit(name) }

    package func required(_ name: StaticString) throws(JSONError) -> WithdrawalID { try fit(name) }

    package func required(_ name: StaticString) throws(JSONError) -> AdjustmentID { try fit(name) }

    package func optional(_ name: StaticString) throws(JSONError) -> AdjustmentID? { has(name) ? try fit(name) : nil }

    package func optional(_ name: StaticString) throws(JSONError) -> OrderID? { has(name) ? try fit(name) : nil }

    package func required(_ name: StaticString) throws(JSONError) -> ResponseID {
        let text = try identifier(name, atMost: ResponseID.limit)
        guard let id = ResponseID(text) else {
            throw JSONError(
                field: name.description, .notResponse,
                found: "is \(text.shown), not a response's id: write <drId>.<userId>")
        }
        return id
    }

    package func optional(_ name: StaticString) throws(JSONError) -> ResourceID? {
        has(name) ? try fitResource(name, .any) : nil
    }

    package func requiredResource(_ name: StaticString) throws(JSONError) -> ResourceID {
        guard has(name) else { throw JSONError(field: name.description, .missing) }
        return try fitResource(name, .any)
    }

    /// A resource's id, or an empty text for none; nil where nothing is said.
    package func assignment(_ name: StaticString) throws(JSONError) -> ResourceID?? {
        guard has(name) else { return .none }
        if try identifier(name).isEmpty { return .some(nil) }
        return .some(try fitResource(name, .any))
    }

    /// At most so many ids of resources; none where nothing is said.
    package func resources(_ name: StaticString, atMost limit: Int) throws(JSONError) -> [ResourceID] {
        guard has(name) else { return [] }
        return try identifiers(name, atMost: limit).map { text throws(JSONError) in
            try Self.resource(text, name, .any)
        }
    }

    /// An id that makes something new, as outsiders write it: nothing invisible in it.
    package func clean(_ name: StaticString) throws(JSONError) -> ResourceID { try fitResource(name, .clean) }

    package func clean(_ name: StaticString) throws(JSONError) -> UserID { try fit(name, .clean) }

    package func clean(_ name: StaticString) throws(JSONError) -> WithdrawalID { try fit(name, .clean) }

    package func clean(_ name: StaticString) throws(JSONError) -> AdjustmentID { try fit(name, .clean) }

    package func optionalClean(_ name: StaticString) throws(JSONError) -> OrderID? {
        has(name) ? try fit(name, .clean) : nil
    }

    /// Text for people: not empty, and of at most so many characters, by Unicode scalars as JSON Schema counts them.
    package func text(_ name: StaticString, atMost limit: Int = 200) throws(JSONError) -> String {
        let text = try string(name, atMost: limit)
        if text.isEmpty {
            throw JSONError(field: name.description, .empty, found: "is empty: write 1 to \(limit) characters")
        }
        return text
    }

    package func optionalText(_ name: StaticString, atMost limit: Int = 200) throws(JSONError) -> String? {
        has(name) ? try text(name, atMost: limit) : nil
    }

    /// A name as outsiders give it: something in it can be seen. Rows and events of every version may hold others.
    package func name(_ name: StaticString) throws(JSONError) -> String {
        let text = try text(name)
        guard text.isVisible else {
            throw JSONError(
                field: name.description, .invisible,
                found: "is \(text.shown), which has no visible character: write a name")
        }
        return text
    }

    package func optionalName(_ name: StaticString) throws(JSONError) -> String? {
        has(name) ? try self.name(name) : nil
    }

    private func fitResource(_ name: StaticString, _ rule: IdentifierRule) throws(JSONError) -> ResourceID {
        try Self.resource(try identifier(name, atMost: IdentifierRule.limit), name, rule)
    }

    private static func resource(
        _ text: String, _ name: StaticString, _ rule: IdentifierRule
    ) throws(JSONError) -> ResourceID {
        if let fault = rule.fault(in: text, canHoldDots: ResourceID.canHoldDots) {
            throw JSONError(field: name.description, fault.reason, found: fault.words(text))
        }
        guard text.utf8.count <= ResourceID.limit else {
            throw JSONError(
                field: name.description, .tooLong,
                found: "is \(text.shown), longer than \(ResourceID.limit) bytes, the most that a resource's id may have"
            )
        }
        return ResourceID(text: text)
    }

    @inline(__always)
    private func fit<ID: Identifier>(_ name: StaticString, _ rule: IdentifierRule = .any) throws(JSONError) -> ID {
        let text = try identifier(name, atMost: IdentifierRule.limit)
        if let fault = rule.fault(in: text, canHoldDots: ID.canHoldDots) {
            throw JSONError(field: name.description, fault.reason, found: fault.words(text))
        }
        return ID(text: text)
    }
}

extension JSONWriter {
    package mutating func field(_ name: StaticString, _ id: UserID) { field(name, id.text) }
    package mutating func field(_ name: StaticString, _ id: OrderID) { field(name, id.text) }
    package mutating func field(_ name: StaticString, _ id: WithdrawalID) { field(name, id.text) }
    package mutating func field(_ name: StaticString, ifThere id: ResourceID?) { field(name, ifThere: id?.text) }
    package mutating func field(_ name: StaticString, _ ids: [ResourceID]) { field(name, ids.map(\.text)) }
    package mutating func field(_ name: StaticString, _ id: AdjustmentID) { field(name, id.text) }
    package mutating func field(_ name: StaticString, _ id: ResponseID) { field(name, id.description) }

    /// Leaves the field out when there is nothing to say.
    package mutating func field(_ name: StaticString, ifThere text: String?) {
        if let text { field(name, text) }
    }
}
