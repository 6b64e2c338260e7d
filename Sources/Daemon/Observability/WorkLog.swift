import Contracts
import Kafka
import Telemetry
import Workers

/// What an operator sees of the work: the first few records, timers and dead letters of each second on a line of their
/// own, the rest of that second summed up. With `debug` every one has its line.
///
/// What a context sends to itself, and its timers, come by the dozen where one order has come: they have lines of their
/// own to spend, so that what others ask in the same second does not go unseen.
struct WorkLog {
    private static let linesASecond = 10
    private static let ownLinesASecond = 5

    private let log: Logger
    /// The topic in which the context talks to itself.
    private let own: String
    /// What a record is keyed by may be somebody's number.
    private let hidesKeys: Bool
    private var second = ContinuousClock.now
    private var (lines, ownLines) = (0, 0)
    private var records = 0
    private var timers = 0
    private var messages = 0
    private var deadLetterLines = 0
    private var deadLetters = 0

    init(_ log: Logger, _ context: Context) {
        self.log = log
        (own, hidesKeys) = (context.internal, context.hidesValues)
    }

    mutating func done(_ source: Transaction.Source, _ record: borrowing Record, _ type: MessageType?, _ messages: Int)
    {
        guard takeLine(for: source.topic) else {
            records += 1
            self.messages += messages
            return
        }
        log.info(
            "handled",
            [
                "type": type?.description ?? "", "topic": source.topic, "partition": source.partition,
                "offset": source.offset,
                "key": hidesKeys ? "" : Self.text(record.key), "messages": messages,
            ] + Self.fields(source.provenance))
    }

    /// Dead letters have lines of their own to spend: they are not to go unseen among good work, nor to flood the log.
    mutating func deadLettered(_ source: Transaction.Source, _ rejection: Rejection, key: @autoclosure () -> String) {
        guard deadLetterLines < Self.linesASecond || log.isOn(.debug) else {
            deadLetters += 1
            return
        }
        deadLetterLines += 1
        log.warning(
            "dead letter",
            [
                "kind": rejection.kind.rawValue, "reason": rejection.reason, "topic": source.topic,
                "partition": source.partition, "offset": source.offset,
                "key": hidesKeys ? "" : key(),
            ] + Self.fields(source.provenance))
    }

    mutating func fired(_ timer: Timer, _ source: Transaction.Source, _ messages: Int) {
        // A sweep of millions of rows has thousands of steps; what it comes to is said at its end.
        guard timer.kind != Sweep.timerKind || log.isOn(.debug) else { return }
        guard takeLine(for: own) else {
            timers += 1
            self.messages += messages
            return
        }
        log.info(
            "timer",
            ["kind": timer.kind, "id": timer.id, "partition": source.partition, "messages": messages]
                + Self.fields(source.provenance))
    }

    /// A sweep is through: once a day for each partition.
    func swept(_ report: Sweep.Report, _ partition: Int32) {
        var fields: LogFields = ["partition": partition]
        for part in report.deleted { fields.list.append((part.name, part.rows)) }
        log.info("swept", fields)
    }

    /// Call it often: once a second it sums up, and at the end whatever is left.
    mutating func flush(isEnd: Bool = false) {
        guard lines > 0 || ownLines > 0 || records > 0 || timers > 0 || deadLetterLines > 0 else { return }
        let now = ContinuousClock.now
        guard now - second >= .seconds(1) || isEnd else { return }
        if records > 0 || timers > 0 {
            log.info("handled more", ["records": records, "timers": timers, "messages": messages])
        }
        if deadLetters > 0 { log.warning("more dead letters", ["records": deadLetters]) }
        (second, lines, ownLines, records, timers, messages) = (now, 0, 0, 0, 0, 0)
        (deadLetterLines, deadLetters) = (0, 0)
    }

    /// A key for a line: of one that is absurdly long the beginning.
    static func text(_ key: Span<UInt8>?) -> String {
        guard let key else { return "" }
        return String(copying: key.extracting(..<min(key.count, 200)))
    }

    /// The trace's name is the one that tools look for. Of a request the line says the command, by which the gateway's
    /// lines and the views find the rest.
    static func fields(_ provenance: Provenance) -> LogFields {
        var fields: LogFields = [:]
        if let trace = provenance.trace { fields = ["trace_id": trace.traceID] }
        if let command = provenance.request?.command { fields = fields + ["command": command] }
        return fields
    }

    /// Whether there is one more in this second.
    private mutating func takeLine(for topic: String) -> Bool {
        guard log.isOn(.info) else { return false }
        if log.isOn(.debug) { return true }
        if topic == own {
            guard ownLines < Self.ownLinesASecond else { return false }
            ownLines += 1
        } else {
            guard lines < Self.linesASecond else { return false }
            lines += 1
        }
        return true
    }
}
