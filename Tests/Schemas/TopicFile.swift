/// A file of topics/: a topic as the contract has it.
package struct TopicFile: Sendable {
    package enum Cleanup: Hashable, Sendable {
        case delete(days: Int)
        case compact
    }

    package struct Message: Sendable {
        package let name: String
        package let description: String
        /// A whole record value.
        package let example: JSONTree
        package let schema: JSONTree
        package let validator: Validator
    }

    package let name: String
    package let owner: String
    /// Who reads it: contexts, and the gateway. Files of 0.1.0 do not say.
    package let readers: [String]
    /// Contexts that write where outsiders may.
    package let writers: [String]
    package let description: String
    package let key: String
    package let cleanup: Cleanup
    package let messages: [String: Message]

    package init(_ json: JSONTree) throws {
        func text(_ json: JSONTree, _ name: String) throws -> String {
            guard let text = json[name]?.string, !text.isEmpty else {
                throw SchemaError(path: "$.\(name)", "is no text")
            }
            return text
        }
        func onlyFields(_ json: JSONTree, _ names: Set<String>) throws {
            guard let object = json.object, Set(object.keys) == names else {
                throw SchemaError(path: "$", "should have the fields \(names.sorted())")
            }
        }
        var rest = json
        rest["readers"] = nil
        rest["writers"] = nil
        try onlyFields(rest, ["name", "owner", "description", "key", "cleanup", "messages"])
        readers = json["readers"]?.array?.compactMap(\.string) ?? []
        writers = json["writers"]?.array?.compactMap(\.string) ?? []
        let name = try text(json, "name")
        (self.name, owner, description, key) =
            (name, try text(json, "owner"), try text(json, "description"), try text(json, "key"))
        let cleanup = json["cleanup"] ?? .null
        switch (cleanup["policy"]?.string, cleanup["days"]?.number.flatMap { Int(exactly: $0) }) {
        case ("compact", nil): self.cleanup = .compact
        case ("delete", let days?): self.cleanup = .delete(days: days)
        default: throw SchemaError(path: "$.cleanup", "is neither deletion after so many days nor compaction")
        }
        var messages: [String: Message] = [:]
        for (type, message) in json["messages"]?.object ?? [:] {
            try onlyFields(message, ["description", "example", "schema"])
            do {
                let schema = message["schema"] ?? .null
                messages[type] = Message(
                    name: type, description: try text(message, "description"), example: message["example"] ?? .null,
                    schema: schema, validator: try Validator(schema))
            } catch var error as SchemaError {
                error.message = "\(name) \(type)"
                throw error
            }
        }
        self.messages = messages
    }
}
