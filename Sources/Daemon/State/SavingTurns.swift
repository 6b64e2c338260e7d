/// When which file is saved: each of them once a second, one after the other in equal shares of it.
struct SavingTurns {
    private static let interval = Duration.seconds(1)
    /// Up to when turns have been taken.
    private var takenUntil: ContinuousClock.Instant

    init(from now: ContinuousClock.Instant) { takenUntil = now }

    /// - Returns: how many of so many files have their turn now.
    mutating func take(at now: ContinuousClock.Instant, of files: Int) -> Int {
        let passed = now - takenUntil
        guard files > 0, passed < Self.interval else {
            // Whoever was away makes nothing up for: all of them, once.
            if passed >= Self.interval { takenUntil = now }
            return passed >= Self.interval ? files : 0
        }
        let share = Self.interval / files
        let turns = Int(passed / share)
        takenUntil += share * turns
        return turns
    }
}
