package import Contracts

/// Someone who was asked for an order, with what he answered and what came of it.
package struct Participant: Sendable {
    package let user: String
    package var name: String
    package var resource: String?
    /// The one that counts: the last one by the order's end.
    package var answer: Answer
    package var answeredAt: Timestamp?
    package var channel: String?
    /// The order was withdrawn, or he had left before it.
    package var isCancelled = false
    /// The last version; nil where there is none yet.
    package var check: CheckFigures?

    package init(user: String, name: String, answer: Answer) {
        (self.user, self.name, self.answer) = (user, name, answer)
    }
}

/// What of a check a report needs.
package struct CheckFigures: Sendable {
    package let version: Int64
    package let baselineWh: Int64
    package let usedWh: Int64
    package let reducedWh: Int64
    package let points: Int64
    package let isReal: Bool
    /// Why it is not.
    package let reason: String?
    /// The order as it was when it was checked; nil in a check of an earlier version.
    package let startsAt: Timestamp?
    /// Thousandths of a Wh of each quarter hour.
    package let baselineMilliWh: [Int64?]
    package let usedMilliWh: [Int64?]
    /// Which of these are counted for other orders, by position: a quarter hour is paid once.
    package let others: Set<Int>
    /// One missing reading in the order, and nothing counts.
    package let gapTakesAll: Bool

    package init(_ check: ReductionCheck) {
        (version, baselineWh, usedWh) = (check.version, check.baselineWh, check.usedWh)
        (reducedWh, points, isReal) = (check.reducedWh, check.adjustPoint, check.isReal)
        (reason, startsAt) = (check.isReal ? nil : check.reason, check.explanation?.startsAt)
        (baselineMilliWh, usedMilliWh) = (check.quarterBaselineMilliWh, check.quarterUsedMilliWh)
        others = check.positionsOfOthers
        gapTakesAll = check.explanation.map { $0.gapOfOrder == "customer" } ?? true
    }

    /// Without a reference day, or with a reading missing that takes all, nothing is reduced, and baseline and use show
    /// what is known: they are in no sum. Else they differ by what is reduced, but for their rounding. What is missing
    /// in other orders' quarter hours does no harm, and where all are others', nothing counts.
    package var counts: Bool {
        let own = zip(baselineMilliWh, usedMilliWh).enumerated().filter { !others.contains($0.offset) }.map(\.element)
        guard own.contains(where: { $0.0 != nil && $0.1 != nil }) else { return false }
        return (baselineWh - usedWh - reducedWh).magnitude <= 1 && !(gapTakesAll && own.contains { $0.1 == nil })
    }
}
