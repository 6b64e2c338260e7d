import Baselines
import Contracts
import Workers

extension KepcoWorker {
    /// How far readings may be ahead of the clock: meters send the quarter hour that runs, and some a whole day at its
    /// start.
    private static let lead = Duration.seconds(24 * 3600)
    /// Old days that are deleted with a record that brings a new one. It brings eight at most, so that this catches up.
    private static let deletionLimit = 8

    /// Takes readings of quarter hours in a row; nil is no reading and leaves what is there. Of two readings of a
    /// quarter hour the one wins that Kafka got later.
    func record(
        _ tenths: [Int64?], of user: UserID, from startsAt: Timestamp, _ transaction: Transaction
    ) throws {
        let first = try admit(tenths, startsAt, now: transaction.now)
        var (isNew, isNewDay) = (false, false)
        var position = 0
        while position < tenths.count {
            let quarter = first + Int64(position)
            let start = zone.position(of: quarter)
            let end = min(position + Int(Quarter.perDay) - start, tenths.count)
            switch try record(tenths[position..<end], from: start, zone.day(of: quarter), user, transaction) {
            case .nothing, .arrivals: break
            case .some: isNew = true
            case .day: (isNew, isNewDay) = (true, true)
            }
            position = end
        }
        guard isNew else { return }
        let quarters = first..<(first + Int64(tenths.count))
        let recent = try recentChecks(of: user, transaction)
        let waiting = try waiting(of: user, transaction)
        if isNewDay { try deleteOldDays(of: user, neededFrom: oldestDayNeeded(by: recent, waiting), transaction) }
        mark(recent, user, touchedBy: quarters, transaction)
        try check(waiting, of: user, touching: quarters, transaction)
        try follow(user, touching: quarters, transaction)
    }

    /// The first quarter hour, if there is something to take and all of it is of a time that is taken.
    private func admit(_ tenths: [Int64?], _ startsAt: Timestamp, now: Timestamp) throws(Rejection) -> Quarter {
        guard let first = Quarter(startsAt: startsAt) else {
            throw Rejection(
                .malformed,
                "field \"startsAt\" is \(startsAt), where no quarter hour starts: write :00, :15, :30 or :45")
        }
        guard let oldest = tenths.firstIndex(where: { $0 != nil }), let newest = tenths.lastIndex(where: { $0 != nil })
        else {
            throw Rejection(.malformed, "field \"wh\" holds no reading")
        }
        guard zone.day(of: first + Int64(oldest)) >= oldestDay(now: now) else {
            throw .late("field \"startsAt\" is \(startsAt); readings are taken for \(settings.daysKept) days")
        }
        guard (first + Int64(newest)).startsAt <= now + Self.lead else {
            throw .refused(
                "field \"startsAt\" is \(startsAt), and its last reading is more than a day in the future")
        }
        return first
    }

    func oldestDay(now: Timestamp) -> Day { zone.day(of: now) - settings.daysKept }

    private enum New { case nothing, arrivals, some, day }

    /// What is new of a day's readings; with the first of them the day is.
    private func record(
        _ readings: ArraySlice<Int64?>, from start: Int, _ day: Day, _ user: UserID, _ transaction: Transaction
    ) throws -> New {
        let key = Days.key(user, day)
        let before = try transaction.row(Days.self, key)
        var row = before ?? Days.Row()
        let change = row.record(readings, from: start, Arrival(transaction.receivedAt, in: transaction.topic))
        guard change != .nothing else { return .nothing }
        transaction.put(Days.self, key, row)
        if change == .arrivals { return .arrivals }
        return before == nil ? .day : .some
    }

    private func deleteOldDays(of user: UserID, neededFrom needed: Day?, _ transaction: Transaction) throws {
        let kept = oldestDay(now: transaction.now)
        let oldest = Days.key(user, needed.map { min($0, kept) } ?? kept)
        let first = try transaction.keys(Days.self, prefix: "\(user.text)/", atMost: Self.deletionLimit)
        for key in first where key.utf8.lexicographicallyPrecedes(oldest.utf8) { transaction.delete(Days.self, key) }
        // The customer's first day: nobody else may ever see to it.
        if first.count == 1 { try transaction.armSweep() }
    }
}
