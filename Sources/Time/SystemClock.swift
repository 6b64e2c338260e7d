import Glibc

/// The system's clock: what people and other machines call now. It can be set, so what lasts is measured by
/// `ContinuousClock`.
package enum SystemClock {
    /// Milliseconds since 1970.
    package static var milliseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
