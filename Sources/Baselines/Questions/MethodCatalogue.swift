package import JSON

/// The methods that questions may name: KPX's four, and those of a file.
package struct MethodCatalogue: Sendable {
    private var own: [String: [MethodHistory.Entry]] = [:]

    package init() {}

    /// Adds a method of a file, which holds from a day on; one of KPX's names replaces KPX's.
    package mutating func add(_ fields: borrowing Fields) throws {
        let method = try BaselineMethod(fields)
        let from = fields.has("from") ? try QuestionFields.day(fields, "from") : Day(number: 0)
        own[method.name, default: []].append(MethodHistory.Entry(from: from, method))
    }

    /// What a question names: `method`, or in `methods` the one that holds on the day.
    func method(_ fields: borrowing Fields, on day: Day) throws -> BaselineMethod {
        let terms = KPXRules.Terms(
            isNational: try fields.optional("kind").map { $0 == "national" } ?? false,
            hasSAA: try fields.optional("saa") ?? false, judgesDays: try fields.optional("abnormalDays") ?? false,
            isIndustrial: try fields.optional("industrial") ?? false)
        guard fields.isThere("methods") else { return try method(fields.required("method"), terms, on: day) }
        var named: (from: Day, name: String)?
        try NestedFields.objects(fields, "methods", atMost: QuestionLimits.days) { entry in
            let from = try QuestionFields.day(entry, "from")
            if from <= day, from >= named?.from ?? from { named = (from, try entry.required("method")) }
        }
        guard let named else { throw QuestionError("field \"methods\" has none that holds on \(day)") }
        return try method(named.name, terms, on: day)
    }

    private func method(_ name: String, _ terms: KPXRules.Terms, on day: Day) throws -> BaselineMethod {
        if let entries = own[name] {
            guard let method = MethodHistory(entries)[day] else {
                throw QuestionError("method \(name.shown) does not hold on \(day)")
            }
            return method
        }
        guard let method = KPXRules.method(name, terms) else {
            let names = (KPXRules.methods.map(\.name) + own.keys.sorted()).joined(separator: ", ")
            throw QuestionError("there is no method \(name.shown); there are \(names)")
        }
        return method
    }
}
