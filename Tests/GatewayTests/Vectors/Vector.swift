import Testing

/// What the services before this answered to a request, and what the gateway answers: a row of the contract between
/// them.
struct Vector: Sendable, CustomTestStringConvertible {
    let name: String
    /// In which way the gateway differs from what was agreed on, and why; nil where it does not.
    let deviation: String?
    /// The state that it takes, and then the request itself.
    let steps: [Step]

    init(_ name: String, deviation: String? = nil, _ steps: Step...) {
        (self.name, self.deviation, self.steps) = (name, deviation, steps)
    }

    var testDescription: String { name }
}
