import Foundation

/// How long tests wait for what has to come.
package enum Patience {
    /// Long, for slow machines: only tests that fail take it. Whoever wants them to fail has less, in seconds, in the
    /// variable `PATIENCE`.
    package static let usual = Duration.seconds(
        ProcessInfo.processInfo.environment["PATIENCE"].flatMap { Int($0) } ?? 120)

    /// For what is promised within a few seconds: a machine that is busy with other tests needs longer, and without the
    /// promise it would be minutes.
    package static let promised = Duration.seconds(30)
}
