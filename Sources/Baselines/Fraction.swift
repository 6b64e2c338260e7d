/// An exact figure. Readings, days and hours are bounded where they are read, so that no sum of an order overflows.
package struct Fraction: Sendable, Hashable, Comparable {
    package let numerator: Int128
    /// Positive, without a factor in common with the numerator.
    package let denominator: Int128

    package static let zero = Fraction(0)

    package init(_ whole: Int64) { (numerator, denominator) = (Int128(whole), 1) }

    package init(_ numerator: Int128, over denominator: Int128) {
        precondition(denominator != 0, "a fraction over zero")
        let divisor = commonDivisor(numerator, denominator) * (denominator < 0 ? -1 : 1)
        (self.numerator, self.denominator) = (numerator / divisor, denominator / divisor)
    }

    /// The nearest whole number, halves away from zero.
    package var rounded: Int64 { nearest(numerator, over: denominator) }

    package static func < (one: Self, other: Self) -> Bool {
        one.numerator * other.denominator < other.numerator * one.denominator
    }

    package static func + (one: Self, other: Self) -> Self {
        let divisor = commonDivisor(one.denominator, other.denominator)
        let factor = other.denominator / divisor
        return Fraction(
            one.numerator * factor + other.numerator * (one.denominator / divisor), over: one.denominator * factor)
    }

    package static func - (one: Self, other: Self) -> Self {
        one + Fraction(-other.numerator, over: other.denominator)
    }

    package static func * (one: Self, other: Self) -> Self {
        let (left, right) = (
            commonDivisor(one.numerator, other.denominator), commonDivisor(other.numerator, one.denominator)
        )
        return Fraction(
            one.numerator / left * (other.numerator / right), over: one.denominator / right * (other.denominator / left)
        )
    }
}

/// The nearest whole number; halves go away from zero. What no Int64 can hold becomes the outermost one.
package func nearest(_ numerator: Int128, over denominator: Int128) -> Int64 {
    let (quotient, remainder) = numerator.magnitude.quotientAndRemainder(dividingBy: denominator.magnitude)
    let magnitude = Int128(remainder * 2 >= denominator.magnitude ? quotient + 1 : quotient)
    return Int64(clamping: (numerator < 0) == (denominator < 0) ? magnitude : -magnitude)
}

/// Of two positive numbers.
package func leastCommonMultiple(_ one: Int128, _ other: Int128) -> Int128 { one / commonDivisor(one, other) * other }

/// The greatest common divisor, 1 of two zeros.
private func commonDivisor(_ one: Int128, _ other: Int128) -> Int128 {
    var (large, small) = (one.magnitude, other.magnitude)
    while small > 0 { (large, small) = (small, large % small) }
    return large == 0 ? 1 : Int128(large)
}
