/// 전력시장운영규칙 별표28: four methods, and what a kind of resource makes of them.
package enum KPXRules {
    /// Since the text of 2024-02, which earlier orders are checked by, too.
    package static let from = Day(number: 0)

    /// What is agreed with a customer beside the method.
    package struct Terms: Sendable, Hashable {
        /// 국민DR: a gap of a reference day is 0, one of the order leaves the customer out, and there are no options.
        package var isNational: Bool
        package var hasSAA: Bool
        package var judgesDays: Bool
        /// The industrial tariff, by which days are judged twice.
        package var isIndustrial: Bool

        package init(
            isNational: Bool = false, hasSAA: Bool = false, judgesDays: Bool = false, isIndustrial: Bool = false
        ) {
            (self.isNational, self.hasSAA) = (isNational, hasSAA)
            (self.judgesDays, self.isIndustrial) = (judgesDays, isIndustrial)
        }
    }

    package static let methods: [BaselineMethod] = [
        method("Max(4/5)", days: 5, .top(4), lookBack: 10), method("Mid(4/6)", days: 6, .middle(4), lookBack: 12),
        method("Mid(6/10)", days: 10, .middle(6), lookBack: 20),
        method("Mid(8/10)", days: 10, .middle(8), lookBack: 20),
    ]

    private static func method(
        _ name: String, days: Int, _ keep: BaselineMethod.Keep, lookBack: Int
    ) -> BaselineMethod {
        BaselineMethod(name, days: days, keep: keep, rank: .hour, lookBack: .eligibleDays(lookBack))
    }

    /// nil where there is no such method.
    package static func method(_ name: String, _ terms: Terms) -> BaselineMethod? {
        guard var method = methods.first(where: { $0.name == name }) else { return nil }
        if terms.isNational {
            method.gaps = BaselineMethod.GapRule(reference: .zero, order: .customer)
            return method
        }
        if terms.hasSAA { method.adjustment = .before(.additive, from: -4, to: -1) }
        if terms.judgesDays {
            method.useRules = [UseRule("abnormal", below: 75)]
            if terms.isIndustrial { method.useRules.append(UseRule("adjust", below: 75, above: 125)) }
            method.shortage = .bringBack
        }
        return method
    }
}
