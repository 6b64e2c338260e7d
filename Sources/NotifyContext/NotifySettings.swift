import Contracts

/// When customers are told what.
package struct NotifySettings: Sendable {
    /// Those that there are: a contact may name no other.
    package var channels: [String]
    /// Notices of one partition and channel that may be on their way at a time: what is behind them waits.
    package var window: Int
    /// Those that one timer hands over, at most: what is behind them waits for the next one.
    package var stepLimit: Int
    /// So long after a notice was handed over it is again, if nothing has come of it.
    package var callLimit: Duration
    /// So long after an order's notice was due over one channel it goes over the next one, if nobody has said that it
    /// has reached the customer.
    package var fallback: Duration
    /// So many calls that have come to nothing end a channel's turn, where there is another one.
    package var attempts: Int64
    /// Behind the first of them, and behind any, at the most.
    package var (firstRetry, retry): (Duration, Duration)
    /// So long a result, points and the like are told after they have happened.
    package var patience: Duration
    /// So long something is known of a notice of which nothing more is to come: receipts of it are taken.
    package var kept: Duration
    /// Notices of one customer, at most.
    package var customerLimit: Int
    /// Minutes that customers' clocks are ahead of UTC.
    package var utcOffset: Int64

    package init(
        channels: [String] = ["alimtalk", "mail", "push", "sms"], window: Int = 1000, stepLimit: Int = 1000,
        callLimit: Duration = .seconds(120), fallback: Duration = .seconds(900), attempts: Int64 = 20,
        firstRetry: Duration = .seconds(2), retry: Duration = .seconds(120), patience: Duration = .seconds(3 * 86_400),
        kept: Duration = .seconds(86_400), customerLimit: Int = 100, utcOffset: Int64 = 540
    ) {
        precondition(window > 0 && stepLimit > 0 && attempts > 0 && customerLimit > 0, "a notice at a time")
        (self.channels, self.window, self.stepLimit) = (channels, window, stepLimit)
        (self.callLimit, self.fallback, self.attempts) = (callLimit, fallback, attempts)
        (self.firstRetry, self.retry, self.patience) = (firstRetry, retry, patience)
        (self.kept, self.customerLimit, self.utcOffset) = (kept, customerLimit, utcOffset)
    }
}
