package import Baselines
import Market

/// By what an order is paid, of each kind from which date on. Nothing but data, read from a file of JSON.
package struct SettlementRules: Sendable, Hashable {
    package let kinds: [SettledKind]

    /// What holds for orders of a kind on a day; nil where nothing does.
    package func terms(of kind: String, on day: Day) -> SettlementTerms? {
        kinds.first { $0.id == kind }?.terms.last { $0.from <= day }
    }

    /// Those that hold until others are named: Korea's, as `korea.json` has them.
    package static let korea: SettlementRules = {
        do throws(MarketFaults) { return try SettlementRules(koreaText) } catch {
            preconditionFailure("the built-in rules of settlement are wrong: \(error)")
        }
    }()

    /// Bytes of the file, to start from.
    package static let koreaText: [UInt8] = PackageResources.korea_json
}

/// A kind of order, by its id in the market, with its terms.
package struct SettledKind: Sendable, Hashable {
    package let id: String
    /// Oldest first, each from another day on.
    package let terms: [SettlementTerms]
}

/// How orders of a kind are paid from a day on. Percents are in thousandths of one, prices in thousandths of a won.
package struct SettlementTerms: Sendable, Hashable {
    package enum Pay: Sendable, Hashable {
        case credited(CreditedTerms)
        case reward(RewardTerms)

        package var word: Word {
            switch self {
            case .credited: .credited
            case .reward: .reward
            }
        }

        package enum Word: String, Sendable, CaseIterable { case credited, reward }
    }

    /// The first day on which they hold: that of the order's start.
    package let from: Day
    /// Where they are written, for people.
    package let source: String?
    package let pay: Pay
    /// Prices of orders that say none of their own.
    package let prices: SettlementPrices
    /// The list of those who took part is due so many working days behind the order; nil: no day is laid down.
    package let listWorkingDays: Int64?
    /// A difference of so many won is no reason to object.
    package let toleranceWon: Int64
}

/// 표준DR, 중소형DR, 제주DR: what is reduced is paid up to a part of what was ordered, and what falls short costs.
package struct CreditedTerms: Sendable, Hashable {
    /// At most so much of the ordered quantity is paid.
    package let creditedMilliPercent: Int64
    /// From here on an order is fulfilled, and below it the shortfall begins.
    package let fullMilliPercent: Int64
    /// The penalty of a kWh short: the month's capacity price ÷ divisor × factor.
    package let shortfallDivisor: Int64
    package let shortfallFactor: Int64
    /// So many order days that average below a percentage stop trading for the period.
    package let stopDays: Int64
    package let stopBelowMilliPercent: Int64
}

/// 국민DR: all that is reduced is paid, more of it the shorter the notice, and nothing costs.
package struct RewardTerms: Sendable, Hashable {
    /// The hours over which the basic price of a year is spread: MRT.
    package let rewardHours: Int64
    /// RTWF = 1 + (noticeMin ÷ the order's notice) ÷ noticeDivisor.
    package let noticeMin: Int64
    package let noticeDivisor: Int64
}

/// Prices in thousandths of a won; nil where none is said.
package struct SettlementPrices: Sendable, Hashable {
    /// Won a kWh: what the market's most expensive plant costs, and for tests the system's marginal price.
    package var mgp: Int64?
    package var smp: Int64?
    /// Won a kW: 국민DR's basic price.
    package var rbp: Int64?
    /// Won a kW and month: the capacity price.
    package var capacity: Int64?

    package init(mgp: Int64? = nil, smp: Int64? = nil, rbp: Int64? = nil, capacity: Int64? = nil) {
        (self.mgp, self.smp, self.rbp, self.capacity) = (mgp, smp, rbp, capacity)
    }
}
