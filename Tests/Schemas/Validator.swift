import Foundation

/// Checks values against a schema and its definitions.
package struct Validator: Sendable {
    private let schema: Schema
    private let definitions: [String: Schema]

    /// Throws when the schema holds what is not checked here, or refers to what is not there.
    package init(_ json: JSONTree) throws {
        schema = try Schema(json)
        var definitions: [String: Schema] = [:]
        for (name, definition) in json["$defs"]?.object ?? [:] {
            definitions[name] = try Schema(definition, path: "$.$defs.\(name)")
        }
        self.definitions = definitions
        try resolve(schema)
        for definition in definitions.values { try resolve(definition) }
    }

    /// Throws a `SchemaError` at the first thing that is wrong.
    package func check(_ value: JSONTree) throws(SchemaError) { try check(value, schema, "$") }

    /// Finds every reference, those that no value has reached too.
    private func resolve(_ schema: Schema) throws {
        let rules: [Schema.Rule]
        switch schema {
        case .rules(let own): rules = own
        case .reference(let name, let own):
            guard definitions[name] != nil else { throw SchemaError(path: "$.$defs", "holds no \"\(name)\"") }
            rules = own
        }
        for rule in rules {
            switch rule {
            case .properties(let schemas): for (_, schema) in schemas { try resolve(schema) }
            case .additional(let schema?, _), .items(let schema): try resolve(schema)
            case .anyOf(let schemas): for schema in schemas { try resolve(schema) }
            default: break
            }
        }
    }

    private func check(_ value: JSONTree, _ schema: Schema, _ path: String) throws(SchemaError) {
        let rules: [Schema.Rule]
        switch schema {
        case .rules(let own): rules = own
        case .reference(let name, let own):
            if let definition = definitions[name] { try check(value, definition, path) }
            rules = own
        }
        for rule in rules { try check(value, rule, path) }
    }

    private func check(_ value: JSONTree, _ rule: Schema.Rule, _ path: String) throws(SchemaError) {
        func require(_ holds: Bool, _ reason: @autoclosure () -> String) throws(SchemaError) {
            if !holds { throw SchemaError(path: path, "\(reason()): it is \(String(value.description.prefix(200)))") }
        }
        switch (rule, value) {
        case (.type(let types), _):
            let fits = types.contains(value.type) || value.type == "integer" && types.contains("number")
            try require(fits, "should be of type \(types.joined(separator: " or "))")
        case (.const(let constant), _): try require(value == constant, "should be \(constant)")
        case (.oneOf(let values), _): try require(values.contains(value), "should be one of \(JSONTree.array(values))")
        case (.anyOf(let schemas), _): try checkAny(value, schemas, path)
        case (.required(let names), .object(let object)):
            for name in names where object[name] == nil { throw SchemaError(path: "\(path).\(name)", "is missing") }
        case (.properties(let schemas), .object(let object)):
            for (name, schema) in schemas {
                if let value = object[name] { try check(value, schema, "\(path).\(name)") }
            }
        case (.additional(let schema, let named), .object(let object)):
            for (name, value) in object where !named.contains(name) {
                guard let schema else { throw SchemaError(path: "\(path).\(name)", "is a field that is not known") }
                try check(value, schema, "\(path).\(name)")
            }
        case (.items(let schema), .array(let array)):
            for (position, element) in array.enumerated() { try check(element, schema, "\(path)[\(position)]") }
        case (.minItems(let count), .array(let array)):
            try require(array.count >= count, "should hold \(count) or more")
        case (.maxItems(let count), .array(let array)):
            try require(array.count <= count, "should hold \(count) or less")
        case (.minimum(let bound), .number(let number)):
            try require(number >= bound, "should be \(JSONTree.number(bound)) or more")
        case (.maximum(let bound), .number(let number)):
            try require(number <= bound, "should be \(JSONTree.number(bound)) or less")
        case (.minLength(let count), .string(let text)):
            try require(text.unicodeScalars.count >= count, "should have \(count) characters or more")
        case (.maxLength(let count), .string(let text)):
            try require(text.unicodeScalars.count <= count, "should have \(count) characters or less")
        case (.pattern(let pattern, let expression), .string(let text)):
            let whole = NSRange(text.startIndex..., in: text)
            try require(expression.firstMatch(in: text, range: whole) != nil, "should match \(pattern)")
        case (.format(let format), .string(let text)):
            try require(format.matches(text), "should be a \(format.rawValue)")
        // Rules of one type pass values of others over.
        default: break
        }
    }

    private func checkAny(_ value: JSONTree, _ schemas: [Schema], _ path: String) throws(SchemaError) {
        var errors: [SchemaError] = []
        for schema in schemas {
            do throws(SchemaError) { return try check(value, schema, path) } catch { errors.append(error) }
        }
        // The most telling is the one deepest inside.
        guard let first = errors.max(by: { $0.path.count < $1.path.count }) else {
            throw SchemaError(path: path, "can be nothing at all")
        }
        let reasons = errors.map(\.description).joined(separator: "; or ")
        throw SchemaError(path: first.path, "fits none of \(errors.count): \(reasons)")
    }
}
