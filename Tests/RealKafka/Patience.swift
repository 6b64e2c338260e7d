import Foundation

/// How long tests wait for what has to come.
package enum Patience {
    /// Long, for slow machines: only tests that fail take it. Whoever wants them to fail has less, in seconds, in the variable
    /// `PATIENCE`.
    package static let usual = Duration.seconds(
        ProcessInfo.processInfo.environment["PATIENCE"].flatMap { Int($0) } ?? 120)
}
