import Contracts
import Glibc
import JSON
import Workers

/// Where a toy daemon works: topics and a group of a test's own.
protocol Place {
    static var context: Context { get }
}

/// Adds up amounts by customer. It does a little of all that a worker can do.
struct Toy<Here: Place>: Worker {
    static var context: Context { Here.context }
    static var summary: String { "sums of amounts" }
    static var commands: Topic {
        Topic(
            context.commands, owner: context, key: "user", .delete(days: 1),
            [Add.type, Swell.type, Later.type, Wait.type, Burn.type, Tell.type, Replay.type])
    }
    static var inputs: [Topic] { [] }
    static var outputs: [Topic] {
        [
            Topic(context.events, owner: context, key: "user", .delete(days: 1), [Added.type, Woke.type]),
            Topic(context.internal, owner: context, key: "user", .delete(days: 1), [Told.type]),
        ]
    }
    static var adds: WorkerCounter { WorkerCounter("toy_adds", "Amounts that were added.") }
    static var counters: [WorkerCounter] { [adds] }
    static var tables: [any Table.Type] { [Sums.self, Kept.self] }

    var handlers: [Handler] {
        [
            Handler(Add.self, home: { $0.user }, add),
            Handler(Swell.self, home: { $0.user }, swell),
            Handler(Later.self, home: { $0.user }, later),
            Handler(Wait.self, home: { $0.user }, wait),
            Handler(Burn.self, home: { $0.user }, burn),
            Handler(Tell.self, home: { $0.user }, tell),
            Handler(Told.self, home: { $0.user }, waits: { _, _ in true }, told),
        ]
    }

    func firesBehindCommands(_ timer: Timer) -> Bool { timer.kind == "later" }

    func fire(_ timer: Timer, _ transaction: Transaction) throws {
        if timer.kind == "give up", let kept = try transaction.row(Kept.self, timer.id) {
            transaction.delete(Kept.self, timer.id)
            return transaction.deadLetter(kept, .notFound("nobody came for \(timer.id)"))
        }
        let sum = try transaction.row(Sums.self, timer.id) ?? Sum(user: timer.id, amount: 0, count: 0)
        transaction.emit(Woke(sum: sum), key: timer.id)
    }

    /// A row that Kafka does not take, if it is large enough.
    private func swell(_ message: Swell, _ transaction: Transaction) throws {
        let text = String(repeating: "x", count: Int(message.bytes))
        transaction.put(Sums.self, message.user, Sum(user: text, amount: 0, count: 0))
    }

    private func later(_ message: Later, _ transaction: Transaction) throws {
        transaction.setTimer("later", message.user, at: transaction.now + .milliseconds(message.wait))
    }

    private func wait(_ message: Wait, _ transaction: Transaction) throws {
        transaction.put(Kept.self, message.user, transaction.keep())
        transaction.setTimer("give up", message.user, at: transaction.now + .milliseconds(100))
    }

    private func add(_ message: Add, _ transaction: Transaction) throws {
        guard message.amount != -13 else { throw Rejection.refused("amount -13 is not wanted of \(message.user)") }
        try add(message.id, message.user, message.amount, transaction)
    }

    private func burn(_ message: Burn, _ transaction: Transaction) throws {
        usleep(UInt32(message.milliseconds) * 1000)
        try add(message.id, message.user, 0, transaction)
    }

    private func tell(_ message: Tell, _ transaction: Transaction) throws {
        transaction.send(Told(id: message.id, user: message.user), key: message.user)
    }

    private func told(_ message: Told, _ transaction: Transaction) throws {
        try add(message.id, message.user, 0, transaction)
    }

    private func add(_ id: String, _ user: String, _ amount: Int64, _ transaction: Transaction) throws {
        var sum = try transaction.row(Sums.self, user) ?? Sum(user: user, amount: 0, count: 0)
        sum.amount += amount
        sum.count += 1
        transaction.put(Sums.self, user, sum)
        transaction.count(Self.adds)
        transaction.emit(Added(sum: sum, id: id), key: user)
    }
}

struct Add: Message {
    static let type: MessageType = "Add"
    var id: String
    var user: String
    var amount: Int64

    init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.identifier("id")
        user = try fields.identifier("user")
        amount = try fields.required("amount", in: Limits.points)
    }

    func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("user", user)
        json.field("amount", amount)
    }
}

struct Swell: Message {
    static let type: MessageType = "Swell"
    var user: String
    var bytes: Int64

    init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.identifier("user")
        bytes = try fields.required("bytes", in: 0...10_000_000)
    }

    func write(_ json: inout JSONWriter) {}
}

struct Later: Message {
    static let type: MessageType = "Later"
    var user: String
    var wait: Int64

    init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.identifier("user")
        wait = try fields.required("wait", in: 0...60_000)
    }

    func write(_ json: inout JSONWriter) {}
}

/// Waits in vain.
struct Wait: Message {
    static let type: MessageType = "Wait"
    var user: String

    init(_ fields: borrowing Fields) throws(JSONError) { user = try fields.identifier("user") }
    func write(_ json: inout JSONWriter) {}
}

struct Added: Message {
    static let type: MessageType = "Added"
    var sum: Sum
    var id: String

    init(sum: Sum, id: String) { (self.sum, self.id) = (sum, id) }
    init(_ fields: borrowing Fields) throws(JSONError) {
        sum = try Sum(fields)
        id = try fields.required("id")
    }

    func write(_ json: inout JSONWriter) {
        json.field("id", id)
        sum.write(&json)
    }
}

struct Woke: Message {
    static let type: MessageType = "Woke"
    var sum: Sum

    init(sum: Sum) { self.sum = sum }
    init(_ fields: borrowing Fields) throws(JSONError) { sum = try Sum(fields) }
    func write(_ json: inout JSONWriter) { sum.write(&json) }
}

enum Kept: Table {
    typealias Row = KeptRecord
    static let name: StaticString = "kept"
}

enum Sums: Table {
    typealias Row = Sum
    static let name: StaticString = "sums"
}

struct Sum: Row {
    var user: String
    var amount: Int64
    var count: Int64

    init(user: String, amount: Int64, count: Int64) { (self.user, self.amount, self.count) = (user, amount, count) }

    init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("user")
        amount = try fields.required("amount", in: Int64.min...Int64.max)
        count = try fields.required("count", in: 0...Int64.max)
    }

    func write(_ json: inout JSONWriter) {
        json.field("user", user)
        json.field("amount", amount)
        json.field("count", count)
    }
}
