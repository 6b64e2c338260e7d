import Baselines
import JSON

/// How a baseline was found, for people.
struct BaselineExplanation {
    private let question: BaselineQuestion
    private let answer: BaselineAnswer

    init(_ question: BaselineQuestion, _ answer: BaselineAnswer) {
        (self.question, self.answer) = (question, answer)
    }

    var text: String {
        let customer = answer.customer.map { ", customer \($0)" } ?? ""
        let late = answer.phase == "expectedLate" ? ", with late readings" : ""
        let order = question.order
        let time = "\(order.day) \(Self.clock(order.minutes.lowerBound))-\(Self.clock(order.minutes.upperBound))"
        var text = "\(answer.id)\(customer): \(question.method.name), order of \(time)\(late)".printable + "\n"
        if let leftOut = answer.leftOut, !leftOut.isEmpty {
            text += "  left out for a gap in the order: \(leftOut.joined(separator: ", "))".printable + "\n"
        }
        guard let result = answer.result else { return text + "  nobody is left\n\n" }
        text += hours(result)
        text += "  adjustment: \(adjustment(result))\n"
        text +=
            "  total: baseline \(answer.baselineWh) Wh - used \(answer.usedWh) Wh = reduced \(answer.reducedWh) Wh, "
            + "each rounded once; KPX's own figure: \(result.hours.reduce(0) { $0 + ($1.kpxKWh ?? 0) }) kWh\n\n"
        return text
    }

    private func hours(_ result: BaselineResult) -> String {
        var table = TextTable("  TIME", "CBL>", "BASELINE>", "USED>", "REDUCED>", "AVERAGED DAYS", "NOT USED")
        for hour in result.hours {
            table.add(
                "  \(Self.clock(hour.minutes.lowerBound))-\(Self.clock(hour.minutes.upperBound))",
                Self.wh(hour.unadjusted), Self.wh(hour.baseline), hour.used.map { Self.wh(Fraction($0)) } ?? "-",
                hour.reason.map { "0 (\($0.rawValue))" } ?? Self.wh(hour.reduction),
                hour.averagedDays.map(Self.short).joined(separator: " "),
                Self.notUsed(hour))
        }
        return table.text
    }

    /// By reason, in the order in which the first of each stands: "gap: 02-07 02-04; came back: 01-31".
    private static func notUsed(_ hour: BaselineResult.Hour) -> String {
        var groups: [(why: String, days: [String])] = []
        for (day, why) in hour.notUsed.map({ ($0.day, $0.why.name) }) + hour.cameBack.map({ ($0, "came back") }) {
            let place = groups.firstIndex { $0.why == why } ?? groups.endIndex
            if place == groups.endIndex { groups.append((why, [])) }
            groups[place].days.append(short(day))
        }
        return groups.map { "\($0.why): \($0.days.joined(separator: " "))" }.joined(separator: "; ")
    }

    private func adjustment(_ result: BaselineResult) -> String {
        switch (result.adjustment?.kind, question.method.adjustment) {
        case (.additive, _): "\(Self.wh(result.adjustment?.value)) Wh for each whole hour"
        case (.ratio, _): "factor \(Self.decimal(result.adjustment?.value ?? .zero, places: 4))"
        case (nil, nil): "none in this method"
        case (nil, _): "none: readings of its hours are missing, or there is no reference day"
        }
    }

    /// Month and day: the year stands above.
    private static func short(_ day: Day) -> String { String(day.description.dropFirst(5)) }

    private static func clock(_ minute: Int64) -> String {
        let (hour, rest) = (minute % Day.minutes / 60, minute % 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
    }

    /// Tenths of a Wh as Wh with two decimals.
    private static func wh(_ tenths: Fraction?) -> String {
        tenths.map { decimal($0 * Fraction(1, over: 10), places: 2) } ?? "-"
    }

    /// Rounded for showing only.
    private static func decimal(_ value: Fraction, places: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = (value * Fraction(scale)).rounded
        let digits = String(scaled.magnitude % scale.magnitude)
        let zeros = String(repeating: "0", count: places - digits.count)
        return "\(scaled < 0 ? "-" : "")\(scaled.magnitude / scale.magnitude).\(zeros)\(digits)"
    }
}
