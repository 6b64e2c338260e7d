import Baselines
import Contracts

extension CheckExplanation {
    /// How the order of a check was compared with other days.
    init(_ check: Checks.Row, _ sums: BaselineSums, _ method: BaselineMethod) {
        self.init(
            startsAt: check.startsAt, endsAt: check.endsAt, notUsed: sums.leftOut.map(DayNotUsed.init),
            gapOfReference: method.gaps.reference.rawValue, gapOfOrder: method.gaps.order.rawValue)
    }
}
