import Contracts
import JSON
import Workers

/// Counts reductions into balances: a row, its changelog record and one event for each check.
struct BenchmarkWorker: Worker {
    /// On the topics that the command line names.
    static let context = Context("benchmark", commands: CommandLine.arguments[2], events: CommandLine.arguments[3])
    static let summary = "balances"
    static let commands = Topic(context.commands, owner: context, key: "userId", .delete(days: 1), [Check.type])
    static let inputs: [Topic] = []
    static let outputs = [Topic(context.events, owner: context, key: "userId", .delete(days: 1), [Changed.type])]
    static var tables: [any Table.Type] { [Balances.self] }

    /// Counts a record where it lies, as the peers do: one of theirs is sent to each partition with the same customer.
    var handlers: [Handler] { [Handler(Check.self, home: { _ in nil }, count)] }

    func fire(_ timer: Timer, _ transaction: Transaction) {}

    private func count(_ check: Check, _ transaction: Transaction) throws {
        var balance =
            try transaction.row(Balances.self, check.user.text) ?? Balance(id: check.user, pointTenths: 0, checks: 0)
        balance.checks += 1
        if check.isReal { balance.pointTenths += check.adjustTenths }
        balance.name = check.userName
        transaction.put(Balances.self, check.user.text, balance)
        transaction.emit(Changed(balance: balance, order: check.order), key: check.user.text)
    }
}

/// What a check says in the peers' records.
private struct Check: Message {
    static let type: MessageType = "ReductionCheck"
    var order: OrderID
    var user: UserID
    var userName: String
    var adjustTenths: Int64
    var isReal: Bool

    init(_ fields: borrowing Fields) throws(JSONError) {
        order = try fields.required("drId")
        user = try fields.required("userId")
        userName = try fields.required("userName")
        adjustTenths = try fields.required("adjustPoint", decimals: 1, in: Limits.points)
        isReal = try fields.required("isReal")
    }

    func write(_ json: inout JSONWriter) {
        json.field("drId", order)
        json.field("userId", user)
        json.field("userName", userName)
        json.field("adjustPoint", adjustTenths, decimals: 1)
        json.field("isReal", isReal)
    }
}

private struct Changed: Message {
    static let type: MessageType = "PointChanged"
    var balance: Balance
    var order: OrderID

    init(balance: Balance, order: OrderID) { (self.balance, self.order) = (balance, order) }

    init(_ fields: borrowing Fields) throws(JSONError) {
        balance = try Balance(fields)
        order = try fields.required("drId")
    }

    func write(_ json: inout JSONWriter) {
        json.field("id", balance.id)
        json.field("name", balance.name)
        json.field("drId", order)
        json.field("point", balance.pointTenths, decimals: 1)
    }
}

private enum Balances: Table {
    typealias Row = Balance
    static let name: StaticString = "users"
}

private struct Balance: Row {
    var id: UserID
    var name = ""
    var pointTenths: Int64
    var checks: Int64

    init(id: UserID, pointTenths: Int64, checks: Int64) {
        (self.id, self.pointTenths, self.checks) = (id, pointTenths, checks)
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        id = try fields.required("id")
        name = try fields.required("name")
        pointTenths = try fields.required("point", decimals: 1, in: Limits.points)
        checks = try fields.required("checks", in: 0...Int64(Int32.max))
    }

    func write(_ json: inout JSONWriter) {
        json.field("id", id)
        json.field("name", name)
        json.field("point", pointTenths, decimals: 1)
        json.field("checks", checks)
    }
}
