package import Contracts

/// What the meter of a customer counts, in any quarter hour, whenever it is asked: the same seed, customer and quarter hour give
/// the same reading. What lies from the order's first quarter hour on shows what he does about it.
package struct Meter: Sendable {
    private let customer: SimulatedCustomer
    private let seed: UInt64
    private let orderFirst: Int64
    private let oldestDay: Int64

    /// Days that have a gap, in thousandths.
    private static let gaps: Int64 = 25

    /// - Parameter orderStart: the order's.
    package init(_ customer: SimulatedCustomer, seed: UInt64, orderStart: Timestamp) {
        (self.customer, self.seed) = (customer, seed)
        orderFirst = KoreanTime.quarter(orderStart)
        oldestDay = KoreanTime.day(ofQuarter: orderFirst) - customer.daysOfReadings
    }

    /// Wh; nil when the meter said nothing.
    package func reading(_ quarter: Int64) -> Int64? {
        guard quarter < orderFirst else { return habit(quarter) * (1000 + customer.change) / 1000 }
        let day = KoreanTime.day(ofQuarter: quarter)
        guard day >= oldestDay, !gap(day).contains(quarter) else { return nil }
        return habit(quarter)
    }

    /// What was read before the order, a message for each day that has a reading, the oldest first.
    package func history() -> [MeterReadings] {
        let lastDay = KoreanTime.day(ofQuarter: orderFirst - 1)
        guard oldestDay <= lastDay else { return [] }
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
        let wh = quarters.map(reading)
        guard wh.contains(where: { $0 != nil }) else { return nil }
        return MeterReadings(
            user: customer.id, startsAt: KoreanTime.start(ofQuarter: quarters.lowerBound), wh: wh)
    }

    /// What he uses when nobody asks him for anything: his profile, a good or a bad day, and chance.
    private func habit(_ quarter: Int64) -> Int64 {
        let day = KoreanTime.day(ofQuarter: quarter)
        let shape = customer.profile.shape(
            quarterOfDay: Int(quarter - KoreanTime.firstQuarter(ofDay: day)), isWeekday: KoreanTime.isWeekday(day))
        var ofDay = SeededRandom(seed, UInt64(customer.number), UInt64(day), 1)
        var ofQuarter = SeededRandom(seed, UInt64(customer.number), UInt64(quarter), 2)
        let factors = (1000 + ofDay.noise(150)) * (1000 + ofQuarter.noise(customer.profile.noise))
        return customer.profile.meanWh * shape * factors / 1_000_000_000
    }

    /// The quarter hours of a day that were lost, mostly none.
    private func gap(_ day: Int64) -> Range<Int64> {
        var random = SeededRandom(seed, UInt64(customer.number), UInt64(day), 3)
        let first = KoreanTime.firstQuarter(ofDay: day)
        guard random.chance(Self.gaps) else { return first..<first }
        let start = random.number(0...95)
        return first + start..<first + min(start + random.number(1...24), 96)
    }
}
