package import JSON

/// How ids and texts stand in JSON. Each kind of id has its own function: a generic one is not specialised in other modules,
/// which doubles the time of a decode.
extension Fields {
    package func required(_ name: StaticString) throws(JSONError) -> UserID { try fit(name) }

    package func required(_ name: StaticString) throws(JSONError) -> OrderID { try fit(name) }

    package func required(_ name: StaticString) throws(JSONError) -> WithdrawalID { try fit(name) }

    package func optional(_ name: StaticString) throws(JSONError) -> OrderID? { has(name) ? try fit(name) : nil }

    package func required(_ name: StaticString) throws(JSONError) -> ResponseID {
        guard let id = ResponseID(try identifier(name)) else { throw JSONError(field: name.description, .notResponse) }
        return id
    }

    /// Text for people: not empty, and of at most so many characters, by Unicode scalars as JSON Schema counts them.
    package func text(_ name: StaticString, atMost limit: Int = 200) throws(JSONError) -> String {
        let text: String = try required(name)
        if text.isEmpty { throw JSONError(field: name.description, .empty) }
        if text.isLonger(than: limit) { throw JSONError(field: name.description, .tooLong) }
        return text
    }

    package func optionalText(_ name: StaticString, atMost limit: Int = 200) throws(JSONError) -> String? {
        has(name) ? try text(name, atMost: limit) : nil
    }

    @inline(__always)
    private func fit<ID: Identifier>(_ name: StaticString) throws(JSONError) -> ID {
        let text = try identifier(name)
        if let fault = ID.fault(in: text) { throw JSONError(field: name.description, fault) }
        return ID(text: text)
    }
}

extension String {
    /// Counts characters only when there are more bytes.
    func isLonger(than limit: Int) -> Bool { utf8.count > limit && unicodeScalars.count > limit }
}

extension JSONWriter {
    package mutating func field(_ name: StaticString, _ id: UserID) { field(name, id.text) }
    package mutating func field(_ name: StaticString, _ id: OrderID) { field(name, id.text) }
    package mutating func field(_ name: StaticString, _ id: WithdrawalID) { field(name, id.text) }
    package mutating func field(_ name: StaticString, _ id: ResponseID) { field(name, id.description) }

    /// Leaves the field out when there is nothing to say.
    package mutating func field(_ name: StaticString, ifThere text: String?) {
        if let text { field(name, text) }
    }
}
