import Baselines
import Contracts
import Workers

/// A customer's readings as the shard has them. Each day's row is read once.
final class StoredHistory {
    /// By whose clock rows are days.
    private let zone: Zone
    private let user: UserID
    private let transaction: Transaction
    private var days: [Day: Days.Row?] = [:]

    init(_ user: UserID, _ zone: Zone, _ transaction: Transaction) {
        (self.user, self.zone, self.transaction) = (user, zone, transaction)
    }

    /// Tenths of a Wh of a quarter hour; nil without a reading.
    func tenths(_ quarter: Quarter) throws -> Int64? {
        try row(zone.day(of: quarter))?[zone.position(of: quarter)]
    }

    /// Tenths of a Wh of quarter hours in a row, nil unless all are there. A day at a time: what one quarter hour after
    /// the other costs is paid once a day.
    func all(_ quarters: Range<Quarter>) throws -> [Int64]? {
        var all: [Int64] = []
        for (day, positions) in parts(of: quarters) {
            guard let row = try row(day), row.append(positions, to: &all) else { return nil }
        }
        return all
    }

    /// Whether all are there.
    func hasAll(_ quarters: Range<Quarter>) throws -> Bool {
        for (day, positions) in parts(of: quarters) {
            guard let row = try row(day), row.hasAll(positions) else { return false }
        }
        return true
    }

    /// nil for each that is not there.
    func some(_ quarters: Range<Quarter>) throws -> [Int64?] {
        var some: [Int64?] = []
        for (day, positions) in parts(of: quarters) {
            let row = try row(day)
            for position in positions { some.append(row?[position]) }
        }
        return some
    }

    /// The days that quarter hours in a row lie in, and their positions there.
    private func parts(of quarters: Range<Quarter>) -> [(day: Day, positions: Range<Int>)] {
        var parts: [(day: Day, positions: Range<Int>)] = []
        var next = quarters.lowerBound
        while next < quarters.upperBound {
            let start = zone.position(of: next)
            let left = Int(quarters.upperBound.number - next.number)
            let end = min(Int(Quarter.perDay), start + left)
            parts.append((zone.day(of: next), start..<end))
            next = next + Int64(end - start)
        }
        return parts
    }

    private func row(_ day: Day) throws -> Days.Row? {
        if let row = days[day] { return row }
        let row = try transaction.row(Days.self, Days.key(user, day))
        days.updateValue(row, forKey: day)
        return row
    }
}
