package import Baselines
import Chance
package import JSON

/// A customer of the simulated utility.
package struct SimulatedAccount: Hashable, Sendable {
    /// Ten digits, as KEPCO has them.
    package let number: Int64
    /// Readings of earlier days are nobody's business.
    package let consent: Day
    /// High voltage: its readings are there the same day. Low voltage: so many days later.
    package let daysLate: Int64
    package let meters: Int

    package init(number: Int64, consent: Day, daysLate: Int64, meters: Int) {
        (self.number, self.consent, self.daysLate, self.meters) = (number, consent, daysLate, meters)
    }
}

/// Whom the simulated utility knows, and what their meters count: the same seed gives the same, whenever and however
/// often it is asked.
package struct SimulatedMeters: Sendable {
    /// The number of the rule's first customer, less one.
    package static let base: Int64 = 1_000_000_000

    private let seed: UInt64
    private let count: Int64
    private let consentFrom: Day
    private let consentDays: Int64
    /// Whether each day is as all others, so that whoever checks does not need to know by which days a baseline goes.
    private let isSteady: Bool
    /// Those that were given; nil where the rule holds.
    private let accounts: [Int64: SimulatedAccount]?

    /// By rule: customers 1000000001 and so on. Each tenth has high voltage, each seventh two meters, and consents are
    /// spread over so many days from a day on.
    package init(seed: UInt64, customers: Int, consentFrom: Day, consentDays: Int = 1, isSteady: Bool = false) {
        (self.seed, count, self.consentFrom, self.isSteady) = (seed, Int64(customers), consentFrom, isSteady)
        self.consentDays = Int64(max(1, consentDays))
        accounts = nil
    }

    /// These, and no others.
    package init(seed: UInt64, accounts: [SimulatedAccount], isSteady: Bool = false) {
        self.isSteady = isSteady
        (self.seed, count, consentFrom, consentDays) = (seed, 0, Day(number: 0), 1)
        self.accounts = Dictionary(accounts.map { ($0.number, $0) }) { $1 }
    }

    /// nil where there is no such customer.
    package func account(_ number: Int64) -> SimulatedAccount? {
        if let accounts { return accounts[number] }
        let place = number - Self.base
        guard place >= 1, place <= count else { return nil }
        return SimulatedAccount(
            number: number, consent: Day(number: consentFrom.number + place * 7919 % consentDays),
            daysLate: place % 10 == 0 ? 0 : 1 + place % 2, meters: place % 7 == 0 ? 2 : 1)
    }

    /// The number of a meter: that of its customer, and its place, from 0 on.
    package static func meterNumber(_ account: Int64, _ meter: Int) -> String { "\(account)\(meter + 1)" }

    /// Tenths of a Wh that a meter counts in a quarter hour, 0 to 95.
    ///
    /// With d(…) for the first number that SplitMix64 gives for these words: the customer's mean m is 500 + d(seed,
    /// number, meter) mod 4000; the value is m × the hour's thousandths / 1000 + d(seed, number, day × 96 + quarter,
    /// meter) mod (m / 4), with 0 for the day where all days are the same.
    package func tenths(_ account: Int64, _ meter: Int, _ day: Day, _ quarter: Int) -> Int64 {
        let number = UInt64(bitPattern: account)
        var ofMeter = SeededGenerator(seed, number, UInt64(meter))
        let mean = 500 + Int64(ofMeter.next() % 4000)
        var ofQuarter = SeededGenerator(
            seed, number, UInt64(bitPattern: (isSteady ? 0 : day.number) * 96 + Int64(quarter)), UInt64(meter))
        return mean * Self.hours[quarter / 4] / 1000 + Int64(ofQuarter.next() % UInt64(mean / 4))
    }

    /// Of all meters together.
    package func tenths(_ account: SimulatedAccount, _ day: Day, _ quarter: Int) -> Int64 {
        (0..<account.meters).reduce(0) { $0 + tenths(account.number, $1, day, quarter) }
    }

    /// Quarter hours of a day of which something is said later: from a draw, four or less.
    func odd(_ account: SimulatedAccount, _ day: Day, _ word: UInt64) -> (draw: UInt64, quarters: Range<Int>) {
        var random = SeededGenerator(seed, UInt64(bitPattern: account.number), UInt64(bitPattern: day.number), word)
        let draw = random.next()
        let first = Int(random.next() % 96)
        return (draw, first..<min(first + 4, 96))
    }

    /// A draw for one attempt of many.
    func draw(_ account: Int64, _ day: Day, attempt: Int) -> UInt64 {
        var random = SeededGenerator(
            seed, UInt64(bitPattern: account), UInt64(bitPattern: day.number), 10 + UInt64(attempt))
        return random.next()
    }

    /// Thousandths of the mean in each hour.
    private static let hours: [Int64] = [
        600, 480, 430, 410, 430, 560, 980, 1340, 1180, 820, 720, 740, 860, 790, 720, 760, 930, 1270, 1690, 1880, 1790,
        1560, 1250, 880,
    ]
}

extension SimulatedAccount {
    /// `{"custNo":"1000000001","consent":"2026-05-01","daysLate":1,"meters":2}`.
    package init(_ fields: borrowing Fields) throws(JSONError) {
        let text = try fields.identifier("custNo", atMost: 10)
        guard let number = Int64(text), number > 0 else { throw JSONError(field: "custNo", .notNumber) }
        guard let consent = Day(try fields.string("consent", atMost: 10)) else {
            throw JSONError(field: "consent", .notTime)
        }
        self.init(
            number: number, consent: consent, daysLate: try fields.optional("daysLate", in: 0...60) ?? 0,
            meters: Int(try fields.optional("meters", in: 1...20) ?? 1))
    }
}
