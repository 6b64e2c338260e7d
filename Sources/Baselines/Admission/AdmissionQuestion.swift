import Contracts
package import JSON

/// One customer or resource that wants to take part: what the admission test is calculated from.
package struct AdmissionQuestion: Sendable {
    package let id: String
    private let method: BaselineMethod
    private let rules: DayRules
    private let registered: Day
    private let removed: Set<Day>
    private let customers: [Readings]

    package init(_ fields: borrowing Fields, _ catalogue: MethodCatalogue, _ zone: Zone = .korea) throws {
        id = try QuestionFields.id(fields)
        rules = try QuestionFields.rules(fields)
        registered = try QuestionFields.day(fields, "registered")
        removed = try QuestionFields.days(fields, "removedDays")
        guard removed.count <= RRMSE.Terms.kpx.removable else {
            throw QuestionError(
                "field \"removedDays\" has \(removed.count): at most \(RRMSE.Terms.kpx.removable) may be taken out")
        }
        method = try catalogue.method(fields, on: registered)
        guard method.measure == .sameTime else {
            throw QuestionError("method \(method.name.shown) compares other times than an order's: it has no RRMSE")
        }
        if fields.isThere("customers") {
            customers = try BaselineQuestion.participants(fields, zone).map(\.readings)
        } else if fields.isThere("hourlyWhFrom9") {
            customers = [try Self.hourly(fields)]
        } else {
            customers = [try QuestionFields.readings(fields, zone)]
        }
        guard customers.contains(where: { !$0.isEmpty }) else { throw QuestionError("there is no reading") }
    }

    /// The hours from 9 on of each day, such as {"2026-06-09": [133029, 151681, …]}.
    private static func hourly(_ fields: borrowing Fields) throws -> Readings {
        let hours = RRMSE.Terms.kpx.minutes
        var readings = Readings()
        try NestedFields.object(fields, "hourlyWhFrom9") { fields in
            let names = fields.fieldNames
            guard names.count <= QuestionLimits.days else {
                throw QuestionError("it has \(names.count) days: at most \(QuestionLimits.days) are taken")
            }
            for name in names {
                guard let day = Day(name) else { throw QuestionError("\(name.shown) is no date as 2026-11-20") }
                let uses = try fields.numbers(
                    named: name, decimals: 1, in: QuestionLimits.tenths, atMost: hours.count / 60)
                for (position, use) in uses.enumerated() {
                    guard let use else { continue }
                    let minute = day.number * Day.minutes + hours.lowerBound + Int64(position) * 60
                    readings.record(use, at: minute, length: 60)
                }
            }
        }
        return readings
    }

    package func result() throws -> RRMSE {
        let oldest = customers.compactMap(\.oldest).min() ?? 0
        return try RRMSE(
            method, rules, registered: registered, removed: removed, oldest: Day(of: oldest),
            SharedHistory(customers))
    }

    /// One line: the ratio and the percentage, rounded once, and whether it is low enough.
    package func write(_ result: RRMSE, _ json: inout JSONWriter) {
        json.field("id", id)
        json.field("rrmse", result.ratio, decimals: 2)
        json.field("percent", result.percent, decimals: 2)
        json.field("admitted", result.ratio <= RRMSE.Terms.kpx.limit)
        json.field("days", result.days.map(\.description))
    }
}
