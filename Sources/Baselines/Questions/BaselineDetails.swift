package import Contracts
package import JSON

/// All of an answer, exactly: fractions as [numerator, denominator] in lowest terms.
extension BaselineAnswer {
    package func writeDetails(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("phase", phase)
        if let customer { json.field("customer", customer) }
        if let counted { json.field("counted", counted) }
        if let leftOut { json.field("leftOut", leftOut) }
        guard let result else { return json.null("result") }
        json.field(
            "result",
            object: { json in
                switch result.adjustment?.kind {
                case .additive: json.fraction("saaWh", result.adjustment?.value, perWh: 10)
                case .ratio: json.fraction("factor", result.adjustment?.value, perWh: 1)
                case nil: json.null("saaWh")
                }
                json.field("hours", objects: result.hours.count) { json, position in result.hours[position].write(&json)
                }
                json.fraction("baselineWh", result.baseline, perWh: 10)
                json.tenths("usedWh", result.used)
                json.fraction("reductionWh", result.reduction, perWh: 10)
                json.field(
                    "rounded",
                    object: { json in
                        json.field("baselineWh", baselineWh)
                        json.field("usedWh", usedWh)
                        json.field("reducedWh", reducedWh)
                    })
                json.field("kpxKWh", result.hours.map(\.kpxKWh))
            })
    }
}

extension DayNotUsed {
    package init(_ day: DayLeftOut) { self.init(day: day.day.description, why: day.why.name) }
}

extension BaselineResult.Hour {
    /// The market's own figure: baseline and use rounded to whole kWh each.
    package var kpxKWh: Int64? {
        guard reason == nil, let baseline, let used else { return 0 }
        let kWh = Fraction(1, over: 10_000)
        return (baseline * kWh).rounded - (Fraction(used) * kWh).rounded
    }

    package var hour: Int64 { minutes.lowerBound % Day.minutes / 60 }

    func write(_ json: inout JSONWriter) {
        json.field("hour", hour)
        json.field("minutes", length)
        json.fraction("cblWh", unadjusted, perWh: 10)
        json.fraction("baselineWh", baseline, perWh: 10)
        json.tenths("usedWh", used)
        json.fraction("reductionWh", reduction, perWh: 10)
        if let reason { json.field("reason", reason.rawValue) } else { json.null("reason") }
        json.field("referenceDays", referenceDays.map(\.description))
        json.field("similarDays", averagedDays.map(\.description))
        json.field("notUsed", notUsed.map(DayNotUsed.init))
        json.field("cameBack", cameBack.map(\.description))
    }
}

extension JSONWriter {
    mutating func fraction(_ name: StaticString, _ value: Fraction?, perWh units: Int64) {
        guard let value = value.map({ $0 * Fraction(1, over: Int128(units)) }) else { return null(name) }
        field(name, json: "[\(value.numerator),\(value.denominator)]".utf8.span)
    }

    /// With a decimal only where there is one.
    mutating func tenths(_ name: StaticString, _ value: Int64?) {
        guard let value else { return null(name) }
        if value.isMultiple(of: 10) { field(name, value / 10) } else { field(name, value, decimals: 1) }
    }
}
