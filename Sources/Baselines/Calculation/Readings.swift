/// One customer's readings, in tenths of a Wh: how a meter counts is kept, so an hour's value is none of a quarter
/// hour.
package struct Readings: Sendable {
    private struct Reading {
        let tenths: Int64
        let length: Int64
    }

    /// How many minutes a reading may be about.
    package static let intervals: [Int64] = [1, 5, 15, 30, 60]

    /// By the minute in which they start.
    private var readings: [Int64: Reading] = [:]
    /// Readings of other lengths than the first one's are rare, and then all that overlap have to be found.
    private var lengths: Set<Int64> = []

    package init() {}

    package var isEmpty: Bool { readings.isEmpty }
    package var oldest: Int64? { readings.keys.min() }

    /// The last one wins: what it overlaps is gone. It has to start at a multiple of its length.
    package mutating func record(_ tenths: Int64, at start: Int64, length: Int64) {
        precondition(start.isMultiple(of: length), "a reading off its grid")
        if lengths.insert(length).inserted || lengths.count > 1 {
            for minute in (start - 59)..<(start + length) {
                if let other = readings[minute], minute + other.length > start { readings[minute] = nil }
            }
        }
        readings[start] = Reading(tenths: tenths, length: length)
    }

    /// The sum over a stretch of time, nil unless readings fill it.
    package func sum(_ minutes: Minutes) -> Int64? {
        var sum: Int64 = 0
        var minute = minutes.lowerBound
        while minute < minutes.upperBound {
            guard let reading = readings[minute], minute + reading.length <= minutes.upperBound else { return nil }
            sum += reading.tenths
            minute += reading.length
        }
        return sum
    }

    /// The sum of the readings that lie in a stretch of time.
    package func sumWithoutGaps(_ minutes: Minutes) -> Int64 {
        // Each length is a multiple of the shorter ones, and so is where it starts.
        let step = lengths.min() ?? 60
        var sum: Int64 = 0
        for minute in stride(from: (minutes.lowerBound + step - 1) / step * step, to: minutes.upperBound, by: Int(step))
        {
            if let reading = readings[minute], minute + reading.length <= minutes.upperBound { sum += reading.tenths }
        }
        return sum
    }
}

extension Readings: UseHistory {
    /// All that there is: methods that look back by the calendar have limits of their own.
    package var daysKept: Int64 { 1000 }

    package func use(in stretches: [Minutes], daysBefore: Int64) -> [Int64?] {
        stretches.map { sum($0 - daysBefore * Day.minutes) }
    }

    package func useWithoutGaps(in stretches: [Minutes], daysBefore: Int64) -> [Int64] {
        stretches.map { sumWithoutGaps($0 - daysBefore * Day.minutes) }
    }
}

/// The use of several customers together: a resource's.
package struct SharedHistory: UseHistory {
    private let customers: [Readings]

    package init(_ customers: [Readings]) { self.customers = customers }

    package var daysKept: Int64 { 1000 }

    package func use(in stretches: [Minutes], daysBefore: Int64) -> [Int64?] {
        stretches.map { stretch in
            var sum: Int64 = 0
            for customer in customers {
                guard let use = customer.sum(stretch - daysBefore * Day.minutes) else { return nil }
                sum += use
            }
            return sum
        }
    }

    package func useWithoutGaps(in stretches: [Minutes], daysBefore: Int64) -> [Int64] {
        stretches.map { stretch in
            customers.reduce(0) { $0 + $1.sumWithoutGaps(stretch - daysBefore * Day.minutes) }
        }
    }
}
