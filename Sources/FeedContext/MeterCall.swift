package import Baselines
package import Contracts
import Workers

/// A question to the utility: what a customer's meters have counted on a day.
package struct MeterCall: OutsideCall, Hashable {
    package let partition: Int32
    package let user: UserID
    /// Comes back with the answer.
    package let attempt: Int64
    package let customerNumber: String
    /// Those of his meters that count; none: all.
    package let meters: [String]
    package let day: Day
    /// Whether nothing live waits for it: all others are made first.
    package let isPast: Bool
}

/// What has been asked about a customer before is not to be asked any more: he has revoked, left, or changed.
package struct MeterCallEnd: OutsideCall, Hashable {
    package let partition: Int32
    package let user: UserID
}
