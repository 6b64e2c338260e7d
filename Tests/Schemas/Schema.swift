import Foundation

/// A JSON Schema (2020-12), ready to check values with: the keywords that topics/ uses. Any other is an error, so that
/// nothing stands there and is not checked.
indirect enum Schema: Sendable {
    /// All of these rules hold.
    case rules([Rule])
    /// The definition of this name.
    case reference(String, and: [Rule])

    enum Rule: Sendable {
        case type([String])
        case const(JSONTree)
        case oneOf([JSONTree])
        case required([String])
        /// In the order of their names, so that the same value is refused for the same reason.
        case properties([(name: String, schema: Schema)])
        /// Of what `properties` does not name; nil forbids it.
        case additional(Schema?, named: Set<String>)
        case items(Schema)
        case minItems(Int)
        case maxItems(Int)
        case minimum(Double)
        case maximum(Double)
        case minLength(Int)
        case maxLength(Int)
        case pattern(String, NSRegularExpression)
        case format(DateFormat)
        case anyOf([Schema])
    }

    init(_ json: JSONTree, path: String = "$") throws {
        if json == .bool(true) {
            self = .rules([])
            return
        }
        guard let object = json.object else { throw SchemaError(path: path, "is no schema") }
        var rules: [Rule] = []
        var reference: String?
        for (keyword, value) in object.sorted(by: { $0.key < $1.key }) {
            if ["description", "$schema", "$defs"].contains(keyword) { continue }
            if keyword == "$ref" {
                guard let text = value.string, text.hasPrefix("#/$defs/") else {
                    throw SchemaError(path: path, "refers to what is not in #/$defs/")
                }
                reference = String(text.dropFirst("#/$defs/".count))
            } else {
                rules.append(try Rule(keyword, value, beside: object, path: "\(path).\(keyword)"))
            }
        }
        self = reference.map { .reference($0, and: rules) } ?? .rules(rules)
    }
}

extension Schema.Rule {
    fileprivate init(_ keyword: String, _ value: JSONTree, beside object: [String: JSONTree], path: String) throws {
        func need<Value>(_ value: Value?) throws -> Value {
            guard let value else { throw SchemaError(path: path, "is not what the keyword takes") }
            return value
        }
        switch keyword {
        case "type":
            let types = try (value.array ?? [value]).map { try need($0.string) }
            let known: Set = ["null", "boolean", "object", "array", "number", "integer", "string"]
            guard known.isSuperset(of: types) else { throw SchemaError(path: path, "names an unknown type") }
            self = .type(types)
        case "const": self = .const(value)
        case "enum": self = .oneOf(try need(value.array))
        case "required": self = .required(try need(value.array).map { try need($0.string) })
        case "properties":
            let sorted = try need(value.object).sorted { $0.key < $1.key }
            self = .properties(try sorted.map { ($0.key, try Schema($0.value, path: "\(path).\($0.key)")) })
        case "additionalProperties":
            let named = Set((object["properties"]?.object ?? [:]).keys)
            self = .additional(value == .bool(false) ? nil : try Schema(value, path: path), named: named)
        case "items": self = .items(try Schema(value, path: path))
        case "minItems": self = .minItems(try need(value.number.flatMap { Int(exactly: $0) }))
        case "maxItems": self = .maxItems(try need(value.number.flatMap { Int(exactly: $0) }))
        case "minimum": self = .minimum(try need(value.number))
        case "maximum": self = .maximum(try need(value.number))
        case "minLength": self = .minLength(try need(value.number.flatMap { Int(exactly: $0) }))
        case "maxLength": self = .maxLength(try need(value.number.flatMap { Int(exactly: $0) }))
        case "pattern":
            let pattern = try need(value.string)
            // ECMA's $ is the end of the text; ICU's is also the place before a line feed there.
            let icu = pattern.hasSuffix("$") ? pattern.dropLast() + "\\z" : pattern[...]
            self = .pattern(pattern, try NSRegularExpression(pattern: String(icu)))
        case "format": self = .format(try need(DateFormat(rawValue: try need(value.string))))
        case "anyOf":
            self = .anyOf(try need(value.array).enumerated().map { try Schema($1, path: "\(path)[\($0)]") })
        default: throw SchemaError(path: path, "is a keyword that is not checked here")
        }
    }
}
