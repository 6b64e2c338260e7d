import Contracts
import JSON
import Workers
import WorkersTesting

/// A worker whose handler and timers a test writes itself.
struct Toy: Worker {
    static let context = Context("toy")
    static let summary = "what a test wants"
    static let others = Topic("other.events", owner: Context("other"), key: "key", .delete(days: 1), [Order.type])
    static let commands = Topic(
        "toy.commands", owner: context, key: "key", .delete(days: 1), [Order.type, Pause.type, Replay.type])
    static let `internal` = Topic("toy.internal", owner: context, key: "key", .delete(days: 1), [])
    static let events = Topic("toy.events", owner: context, key: "key", .delete(days: 1), [Order.type])
    static let inbox = Topic("toy.inbox", owner: context, key: "key", .delete(days: 1), [Pause.type])
    static let inputs = [others, inbox]
    static let outputs = [events, `internal`]
    static let orders = WorkerCounter("orders", "Orders that were handled.")
    static let counters = [orders]
    static var tables: [any Table.Type] { [Items.self, Kept.self, Others.self] }

    /// Says to the toy what it should do; the tests give it any sense.
    struct Order: Message, Hashable {
        static let type: MessageType = "Order"
        var key: UserID
        var text: String

        init(_ key: String, _ text: String) { (self.key, self.text) = (UserID(text: key), text) }

        init(_ fields: borrowing Fields) throws(JSONError) {
            key = try fields.required("key")
            text = try fields.required("text")
        }

        func write(_ json: inout JSONWriter) {
            json.field("key", key)
            json.field("text", text)
        }
    }

    /// Another message, whose handler does nothing.
    struct Pause: Message {
        static let type: MessageType = "Pause"
        init(_ fields: borrowing Fields) throws(JSONError) {}
        func write(_ json: inout JSONWriter) {}
    }

    struct Item: Row, Hashable {
        var number: Int64
        init(_ number: Int64) { self.number = number }
        init(_ fields: borrowing Fields) throws(JSONError) { number = try fields.required("number", in: 0...1_000_000) }
        func write(_ json: inout JSONWriter) { json.field("number", number) }
    }

    enum Items: Table {
        typealias Row = Item
        static let name: StaticString = "items"
    }

    enum Kept: Table {
        typealias Row = KeptRecord
        static let name: StaticString = "kept"
    }

    /// The same keys as Items, in another table.
    enum Others: Table {
        typealias Row = Item
        static let name: StaticString = "others"
    }

    var onOrder: (Order, Transaction) throws -> Void = { _, _ in }
    var onTimer: (Timer, Transaction) throws -> Void = { _, _ in }

    var handlers: [Handler] {
        [Handler(Order.self, home: { $0.key.text }, onOrder), Handler(Pause.self, home: { _ in nil }, { _, _ in })]
    }

    func fire(_ timer: Timer, _ transaction: Transaction) throws { try onTimer(timer, transaction) }

    /// The value of a record that orders something.
    static func order(_ key: String, _ text: String) -> String {
        #"{"eventType":"Order","key":"\#(key)","text":"\#(text)"}"#
    }
}

/// What a class of the test has seen, in its order.
final class Diary {
    var entries: [String] = []
    func write(_ entry: String) { entries.append(entry) }
}

extension Harness {
    /// Has the toy do this once, by a command of this time; nil for the clock's.
    func order(_ key: String, _ text: String = "", at time: Timestamp? = nil) throws {
        send(Toy.commands, key: key, Toy.order(key, text), at: time)
        try run()
    }
}
