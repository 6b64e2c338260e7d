import Contracts
import Workers

/// A customer's readings as the shard has them. Each day's row is read once.
final class StoredHistory: ReadingHistory {
    let zone: Zone
    let daysKept: Int64
    private let user: UserID
    private let transaction: Transaction
    private var days: [Day: Days.Row?] = [:]

    init(_ user: UserID, _ zone: Zone, daysKept: Int64, _ transaction: Transaction) {
        (self.user, self.zone, self.daysKept, self.transaction) = (user, zone, daysKept, transaction)
    }

    func wh(_ quarter: Quarter) throws -> Int64? {
        try row(zone.day(of: quarter))?[zone.position(of: quarter)]
    }

    private func row(_ day: Day) throws -> Days.Row? {
        if let row = days[day] { return row }
        let row = try transaction.row(Days.self, Days.key(user, day))
        days.updateValue(row, forKey: day)
        return row
    }
}
