package import Contracts
import Time

extension Timestamp {
    /// The system's clock.
    package static var current: Timestamp { Timestamp(milliseconds: SystemClock.milliseconds) }
}
