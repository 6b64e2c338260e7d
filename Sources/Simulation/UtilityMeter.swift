import Baselines
import Contracts
import MeterSimulator

/// The meters of a customer whose days the simulated utility has, and `feed` brings. They count the same on every day,
/// so that his baseline is known whichever days it goes by.
struct UtilityMeter: Sendable {
    private let meters: SimulatedMeters
    private let account: SimulatedAccount
    /// Whether the utility may have the order's day by now, and say of it what it says of all others: what he does
    /// about the order is not to be seen then.
    let hasOrderDay: Bool
    /// Days that `feed` brings at once, however late the utility is with them.
    let daysAtOnce: ClosedRange<Int64>?

    /// Days of before a registration that `feed` asks for, and how late the latest are.
    private static let (pastDays, latest): (Int64, Int64) = (45, 3)

    /// - Returns: nil for a customer whom the utility does not know.
    init?(_ customer: SimulatedCustomer, seed: UInt64, orderStart: Timestamp, now: Timestamp) {
        guard let number = customer.account else { return nil }
        meters = SimulatedMeters(
            seed: seed, customers: Int(number), consentFrom: Day(number: 0), isSteady: true)
        guard let account = meters.account(SimulatedMeters.base + number) else { return nil }
        self.account = account
        let today = KoreanTime.day(ofQuarter: KoreanTime.quarter(now))
        let orderDay = KoreanTime.day(ofQuarter: KoreanTime.quarter(orderStart))
        hasOrderDay = orderDay < today
        let first = max(orderDay - customer.daysOfReadings, today - Self.pastDays)
        daysAtOnce = first <= today - Self.latest ? first...today - Self.latest : nil
    }

    /// What the utility calls him.
    var number: String { "\(account.number)" }

    /// Tenths of a Wh.
    func usual(_ quarter: Int64) -> Int64 {
        let place = quarter - KoreanTime.firstQuarter(ofDay: KoreanTime.day(ofQuarter: quarter))
        return meters.tenths(account, Day(number: 0), Int(place))
    }
}
