import Contracts
import JSON
import ResponseContext
import Settlement

/// Gathers from the records of one partition number who was asked for an order, what he answered and how he was
/// checked. What it keeps is of that order and those customers alone. Ids are their bytes, as in rows and keys.
struct OrderCollector: ~Copyable {
    private let order: OrderID
    /// Of the rows of the order's list: table, order, customer.
    private let prefix: [UInt8]
    private var list: [ExactText: Participant] = [:]
    private var checks: [ExactText: (name: String, figures: CheckFigures)] = [:]
    private var resources: [ExactText: String] = [:]
    /// Records that should be of this order and cannot be understood.
    private(set) var unreadable = 0
    private var reader = JSONReader()

    init(_ order: OrderID) {
        self.order = order
        prefix = Array("\(Responses.name)/\(Responses.prefix(order))".utf8)
    }

    /// A record of response's changelog; a row without a value has been deleted.
    mutating func takeRow(_ key: Span<UInt8>, _ value: Span<UInt8>?) {
        guard key.count > prefix.count else { return }
        for position in prefix.indices where key[position] != prefix[position] { return }
        let name = key.extracting(prefix.count...)
        let user = unsafe name.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        guard let value else {
            list[ExactText(user)] = nil
            return
        }
        do {
            try reader.read(value) { fields in
                let row = try Response(fields)
                var participant = Participant(user: user, name: row.name, answer: row.history.answer(by: row.endsAt))
                let given = row.history.answers.last { answer in row.endsAt.map { answer.at <= $0 } ?? true }
                (participant.answeredAt, participant.channel) = (given?.at, given?.channel)
                participant.isCancelled = row.isCancelled
                participant.resource = Self.resource(fields)
                list[ExactText(user)] = participant
            }
        } catch { unreadable += 1 }
    }

    /// An event of response: a Listsaved names the customer's resource.
    mutating func takeListEvent(_ value: Span<UInt8>) {
        do {
            try reader.read(value) { fields in
                guard try Self.isOf(order, fields, "\(ListSaved.type)") else { return }
                let user: UserID = try fields.required("userId")
                if let resource = Self.resource(fields) { resources[ExactText(user.text)] = resource }
            }
        } catch { unreadable += 1 }
    }

    /// An event of kepco: of a customer's checks the last version counts, and of a repeated one the last.
    mutating func takeCheck(_ value: Span<UInt8>) {
        do {
            try reader.read(value) { fields in
                guard try Self.isOf(order, fields, "\(ReductionCheck.type)") else { return }
                let check = try ReductionCheck(fields)
                let user = ExactText(check.response.user.text)
                if let resource = Self.resource(fields) { resources[user] = resource }
                guard check.version >= checks[user]?.figures.version ?? 0 else { return }
                checks[user] = (check.userName, CheckFigures(check))
            }
        } catch { unreadable += 1 }
    }

    /// What has been gathered, by the customers' ids; begins anew.
    mutating func drain() -> [Participant] {
        for (user, check) in checks {
            // A row that has been deleted, or that cannot be read, is no reason to hide what was paid.
            list[user, default: Participant(user: user.text, name: check.name, answer: .accept)].check = check.figures
        }
        for (user, resource) in resources { list[user]?.resource = resource }
        defer { (list, checks, resources) = ([:], [:], [:]) }
        return list.values.sorted { $0.user.compareBytes($1.user) < 0 }
    }

    private static func isOf(_ order: OrderID, _ fields: borrowing Fields, _ type: String) throws -> Bool {
        guard fields.has("eventType"), try fields.text("eventType") == type else { return false }
        return try fields.text("drId").hasSameBytes(order.text)
    }

    /// By its name alone: whoever assigns customers to resources says it.
    private static func resource(_ fields: borrowing Fields) -> String? { try? fields.optionalText("resource") }
}
