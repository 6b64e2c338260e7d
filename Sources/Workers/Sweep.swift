package import Contracts

/// Housekeeping: rows that have been kept long enough are deleted, so that a state does not grow for ever.
///
/// Once a day, at 03:00 in Korea, a timer of each shard begins to go through the rows, a bounded number of them a step;
/// each step is another timer, whose id says how far the sweep has come. So it costs a record nothing, no row has to
/// say where a sweep is, and an earlier version, which knows no such timer, lets it go. What sets it again is what
/// comes seldom and adds rows: an order, a list, a check. What is old enough is found by the timers' own times, so that
/// a step deletes the same rows whichever daemon does it.
package enum Sweep {
    /// Of the timers.
    package static let timerKind = "sweep"
    private static let day: Int64 = 86_400_000
    /// How long before midnight UTC it begins.
    private static let lead: Int64 = 6 * 3_600_000
    /// Between two steps. Timers fire by their times: so those of orders and checks go first.
    static let pause = Duration.milliseconds(20)

    /// One part of a context's rows, most often a table.
    package struct Part {
        /// How the log calls its rows.
        let name: StaticString
        /// Of deleted rows.
        let counter: WorkerCounter
        let step: (_ cursor: String, Transaction) throws -> Step

        /// - Parameter step: looks at rows behind the cursor, which is empty at first.
        package init(
            _ name: StaticString, _ counter: WorkerCounter, _ step: @escaping (String, Transaction) throws -> Step
        ) {
            (self.name, self.counter, self.step) = (name, counter, step)
        }
    }

    /// What a step has come to.
    package struct Step {
        /// Where the next one begins; nil behind the part's last row.
        package var cursor: String?
        /// Rows.
        package var deleted: Int

        package init(cursor: String?, deleted: Int) { (self.cursor, self.deleted) = (cursor, deleted) }
    }

    /// What a sweep that is through has deleted, for the log: rows by the parts' names.
    package struct Report: Sendable {
        package let deleted: [(name: StaticString, rows: Int)]

        package init(deleted: [(name: StaticString, rows: Int)]) { self.deleted = deleted }
    }

    /// When the next sweep begins.
    package static func next(after time: Timestamp) -> Timestamp {
        let days = (max(0, time.milliseconds) + lead) / day
        return Timestamp(milliseconds: (days + 1) * day - lead)
    }
}

extension Transaction {
    /// Has the shard swept when the day is over, unless that is set already: not at once for a record of before.
    package func armSweep() throws { try armSweep(at: Sweep.next(after: max(now, time))) }

    private func armSweep(at due: Timestamp) throws {
        // Later times cannot be read back.
        guard due < .last else { return }
        let timer = Timer(kind: Sweep.timerKind, id: "", due: due)
        guard try row(Timers.self, timer.key) == nil else { return }
        // It is part of no order, and nobody has asked for it.
        within(Provenance()) { put(Timers.self, timer.key, Timers.Row(due: due)) }
    }

    /// Does a step of a sweep, by its timer's id; the first one sets the next day's before anything else.
    package func sweep(_ id: String, _ parts: [Sweep.Part]) throws {
        if id.isEmpty { try armSweep(at: Sweep.next(after: max(now, time))) }
        let begun = id.isEmpty ? SweepProgress(parts: parts.count) : SweepProgress(id, parts: parts.count)
        guard var progress = begun else { return }
        let part = parts[progress.part]
        let step = try part.step(progress.cursor, self)
        if step.deleted > 0 { count(part.counter, by: step.deleted) }
        progress.take(step)
        if progress.part < parts.count {
            setTimer(Sweep.timerKind, progress.id, at: time + Sweep.pause)
        } else {
            effects.finish(Sweep.Report(deleted: zip(parts, progress.deleted).map { ($0.name, $1) }))
        }
    }

    /// Rows for a step of a sweep, at most so many from behind a key on, and where to go on; nil behind the last one. A
    /// row that cannot be read is passed over: it is of no use, but must not keep the others from being looked at.
    package func someRows<T: Table>(
        _ table: T.Type, prefix: String = "", after cursor: String, atMost limit: Int
    ) throws -> (rows: [(key: String, row: T.Row)], next: String?) {
        var rows: [(key: String, row: T.Row)] = []
        do {
            try scan(table, prefix: prefix, after: cursor) { key, row in
                rows.append((key, row))
                return rows.count < limit
            }
        } catch let error as RowError {
            return (rows, error.key)
        }
        return (rows, rows.count < limit ? nil : rows.last?.key)
    }
}

/// How far a sweep has come, as its timer's id says it: `part/deleted rows of each part/cursor`.
struct SweepProgress {
    /// More than any shard has: sums do not overflow.
    private static let most = 1 << 53
    private(set) var part: Int
    private(set) var deleted: [Int]
    private(set) var cursor: String

    init(parts: Int) { (part, deleted, cursor) = (0, Array(repeating: 0, count: parts), "") }

    /// nil for an id of another version, whose parts are others.
    init?(_ id: String, parts: Int) {
        // By bytes: a cursor may begin with a combining character, which is one character with the slash before it.
        let words = id.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, let part = Int(String(words[0]) ?? "") else { return nil }
        let deleted = words[1].split(separator: UInt8(ascii: ".")).map { String($0).flatMap { Int($0) } ?? 0 }
        guard deleted.count == parts, (0..<parts).contains(part), deleted.allSatisfy((0...Self.most).contains) else {
            return nil
        }
        (self.part, self.deleted, cursor) = (part, deleted, String(decoding: words[2], as: UTF8.self))
    }

    var id: String { "\(part)/\(deleted.map(String.init).joined(separator: "."))/\(cursor)" }

    mutating func take(_ step: Sweep.Step) {
        deleted[part] += step.deleted
        if let next = step.cursor { cursor = next } else { (part, cursor) = (part + 1, "") }
    }
}
