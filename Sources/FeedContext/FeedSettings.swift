/// When which days are asked for.
package struct FeedSettings: Sendable {
    /// Calls of one partition that may be on their way at a time: what is behind them waits.
    package var window: Int
    /// So long after a call was asked for it is asked for again, if nothing has come of it.
    package var callLimit: Duration
    /// How many days before his registration a customer's days are asked for, if he has consented to that.
    package var pastDays: Int64
    /// A day of which the utility has had nothing, or not all, for so long is given up.
    package var patienceDays: Int64
    /// Behind the last of several calls that have come to nothing, at the most.
    package var retry: Duration
    /// Behind the first of them, at the most.
    package var firstRetry: Duration
    /// So many calls in a row that have come to nothing put the day off, as one of which there is nothing.
    package var attempts: Int64
    /// When a day's calls begin, behind its midnight, and over how long they are spread.
    package var (from, spread): (Duration, Duration)
    /// When the calls begin with which a day is asked for again: apart from those of new days.
    package var againFrom: Duration
    /// Minutes that the utility's clock is ahead of UTC.
    package var utcOffset: Int64

    package init(
        window: Int = 32, callLimit: Duration = .seconds(120), pastDays: Int64 = 45, patienceDays: Int64 = 10,
        retry: Duration = .seconds(3 * 3600), firstRetry: Duration = .seconds(30), attempts: Int64 = 16,
        from: Duration = .seconds(3600), spread: Duration = .seconds(6 * 3600),
        againFrom: Duration = .seconds(13 * 3600), utcOffset: Int64 = 540
    ) {
        precondition(window > 0 && pastDays >= 0 && attempts > 0, "a call at a time")
        precondition(1...Self.longestPatience ~= patienceDays, "a day's patience")
        (self.window, self.callLimit, self.retry, self.firstRetry) = (window, callLimit, retry, firstRetry)
        (self.pastDays, self.patienceDays, self.attempts) = (pastDays, patienceDays, attempts)
        (self.from, self.spread, self.againFrom, self.utcOffset) = (from, spread, againFrom, utcOffset)
    }

    /// In days; so long a day is also asked for again whose calls come to nothing. More of a customer's days than that
    /// are never kept beside his next one.
    package static let longestPatience: Int64 = 45
}
