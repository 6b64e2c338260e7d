import HTTP

/// How long a gateway that is asked to stop continues: each answer is its connection's last meanwhile, so that clients
/// take their next request elsewhere, and proxies hear that this one is not ready. No clock: time comes in as an
/// argument.
struct Drain {
    /// Nothing may have come for so long: whoever has heard sends nothing here any more.
    static let quiet = Duration.milliseconds(500)
    /// A connection that is kept and not used has to be closed some time; all of it is well within the 5 s in which a
    /// process ends.
    static let limit = Duration.milliseconds(2500)
    /// What is left then: requests that are being answered, and what waits to be taken.
    static let rest = Duration.milliseconds(300)

    let began: ContinuousClock.Instant

    func isOver(_ load: HTTPLoad, at now: ContinuousClock.Instant) -> Bool {
        now >= began + Self.limit
            || load.connections == 0 && max(began, load.lastRequestAt) + Self.quiet <= now
    }
}
