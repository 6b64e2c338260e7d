import Contracts

/// The wall clock as records are handled by: it is read once a batch, and again where a record is ahead of it.
struct HandlingClock {
    private var latest = Timestamp(milliseconds: 0)

    /// - Parameters:
    ///   - batch: when the batch began.
    ///   - record: the record's own time.
    mutating func now(_ batch: Timestamp, record: Timestamp, read: @autoclosure () -> Timestamp) -> Timestamp {
        // The record may have come since the batch began; and what comes behind it is no earlier.
        if record > batch, record > latest { latest = max(latest, read()) }
        return max(batch, latest)
    }
}
