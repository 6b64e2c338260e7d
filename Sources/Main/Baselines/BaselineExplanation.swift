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
        let time = "\(order.day) \(BaselineWords.clock(order.minutes))"
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
                "  \(BaselineWords.clock(hour.minutes))",
                Self.wh(hour.unadjusted), Self.wh(hour.baseline), hour.used.map { Self.wh(Fraction($0)) } ?? "-",
                hour.reason.map { "0 (\($0.rawValue))" } ?? Self.wh(hour.reduction),
                hour.averagedDays.map { BaselineWords.short("\($0)") }.joined(separator: " "),
                Self.notUsed(hour))
        }
        return table.text
    }

    private static func notUsed(_ hour: BaselineResult.Hour) -> String {
        BaselineWords.grouped(
            hour.leftOut.map { ("\($0.day)", $0.why.name) } + hour.cameBack.map { ("\($0)", "came back") })
    }

    private func adjustment(_ result: BaselineResult) -> String {
        switch (result.adjustment?.kind, question.method.adjustment) {
        case (.additive, _): "\(Self.wh(result.adjustment?.value)) Wh for each whole hour"
        case (.ratio, _): "factor \(BaselineWords.decimal(result.adjustment?.value ?? .zero, places: 4))"
        case (nil, nil): "none in this method"
        case (nil, _): "none: readings of its hours are missing, or there is no reference day"
        }
    }

    /// Tenths of a Wh as Wh with two decimals.
    private static func wh(_ tenths: Fraction?) -> String {
        tenths.map { BaselineWords.decimal($0 * Fraction(1, over: 10), places: 2) } ?? "-"
    }
}
