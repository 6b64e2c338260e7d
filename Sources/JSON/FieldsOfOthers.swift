/// A value of a record whose form others decide, as far as its reader can make something of it.
package enum LooseValue: Hashable, Sendable {
    case text(String)
    case texts([String])
    /// As JSON text, for a reader of its own.
    case object([UInt8])
    /// A number, a boolean, null, or an array of something else.
    case other
}

/// A value as it stands, where a number may be written as text, or as nothing.
package enum PlainValue: Hashable, Sendable {
    case text(String)
    /// As it is written: 0.0911, or 4e-2.
    case number(String)
    case null
    /// A boolean, an array, an object, or a longer text than is looked at.
    case other
}

/// Of records in others' formats, which nest what we would not, and have fields whose names a setting says.
extension Fields {
    /// nil when there is no such field. Refuses one that is there twice, and an array with more elements than `limit`.
    package func loose(_ name: String, atMost limit: Int) throws(JSONError) -> LooseValue? {
        guard let place = try place(named: name) else { return nil }
        let token = index[place].value
        let value = JSONValue(text.extracting(token.range), token.kind)
        do throws(JSONError.Reason) {
            if value.isText { return .text(try value.string()) }
            if let object = value.object { return .object(object) }
            return .texts(
                try value.elements(atMost: limit) { element throws(JSONError.Reason) in try element.string() })
        } catch .tooManyElements {
            throw JSONError(field: name, .tooManyElements)
        } catch { return .other }
    }

    /// The objects of an array, each as JSON text for a reader of its own; nil stands for an element that is none.
    package func objects(_ name: StaticString, atMost limit: Int) throws(JSONError) -> [[UInt8]?] {
        try readElements(name, atMost: limit, .other) { element throws(JSONError.Reason) in element.object }
    }

    /// The elements of an array of objects, as `element` reads each.
    package func elements<Element>(
        _ name: StaticString, atMost limit: Int, _ element: (borrowing Fields) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        var elements: [Element] = []
        var reader = JSONReader()
        for text in try objects(name, atMost: limit) {
            guard let text else { throw JSONError(field: name.description, .notAnObject) }
            elements.append(try element(reader.fields(of: text.span)))
        }
        return elements
    }

    /// The names of all fields, as they stand.
    package var fieldNames: [String] {
        index.indices.map { place in
            let token = index[place].name
            return (token.kind == .text ? text : names).extracting(token.range).string
        }
    }

    /// Lends all fields, in their order. One that is there twice comes twice.
    /// - Parameter limit: a text or number of more characters is `other`, and a name of more is passed over.
    package func each(atMost limit: Int, _ body: (String, PlainValue) -> Void) {
        for place in index.indices {
            let (name, token) = (index[place].name, index[place].value)
            guard name.range.count <= limit else { continue }
            let value = JSONValue(text.extracting(token.range), token.kind)
            body((name.kind == .text ? text : names).extracting(name.range).string, value.plain(atMost: limit))
        }
    }

    /// As `objects`, of a field whose name is not known beforehand.
    package func objects(named name: String, atMost limit: Int) throws(JSONError) -> [[UInt8]?] {
        try array(named: name, atMost: limit) { element throws(JSONError.Reason) in element.object }
    }

    /// As `numbers`, of a field whose name is not known beforehand.
    package func numbers(
        named name: String, decimals: Int, in bounds: ClosedRange<Int64>, atMost limit: Int
    ) throws(JSONError) -> [Int64?] {
        try array(named: name, atMost: limit) { element throws(JSONError.Reason) in
            element.isNull ? nil : try element.integer(decimals: decimals, in: bounds)
        }
    }

    private func array<Element>(
        named name: String, atMost limit: Int, _ body: (JSONValue) throws(JSONError.Reason) -> Element
    ) throws(JSONError) -> [Element] {
        guard let place = try place(named: name) else { throw JSONError(field: name, .missing) }
        let token = index[place].value
        do throws(JSONError.Reason) {
            return try JSONValue(text.extracting(token.range), token.kind).elements(atMost: limit, body)
        } catch { throw JSONError(field: name, error) }
    }

    /// Whether there is such a field, also one that is null.
    package func isThere(_ name: String) -> Bool {
        for place in index.indices where isNamed(name, place) { return true }
        return false
    }

    private func place(named name: String) throws(JSONError) -> Int? {
        var place: Int?
        for candidate in index.indices where isNamed(name, candidate) {
            guard place == nil else { throw JSONError(field: name, .repeated) }
            place = candidate
        }
        return place
    }

    private func isNamed(_ name: String, _ place: Int) -> Bool {
        let token = index[place].name
        let bytes = (token.kind == .text ? text : names).extracting(token.range)
        let name = name.utf8.span
        guard bytes.count == name.count else { return false }
        for position in bytes.indices where bytes[position] != name[position] { return false }
        return true
    }
}

extension JSONValue {
    fileprivate func plain(atMost limit: Int) -> PlainValue {
        switch kind {
        case .text, .escapedText: (try? string(atMost: limit)).map { .text($0) } ?? .other
        case .number: count <= limit ? .number(text.string) : .other
        case .null: .null
        default: .other
        }
    }

    /// Its text, where it is an object.
    fileprivate var object: [UInt8]? {
        guard kind == .nested, text[0] == UInt8(ascii: "{") else { return nil }
        return unsafe text.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
