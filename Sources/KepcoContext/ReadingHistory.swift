package import Baselines

/// What is known of one customer's use, in tenths of a Wh.
package protocol ReadingHistory: UseHistory {
    var zone: Zone { get }
    /// Of a quarter hour; nil without a reading.
    func tenths(_ quarter: Quarter) throws -> Int64?
    /// Of quarter hours in a row, nil unless all are there; looks no further than where one is missing.
    func all(_ quarters: Range<Quarter>) throws -> [Int64]?
}

extension ReadingHistory {
    package func use(in stretches: [Minutes], daysBefore: Int64) throws -> [Int64?] {
        let earlier = stretches.map { zone.quarters(of: $0 - daysBefore * Day.minutes) }
        // An order's quarter hours, which are all there but for the few days with gaps: at once. Windows may be longer,
        // come twice, or lie in any order.
        if let first = earlier.first, let last = earlier.last,
            last.upperBound.number - first.lowerBound.number == Int64(earlier.count),
            zip(earlier, earlier.dropFirst()).allSatisfy({ $0.upperBound == $1.lowerBound }),
            let all = try all(first.lowerBound..<last.upperBound)
        {
            return all
        }
        return try earlier.map { try all($0)?.reduce(0, +) }
    }

    package func useWithoutGaps(in stretches: [Minutes], daysBefore: Int64) throws -> [Int64] {
        try stretches.map { stretch in
            let quarters = zone.quarters(of: stretch - daysBefore * Day.minutes)
            return try (quarters.lowerBound.number..<quarters.upperBound.number)
                .reduce(0) { $0 + (try tenths(Quarter(number: $1)) ?? 0) }
        }
    }
}
