import Baselines

extension Baseline {
    /// The same at the level of the order's day, still exactly.
    /// - Parameters:
    ///   - caps: in percent of what is not adjusted, in each of `parts`, which are positions of quarter hours.
    func adjusted(
        by amount: BaselineResult.Amount, _ caps: ClosedRange<Int64>?, parts: [Range<Int>]
    ) -> Baseline {
        let factor = amount.kind == .ratio ? amount.value : Fraction(1)
        let term = amount.kind == .additive ? amount.value * Fraction(Int128(Quarter.minutes), over: 60) : .zero
        let multiplied = denominator * factor.denominator
        // Of what both can be said in, and hundredths of that.
        let common = leastCommonMultiple(multiplied, term.denominator) * (caps == nil ? 1 : 100)
        let added = term.numerator * (common / term.denominator)
        var adjusted = numerators.map { $0.map { $0 * factor.numerator * (common / multiplied) + added } }
        let plain = numerators.map { $0.map { $0 * (common / denominator) } }
        for part in caps == nil ? [] : parts {
            guard let caps, let limit = Self.limit(adjusted[part], plain[part], caps) else { continue }
            for position in part { adjusted[position] = plain[position].map { $0 * Int128(limit) / 100 } }
        }
        return Baseline(days: days, numerators: adjusted, denominator: common)
    }

    /// Which of the caps a part goes beyond; nil where it does not.
    private static func limit(
        _ adjusted: ArraySlice<Int128?>, _ plain: ArraySlice<Int128?>, _ caps: ClosedRange<Int64>
    ) -> Int64? {
        func sum(_ numerators: ArraySlice<Int128?>) -> Int128 { numerators.reduce(0) { $0 + ($1 ?? 0) } }
        let (total, whole) = (sum(adjusted) * 100, sum(plain))
        let least = whole * Int128(caps.lowerBound)
        if max(total, least) > whole * Int128(caps.upperBound) { return caps.upperBound }
        return total < least ? caps.lowerBound : nil
    }
}
