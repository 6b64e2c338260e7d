package import Contracts

/// Quarter hours and days by Korea's clock, which is nine hours ahead of UTC all year. Quarter hours are numbered from
/// 1970 on, days too. It shares no code with what it is to check.
package enum KoreanTime {
    static let quarterMilliseconds: Int64 = 900_000
    static let quartersPerDay: Int64 = 96
    private static let quartersAhead: Int64 = 36

    /// The quarter hour that a time lies in.
    package static func quarter(_ time: Timestamp) -> Int64 { time.milliseconds / quarterMilliseconds }

    package static func start(ofQuarter quarter: Int64) -> Timestamp {
        Timestamp(milliseconds: quarter * quarterMilliseconds)
    }

    package static func day(ofQuarter quarter: Int64) -> Int64 { (quarter + quartersAhead) / quartersPerDay }

    package static func firstQuarter(ofDay day: Int64) -> Int64 { day * quartersPerDay - quartersAhead }

    /// The day that 1970 began with was a Thursday.
    package static func isWeekday(_ day: Int64) -> Bool { (1...5).contains((day + 4) % 7) }
}
