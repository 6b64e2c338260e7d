package import JSON

/// What a question comes to: of a customer an answer before late readings and one after them; of a resource its own and
/// those of all who took part.
package struct BaselineAnswer: Sendable {
    package let id: String
    /// nil: the resource's, or that of the question's one customer.
    package let customer: String?
    /// "expected" or "expectedLate".
    package let phase: String
    /// nil when nobody is left in a resource.
    package let result: BaselineResult?
    /// Of a resource: whose use is added up, and who is left out for a gap in the order.
    package let counted: [String]?
    package let leftOut: [String]?

    private init(
        _ id: String, _ result: BaselineResult?, customer: String? = nil, phase: String = "expected",
        counted: [String]? = nil, leftOut: [String]? = nil
    ) {
        (self.id, self.customer, self.phase, self.result) = (id, customer, phase, result)
        (self.counted, self.leftOut) = (counted, leftOut)
    }

    package static func answers(_ question: BaselineQuestion) throws -> [Self] {
        func result(_ history: any UseHistory) throws -> BaselineResult {
            try Calculation(question.method, question.rules, history)
                .result(question.order, firstOrder: question.firstOrder)
        }
        switch question.subject {
        case .customer(let readings, let late):
            var answers = [Self(question.id, try result(readings))]
            if let late { answers.append(Self(question.id, try result(late), phase: "expectedLate")) }
            return answers
        case .resource(let customers):
            let counted = customers.filter { $0.readings.sum(question.order.minutes) != nil }
            let leftOut = customers.filter { $0.readings.sum(question.order.minutes) == nil }
            let shared = SharedHistory(counted.map(\.readings))
            let resource = Self(
                question.id, counted.isEmpty ? nil : try result(shared), counted: counted.map(\.name),
                leftOut: leftOut.map(\.name))
            return [resource] + (try customers.map { Self(question.id, try result($0.readings), customer: $0.name) })
        }
    }

    /// In whole Wh, each rounded once from the exact figure.
    package var baselineWh: Int64 { wh(result?.baseline ?? .zero).rounded }
    package var usedWh: Int64 { wh(Fraction(result?.used ?? 0)).rounded }
    package var reducedWh: Int64 { wh(result?.reduction ?? .zero).rounded }

    /// Readings are tenths of a Wh.
    private func wh(_ tenths: Fraction) -> Fraction { tenths * Fraction(1, over: 10) }

    /// One line: id, phase and the rounded figures.
    package func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("phase", phase)
        if let customer { json.field("customer", customer) }
        json.field("baselineWh", baselineWh)
        json.field("usedWh", usedWh)
        json.field("reducedWh", reducedWh)
    }
}
