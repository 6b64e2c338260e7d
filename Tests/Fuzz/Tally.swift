import Workers

/// What became of a worker's records.
struct Tally {
    /// Those that the examples made, the mutated ones among them; what the worker has sent to itself comes on top.
    var records = 0
    var mutated = 0
    var own = 0
    var done = 0
    var forwarded = 0
    var skipped = 0
    /// Asked to handle a dead letter again.
    var replays = 0
    var refused: [Rejection.Kind: Int] = [:]
    var timers = 0
    /// Records that were kept and given up later.
    var givenUp = 0
    var rows = 0
    var messages = 0
    var duration = Duration.zero

    static func + (one: Tally, other: Tally) -> Tally {
        var sum = one
        sum.records += other.records
        sum.mutated += other.mutated
        sum.own += other.own
        sum.done += other.done
        sum.forwarded += other.forwarded
        sum.skipped += other.skipped
        sum.replays += other.replays
        sum.refused.merge(other.refused, uniquingKeysWith: +)
        sum.timers += other.timers
        sum.givenUp += other.givenUp
        sum.rows += other.rows
        sum.messages += other.messages
        sum.duration += other.duration
        return sum
    }

    /// Each record is exactly one of these.
    var decisions: Int { done + forwarded + skipped + replays + refused.values.reduce(0, +) }

    private static let columns =
        ["worker", "records", "mutated", "own", "done", "forwarded", "skipped", "replays"]
        + Rejection.Kind.allCases.map(\.rawValue)
        + ["timers", "given-up", "rows", "messages", "records/s"]

    static var header: String { columns.enumerated().map { padded($1, isName: $0 == 0) }.joined(separator: " ") }

    func line(_ name: String) -> String {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let figures =
            [records, mutated, own, done, forwarded, skipped, replays]
            + Rejection.Kind.allCases.map { refused[$0] ?? 0 }
            + [timers, givenUp, rows, messages, Int(Double(records + own) / max(seconds, 0.001))]
        return ([Self.padded(name, isName: true)] + figures.map { Self.padded("\($0)") }).joined(separator: " ")
    }

    private static func padded(_ text: String, isName: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, (isName ? 14 : 9) - text.count))
        return isName ? text + padding : padding + text
    }
}
