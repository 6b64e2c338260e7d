import Chance
package import Contracts

/// What the meter of a customer counts, in any quarter hour, whenever it is asked: the same seed, customer and quarter
/// hour give the same reading. What lies from the order's first quarter hour on shows what he does about it.
///
/// At the order's time of day he uses the same on each day but the order's. So what he would have used is part of the
/// plan, and nothing here has to know by which days a baseline is found.
package struct Meter: Sendable {
    private let customer: SimulatedCustomer
    private let seed: UInt64
    private let orderFirst: Int64
    private let oldestDay: Int64
    /// nil where his meter sends by itself what it counts.
    let utility: UtilityMeter?

    /// Days that have a gap, in thousandths.
    private static let gaps: Int64 = 25
    /// How long the order's time of day is: an order of twelve hours, and one for running it.
    private static let planned: Int64 = 13 * 4

    /// - Parameters:
    ///   - orderStart: the order's.
    ///   - utility: of the customers who have one: its seed, and the time now.
    package init(
        _ customer: SimulatedCustomer, seed: UInt64, orderStart: Timestamp,
        utility: (seed: UInt64, now: Timestamp)? = nil
    ) {
        (self.customer, self.seed) = (customer, seed)
        self.utility = utility.flatMap {
            UtilityMeter(customer, seed: $0.seed, orderStart: orderStart, now: $0.now)
        }
        orderFirst = KoreanTime.quarter(orderStart)
        oldestDay = KoreanTime.day(ofQuarter: orderFirst) - customer.daysOfReadings
    }

    /// Wh; nil when the meter said nothing.
    package func reading(_ quarter: Int64) -> Int64? {
        guard quarter < orderFirst else { return usual(quarter) * (1000 + customer.change) / 1000 }
        let day = KoreanTime.day(ofQuarter: quarter)
        guard day >= oldestDay, !gap(day).contains(quarter) else { return nil }
        return habit(quarter)
    }

    /// Tenths of a Wh; nil when the meter said nothing.
    func tenths(_ quarter: Int64) -> Int64? {
        guard let utility else { return reading(quarter).map { $0 * 10 } }
        let change = quarter < orderFirst || utility.hasOrderDay ? 0 : customer.change
        return utility.usual(quarter) * (1000 + change) / 1000
    }

    /// Tenths of a Wh that he would use in a quarter hour of the order.
    func usualTenths(_ quarter: Int64) -> Int64 { utility?.usual(quarter) ?? usual(quarter) * 10 }

    /// What has his days read from the utility; nil where he has none.
    var registration: RegisterMeter? {
        utility.map { utility in
            let consent = KoreanTime.start(ofQuarter: KoreanTime.firstQuarter(ofDay: oldestDay))
            return RegisterMeter(user: customer.id, customerNumber: utility.number, consentFrom: consent)
        }
    }

    /// What was read before the order, but for what the utility has, a message for each day that has a reading,
    /// the oldest first.
    package func history() -> [MeterReadings] {
        let lastDay = KoreanTime.day(ofQuarter: orderFirst - 1)
        guard oldestDay <= lastDay, utility == nil else { return [] }
        return (oldestDay...lastDay).compactMap { day in
            let first = KoreanTime.firstQuarter(ofDay: day)
            return readings(first..<min(first + KoreanTime.quartersPerDay, orderFirst))
        }
    }

    /// What is read of an order that has ended, in one message. nil when it covered no time.
    package func order(endsAt: Timestamp) -> MeterReadings? {
        let last = KoreanTime.quarter(Timestamp(milliseconds: endsAt.milliseconds - 1))
        return last < orderFirst ? nil : readings(orderFirst..<last + 1)
    }

    private func readings(_ quarters: Range<Int64>) -> MeterReadings? {
        let tenths = quarters.map(tenths)
        guard tenths.contains(where: { $0 != nil }) else { return nil }
        return MeterReadings(
            user: customer.id, startsAt: KoreanTime.start(ofQuarter: quarters.lowerBound), tenths: tenths)
    }

    /// What he uses when nobody asks him for anything: his profile, a good or a bad day, and chance; at the order's
    /// time of day the same always.
    private func habit(_ quarter: Int64) -> Int64 {
        // Not negative: days before the order's count too.
        let behind =
            ((quarter - orderFirst) % KoreanTime.quartersPerDay + KoreanTime.quartersPerDay)
            % KoreanTime.quartersPerDay
        if behind < Self.planned { return usual(orderFirst + behind) }
        return use(quarter, isWeekday: KoreanTime.isWeekday(KoreanTime.day(ofQuarter: quarter)))
    }

    /// What he would use in a quarter hour of the order.
    package func usual(_ quarter: Int64) -> Int64 { use(quarter, isWeekday: true) }

    private func use(_ quarter: Int64, isWeekday: Bool) -> Int64 {
        let day = KoreanTime.day(ofQuarter: quarter)
        let shape = customer.profile.shape(
            quarterOfDay: Int(quarter - KoreanTime.firstQuarter(ofDay: day)), isWeekday: isWeekday)
        var ofDay = SeededGenerator(seed, UInt64(customer.number), UInt64(day), 1)
        var ofQuarter = SeededGenerator(seed, UInt64(customer.number), UInt64(quarter), 2)
        let factors = (1000 + ofDay.noise(150)) * (1000 + ofQuarter.noise(customer.profile.noise))
        return customer.profile.meanWh * shape * factors / 1_000_000_000
    }

    /// The quarter hours of a day that were lost, mostly none.
    private func gap(_ day: Int64) -> Range<Int64> {
        var random = SeededGenerator(seed, UInt64(customer.number), UInt64(day), 3)
        let first = KoreanTime.firstQuarter(ofDay: day)
        guard random.chance(Self.gaps) else { return first..<first }
        let start = random.number(0...95)
        return first + start..<first + min(start + random.number(1...24), 96)
    }
}
