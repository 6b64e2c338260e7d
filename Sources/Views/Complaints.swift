import Telemetry

/// What is said of records that were passed over: a line for the first, and once a second how many more.
struct Complaints {
    private static let interval = Duration.seconds(1)

    private let log: Logger
    private var untold = 0
    private var toldAt: ContinuousClock.Instant?

    init(_ log: Logger) { self.log = log }

    mutating func passedOver(_ place: String, _ offset: Int64, _ error: any Error) {
        let now = ContinuousClock.now
        guard toldAt.map({ now - $0 >= Self.interval }) ?? true else {
            untold += 1
            return
        }
        tell()
        toldAt = now
        log.warning(
            "a record was passed over: the view could not apply it",
            ["place": place, "offset": offset, "reason": "\(error)"])
    }

    /// Says how many there were beside.
    mutating func tell() {
        guard untold > 0 else { return }
        log.warning("more records were passed over", ["records": untold])
        untold = 0
    }
}
