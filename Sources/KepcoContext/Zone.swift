package import Contracts

/// The market's zone: a fixed offset from UTC, without summer time.
package struct Zone: Sendable, Hashable {
    /// Quarter hours ahead of UTC.
    private let offset: Int64

    /// The offset has to be whole quarter hours, as all zones' are.
    package init(utcOffset: Duration) {
        precondition(
            utcOffset.milliseconds.isMultiple(of: Quarter.milliseconds), "the offset is not whole quarter hours")
        offset = utcOffset.milliseconds / Quarter.milliseconds
    }

    package func day(of quarter: Quarter) -> Day { Day(number: (quarter.number + offset) / Quarter.perDay) }

    package func day(of time: Timestamp) -> Day { day(of: Quarter(at: time)) }

    /// Which of its day's quarter hours it is, from 0 to 95.
    package func position(of quarter: Quarter) -> Int { Int((quarter.number + offset) % Quarter.perDay) }
}
