package import Contracts
import JSON

/// A bounded context: what it reads, which rows it keeps, what it does with each message and each timer. It reaches
/// neither Kafka nor files nor the clock; one thread calls it.
package protocol Worker {
    static var context: Context { get }
    /// What it decides, in a few words: for `negawatt --help`.
    static var summary: String { get }
    /// What outsiders may ask of it: the topic's messages, any other one is refused there.
    static var commands: Topic { get }
    /// What is read beside the commands and what the context says to itself. A message that the topic does not list, or
    /// that no handler takes, is passed over in topics of others, and refused in the context's own.
    static var inputs: [Topic] { get }
    /// Those of its inputs that give way to all others: a record of theirs is taken where none of the others waits, and
    /// besides for a small part of the time, so that they get on in any case.
    static var background: [Topic] { get }
    /// What it says: its events, and what it asks of itself. Anything else is a mistake in the worker, which debug
    /// builds trap on.
    static var outputs: [Topic] { get }
    /// Those of its inputs that a group that has never worked reads from their end on: who tells people what happens
    /// must not tell them what has happened for 400 days. Of all others it reads all that has ever been said.
    static var newOnly: [Topic] { get }
    /// Whether earlier versions have written what the context says to itself among its commands, where records from
    /// before its own topic are taken as such.
    static var hasMixedCommands: Bool { get }
    /// Beside the timers.
    static var tables: [any Table.Type] { get }
    /// What it counts for operators, beside what the daemon counts for every worker.
    static var counters: [WorkerCounter] { get }
    /// What it shows operators of each partition.
    static var gauges: [WorkerGauge] { get }
    /// Read once, when the daemon starts.
    var handlers: [Handler] { get }
    /// Whether a timer fires only behind all that lay in the partition's commands when it was due: who asked for
    /// something in time is not late because the daemon was away.
    func firesBehindCommands(_ timer: Timer) -> Bool
    /// A timer is due, and is gone unless it is set again.
    func fire(_ timer: Timer, _ transaction: Transaction) throws
    /// What its gauges show of a partition, in their order: about once a second, by `now` and by few rows. It writes
    /// none.
    func measure(_ transaction: Transaction) throws -> [Int64]
}

extension Worker {
    /// None.
    package static var background: [Topic] { [] }
    /// None.
    package static var newOnly: [Topic] { [] }
    /// They may have.
    package static var hasMixedCommands: Bool { true }
    /// None.
    package static var counters: [WorkerCounter] { [] }
    /// None.
    package static var gauges: [WorkerGauge] { [] }
    /// Nothing.
    package func measure(_ transaction: Transaction) throws -> [Int64] { [] }
    /// None does.
    package func firesBehindCommands(_ timer: Timer) -> Bool { false }
}

/// A number of a worker's own that only grows: `negawatt_NAME_total`.
package struct WorkerCounter: Hashable, Sendable {
    /// As Prometheus knows it.
    package let name: String
    /// One sentence for Prometheus.
    package let help: String

    /// A counter that the daemon makes for the worker.
    package init(_ name: String, _ help: String) { (self.name, self.help) = (name, help) }
}

/// A number of a worker's own that a partition has at a time: `negawatt_NAME`, by partition.
package struct WorkerGauge: Hashable, Sendable {
    /// As Prometheus knows it.
    package let name: String
    /// One sentence for Prometheus.
    package let help: String

    /// A gauge that the daemon makes for the worker.
    package init(_ name: String, _ help: String) { (self.name, self.help) = (name, help) }
}

/// How one type of message is taken.
package struct Handler {
    /// Of the messages that are meant.
    package let type: MessageType
    let run: (borrowing Fields, Transaction) throws -> Handled

    enum Handled {
        case done
        /// The partition that the record belongs to.
        case elsewhere(Int32)
        case waits
    }

    /// A message that belongs to the entity with the key `home`: a record that lies in another partition is forwarded
    /// unchanged. Without a home it is handled where it is.
    /// - Parameter waits: whether a message that the context says to itself is handled only behind all that lies in the
    ///   partition's commands when it is read: which of the two topics is read first makes no difference then. The
    ///   transaction is told by `areCommandsMixed` whether an earlier version may have said to the commands what
    ///   belongs to the other topic now.
    package init<M: Message>(
        _ message: M.Type, home: @escaping (M) -> String?,
        waits: @escaping (M, Transaction) -> Bool = { _, _ in false },
        _ body: @escaping (M, Transaction) throws -> Void
    ) {
        type = M.type
        run = { fields, transaction in
            let message: M
            do throws(JSONError) { message = try M(fields) } catch {
                throw Rejection(M.hints.map { error.hidden($0) } ?? error)
            }
            if let key = home(message) {
                let partition = transaction.home(of: key)
                guard partition == transaction.partition else { return .elsewhere(partition) }
            }
            if !transaction.isBehindCommands, waits(message, transaction) { return .waits }
            try body(message, transaction)
            return .done
        }
    }
}
