package import Contracts
import JSON

/// A bounded context: what it reads, which rows it keeps, what it does with each message and each timer. It reaches neither Kafka
/// nor files nor the clock; one thread calls it.
package protocol Worker {
    static var context: Context { get }
    /// What outsiders may ask of it: the topic's messages, any other one is refused there.
    static var commands: Topic { get }
    /// What is read beside the commands and what the context says to itself. A message that the topic does not list, or that no
    /// handler takes, is passed over in topics of others, and refused in the context's own.
    static var inputs: [Topic] { get }
    /// Beside the timers.
    static var tables: [any Table.Type] { get }
    /// Read once, when the daemon starts.
    var handlers: [Handler] { get }
    /// A timer is due, and is gone unless it is set again.
    func fire(_ timer: Timer, _ transaction: Transaction) throws
}

/// How one type of message is taken.
package struct Handler {
    package let type: MessageType
    /// nil when it has done its work; else the partition that the record belongs to.
    let run: (borrowing Fields, Transaction) throws -> Int32?

    /// A message that belongs to the entity with the key `home`: a record that lies in another partition is sent on unchanged.
    /// Without a home it is handled where it is.
    package init<M: Message>(
        _ message: M.Type, home: @escaping (M) -> String?, _ body: @escaping (M, Transaction) throws -> Void
    ) {
        type = M.type
        run = { fields, transaction in
            let message: M
            do throws(JSONError) { message = try M(fields) } catch { throw Rejection(error) }
            if let key = home(message) {
                let partition = transaction.home(of: key)
                guard partition == transaction.partition else { return partition }
            }
            try body(message, transaction)
            return nil
        }
    }
}
