import Contracts

/// Energy over time, exactly: numerators over a common denominator times ms, in which whole tenths of a Wh × ms stand
/// apart from what is left. So neither the largest readings nor the finest shares of them overflow.
struct ExactSum {
    private let denominator: Int128
    /// Tenths of a Wh × ms.
    private var whole: Int128 = 0
    /// In denominators of a tenth of a Wh × ms; from 0 on, and less than one of them.
    private var rest: Int128 = 0

    /// - Parameter denominator: positive.
    init(over denominator: Int128) { self.denominator = denominator }

    /// Adds numerator ÷ denominator tenths of a Wh in a whole quarter hour, of which `share` ms count.
    mutating func add(_ numerator: Int128, share: Int64) {
        let (parts, left) = Self.divide(numerator, denominator)
        let (more, less) = Self.divide(rest + left * Int128(share), denominator)
        whole += parts * Int128(share) + more
        rest = less
    }

    /// In Wh, or in parts of one, the nearest whole number, halves away from zero; within what messages hold.
    func rounded(partsPerWh: Int128 = 1) -> Int64 {
        let quarter = 10 * Int128(Quarter.milliseconds)
        let (more, less) = Self.divide(rest * partsPerWh, denominator)
        let (wh, milliseconds) = Self.divide(whole * partsPerWh + more, quarter)
        let left = (milliseconds * denominator + less) * 2
        let isMore = wh < 0 ? left > denominator * quarter : left >= denominator * quarter
        let bounds = Limits.orderWh
        return Int64(min(max(wh + (isMore ? 1 : 0), Int128(bounds.lowerBound)), Int128(bounds.upperBound)))
    }

    /// Rounded down; what is left is not negative.
    private static func divide(_ number: Int128, _ divisor: Int128) -> (Int128, Int128) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
