import JSON

/// Objects within objects: each is read by a reader of its own, and what is wrong in it is told with its place.
enum NestedFields {
    static func read(_ text: [UInt8], _ place: @autoclosure () -> String, _ body: (borrowing Fields) throws -> Void)
        throws
    {
        var reader = JSONReader()
        do { try reader.read(text.span, body) } catch let error as QuestionError {
            throw QuestionError(within: place(), error)
        } catch let error as JSONError { throw QuestionError(within: place(), error) }
    }

    /// An object that has to be there.
    static func object(
        _ fields: borrowing Fields, _ name: String, _ body: (borrowing Fields) throws -> Void
    ) throws {
        guard case .object(let text) = try fields.loose(name, atMost: 0) else {
            throw QuestionError("field \"\(name)\" is missing or no object")
        }
        try read(text, name, body)
    }

    /// The objects of an array; without such a field there are none.
    static func objects(
        _ fields: borrowing Fields, _ name: String, atMost limit: Int, _ body: (borrowing Fields) throws -> Void
    ) throws {
        guard fields.isThere(name) else { return }
        for (position, text) in try fields.objects(named: name, atMost: limit).enumerated() {
            guard let text else { throw QuestionError("\(name)[\(position)] is no object") }
            try read(text, "\(name)[\(position)]", body)
        }
    }
}
