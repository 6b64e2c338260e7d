package import Baselines
package import Contracts

extension Zone {
    package func day(of quarter: Quarter) -> Day { Day(of: minute(of: quarter)) }

    package func day(of time: Timestamp) -> Day { Day(of: minute(of: time)) }

    /// Which of its day's quarter hours it is, from 0 to 95.
    package func position(of quarter: Quarter) -> Int { Int(minute(of: quarter) % Day.minutes / Quarter.minutes) }

    /// Quarter hours by the market's clock.
    func minutes(of quarters: Range<Quarter>) -> Minutes {
        minute(of: quarters.lowerBound)..<minute(of: quarters.upperBound)
    }

    /// The quarter hours that minutes of the market's clock lie in.
    func quarters(of minutes: Minutes) -> Range<Quarter> {
        let first = Quarter(number: (minutes.lowerBound - offset) / Quarter.minutes)
        return first..<(first + Int64(minutes.count) / Quarter.minutes)
    }

    private func minute(of quarter: Quarter) -> Int64 { quarter.number * Quarter.minutes + offset }
}
