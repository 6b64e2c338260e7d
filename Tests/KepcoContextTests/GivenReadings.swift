import Baselines
import Contracts
import KepcoContext

/// A customer's readings as a test states them, in Wh.
struct GivenReadings: ReadingHistory {
    var zone = Zone.korea
    var daysKept: Int64 = 90
    var readings: [Quarter: Int64] = [:]

    func tenths(_ quarter: Quarter) -> Int64? { readings[quarter].map { $0 * 10 } }

    func all(_ quarters: Range<Quarter>) -> [Int64]? {
        var all: [Int64] = []
        for number in quarters.lowerBound.number..<quarters.upperBound.number {
            guard let tenths = tenths(Quarter(number: number)) else { return nil }
            all.append(tenths)
        }
        return all
    }

    /// Readings of quarter hours in a row from a time in Korea on, such as 2026-11-20T10:00.
    mutating func add(_ start: String, _ wh: [Int64?]) throws {
        let first = Quarter(at: try korea(start))
        for (position, wh) in wh.enumerated() where wh != nil { readings[first + Int64(position)] = wh }
    }
}

struct NoTime: Error { let text: String }

/// A time in Korea.
func korea(_ text: String) throws -> Timestamp {
    guard let time = Timestamp("\(text)+09:00") else { throw NoTime(text: text) }
    return time
}

func order(_ startsAt: String, _ endsAt: String) throws -> OrderQuarters? {
    OrderQuarters(startsAt: try korea(startsAt), endsAt: try korea(endsAt))
}

extension Baseline {
    /// nil when there is nothing to compare with.
    init?(_ order: OrderQuarters, _ method: BaselineMethod, _ history: any ReadingHistory) throws {
        self.init(try Self.sums(order, method, history))
    }
}

// Tests state Wh, whole ones.

extension [Int64?] {
    var tenths: [Int64?] { map { $0.map { $0 * 10 } } }
}

extension Baseline {
    init(days: [Day], wh numerators: [Int128], denominator: Int128) {
        self.init(days: days, numerators: numerators.map { $0 * 10 }, denominator: denominator)
    }
}
