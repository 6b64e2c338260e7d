/// Names and values that tell the metrics of one family apart, as in `["partition": "3"]`.
package struct MetricLabels: ExpressibleByDictionaryLiteral, Sendable {
    package let list: [(name: String, value: String)]

    package init(dictionaryLiteral elements: (String, String)...) {
        list = elements.map { (name: $0.0, value: $0.1) }
    }

    var names: [String] { list.map { $0.name } }

    /// `name="value",…` in the order of `names`, which have to be these labels' own.
    func text(_ names: [String]) -> String {
        precondition(
            names.sorted() == self.names.sorted(), "labels \(self.names) for a metric that is declared with \(names)")
        var text = ""
        for name in names {
            for label in list where label.name == name {
                text += text.isEmpty ? "" : ","
                text += "\(name)=\"\(Self.escaped(label.value))\""
            }
        }
        return text
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
