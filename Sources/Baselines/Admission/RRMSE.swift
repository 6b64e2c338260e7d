/// How well a method foretells what a customer uses on days without an order (별표29): the root of the mean squared
/// error of each hour, relative to the mean hourly use. Options of the method are not used, and a gap is 0.
package struct RRMSE: Sendable {
    /// A market's numbers.
    package struct Terms: Sendable, Hashable {
        /// How many days are compared.
        package var days: Int
        /// Among how many days that can be references.
        package var among: Int
        /// The newest is so many days before the registration.
        package var newestDaysBefore: Int64
        /// How many days may be taken out for a reason of the customer's own.
        package var removable: Int
        /// What is compared of a day, in minutes from its start.
        package var minutes: Range<Int64>
        /// Who is above is not admitted. In hundredths.
        package var limit: Int64

        package static let kpx = Self(
            days: 45, among: 75, newestDaysBefore: 20, removable: 5, minutes: (9 * 60)..<(20 * 60), limit: 30)
    }

    /// Newest first.
    package let days: [Day]
    /// RRMSE², exactly.
    package let squared: Fraction

    package init(
        _ method: BaselineMethod, _ rules: DayRules, registered: Day, removed: Set<Day>, oldest: Day,
        _ history: any UseHistory, _ terms: Terms = .kpx
    ) throws {
        let method = Self.withoutOptions(method)
        days = Self.days(method, rules, registered: registered, removed: removed, terms)
        var pairs: [(baseline: Fraction, load: Int64)] = []
        for day in days {
            let start = day.number * Day.minutes
            let order = OrderTime((start + terms.minutes.lowerBound)..<(start + terms.minutes.upperBound))
            let known = BoundedHistory(history: history, daysKept: max(0, day.number - oldest.number))
            let hours = try Calculation(method, rules, known).result(order).hours
            let loads = try history.useWithoutGaps(in: hours.map(\.minutes), daysBefore: 0)
            pairs += zip(hours, loads).map { ($0.unadjusted ?? .zero, $1) }
        }
        squared = try Self.squared(pairs)
    }

    /// √(Σ error² ÷ n) ÷ (Σ load ÷ n), squared.
    static func squared(_ pairs: [(baseline: Fraction, load: Int64)]) throws -> Fraction {
        // No number that is met on the way is larger than the square of these three.
        let bits =
            bits(pairs.reduce(0) { max($0, Int128($1.load), Int128($1.baseline.rounded)) })
            + bits(pairs.reduce(1) { leastCommonMultiple($0, $1.baseline.denominator) }) + bits(Int128(pairs.count))
        guard bits <= 62 else { throw QuestionError("the readings are too large to be calculated exactly") }
        var (errors, total): (Fraction, Int128) = (.zero, 0)
        for (baseline, load) in pairs {
            let error = baseline - Fraction(load)
            errors = errors + error * error
            total += Int128(load)
        }
        guard total > 0 else { return .zero }
        return errors * Fraction(Int128(pairs.count), over: total) * Fraction(1, over: total)
    }

    private static func bits(_ number: Int128) -> Int { 128 - number.leadingZeroBitCount }

    /// In hundredths, halves up: 0.18 is 18.
    package var ratio: Int64 { rootOf(squared, times: 100) }
    /// In hundredths of a percent, halves up: 18.5 % is 1850.
    package var percent: Int64 { rootOf(squared, times: 10_000) }

    private static func withoutOptions(_ method: BaselineMethod) -> BaselineMethod {
        var method = method
        (method.rank, method.lookBack, method.useRules) = (.hour, .kept, [])
        (method.shortage, method.adjustment) = (.fewer, nil)
        method.gaps.reference = .zero
        return method
    }

    /// The newest that are no order days; where there are too few of them, order days as well.
    private static func days(
        _ method: BaselineMethod, _ rules: DayRules, registered: Day, removed: Set<Day>, _ terms: Terms
    ) -> [Day] {
        var period: [Day] = []
        var day = registered - terms.newestDaysBefore
        while period.count < terms.among {
            if rules.isOfType(day, method.dayType) { period.append(day) }
            day = day - 1
        }
        period.removeAll(where: removed.contains)
        let ordinary = period.filter { !rules.excluded.contains($0) }.prefix(terms.days)
        let ordered = period.filter(rules.excluded.contains).prefix(terms.days - ordinary.count)
        return (ordinary + ordered).sorted(by: >)
    }
}

/// Days before the first reading are not known, where readings that are missing count as 0.
private struct BoundedHistory: UseHistory {
    let history: any UseHistory
    let daysKept: Int64

    func use(in stretches: [Minutes], daysBefore: Int64) throws -> [Int64?] {
        try history.use(in: stretches, daysBefore: daysBefore)
    }

    func useWithoutGaps(in stretches: [Minutes], daysBefore: Int64) throws -> [Int64] {
        try history.useWithoutGaps(in: stretches, daysBefore: daysBefore)
    }
}

/// The nearest whole number to `scale` × the root, halves up, without a root that is rounded before.
private func rootOf(_ square: Fraction, times scale: Int128) -> Int64 {
    // floor(scale √s + 1/2) is floor((√(4 scale² s) + 1) / 2), and of that root only the whole part matters.
    let denominator = square.denominator.magnitude
    let scaled = square.numerator.magnitude.multipliedFullWidth(by: (4 * scale * scale).magnitude)
    guard scaled.high < denominator else { return .max }
    let (quotient, _) = denominator.dividingFullWidth(scaled)
    return Int64(clamping: (wholeRoot(quotient) + 1) / 2)
}

/// The largest whole number whose square is not larger, by Newton's method from above.
private func wholeRoot(_ number: UInt128) -> UInt128 {
    guard number > 1 else { return number }
    var root: UInt128 = 1 << ((128 - number.leadingZeroBitCount + 1) / 2)
    while true {
        let better = (root + number / root) / 2
        guard better < root else { return root }
        root = better
    }
}
