/// What a customer would have used, what was used, and how that was found. Figures are in the history's units.
package struct BaselineResult: Sendable {
    /// nil when there is none, or no data for it.
    package let adjustment: Amount?
    /// An entry an interval that the order touches.
    package let hours: [Hour]

    package struct Amount: Sendable, Hashable {
        package let kind: Adjustment.Kind
        /// What is added to a whole hour, or the factor.
        package let value: Fraction
    }

    package struct Hour: Sendable {
        /// By the market's clock.
        package let minutes: Minutes
        /// Before the adjustment; nil without a reference day.
        package let unadjusted: Fraction?
        package let baseline: Fraction?
        /// nil with a gap.
        package let used: Int64?
        /// Why it does not count; its reduction is 0 then.
        package let reason: Reason?
        /// All newest first, but for those that came back, which are in the order in which they came.
        package let referenceDays: [Day]
        package let averagedDays: [Day]
        /// For a gap or by a use rule.
        package let notUsed: [DayLeftOut]
        /// These and those that could be no reference or were outranked, newest first: whatever is not averaged.
        package let leftOut: [DayLeftOut]
        package let cameBack: [Day]

        package var reduction: Fraction {
            guard reason == nil, let baseline, let used else { return .zero }
            return baseline - Fraction(used)
        }

        /// Of the whole clock hour or interval.
        package var length: Int64 { Int64(minutes.count) }
    }

    package enum Reason: String, Sendable {
        case gap = "gap in the order"
        case leftOut = "left out"
        case noReference = "no reference day"
    }

    package var counted: [Hour] { hours.filter { $0.reason == nil } }
    package var baseline: Fraction { counted.reduce(.zero) { $0 + ($1.baseline ?? .zero) } }
    package var used: Int64 { counted.reduce(0) { $0 + ($1.used ?? 0) } }
    package var reduction: Fraction { baseline - Fraction(used) }
}
