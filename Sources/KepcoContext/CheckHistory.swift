import Baselines
import Contracts

/// The readings that a check may look at: none of a day before those that are kept for it, however late it is done, and
/// however far its method would go back.
struct CheckHistory: ReadingHistory {
    let zone: Zone
    let daysKept: Int64
    private let readings: StoredHistory
    private let oldest: Quarter

    /// - Parameters:
    ///   - zone: by whose clock the method's days and hours are meant.
    ///   - reach: of the check.
    init(_ readings: StoredHistory, _ zone: Zone, _ reach: Range<Quarter>, daysKept: Int64) {
        (self.readings, self.zone, self.daysKept, oldest) = (readings, zone, daysKept, reach.lowerBound)
    }

    func tenths(_ quarter: Quarter) throws -> Int64? { quarter < oldest ? nil : try readings.tenths(quarter) }

    func all(_ quarters: Range<Quarter>) throws -> [Int64]? {
        quarters.lowerBound < oldest ? nil : try readings.all(quarters)
    }
}
