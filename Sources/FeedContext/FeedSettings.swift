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
    /// Behind an answer that there is nothing yet.
    package var retry: Duration
    /// Behind the first of several calls that have come to nothing; up to `retry` behind later ones.
    package var firstRetry: Duration
    /// When a day's calls begin, behind its midnight, and over how long they are spread.
    package var (from, spread): (Duration, Duration)

    package init(
        window: Int = 32, callLimit: Duration = .seconds(120), pastDays: Int64 = 45, patienceDays: Int64 = 10,
        retry: Duration = .seconds(3 * 3600), firstRetry: Duration = .seconds(30),
        from: Duration = .seconds(3600), spread: Duration = .seconds(6 * 3600)
    ) {
        precondition(window > 0 && pastDays >= 0 && patienceDays > 0, "a call at a time, and a day's patience")
        (self.window, self.callLimit, self.retry, self.firstRetry) = (window, callLimit, retry, firstRetry)
        (self.pastDays, self.patienceDays) = (pastDays, patienceDays)
        (self.from, self.spread) = (from, spread)
    }
}
