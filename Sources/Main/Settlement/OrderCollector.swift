import Contracts
import JSON
import ResponseContext
import Settlement

/// Gathers from the records of one partition number who was asked for some orders, what he answered and how he was
/// checked. What it keeps is of these orders and their customers alone. Ids are their bytes, as in rows and keys.
struct OrderCollector: ~Copyable {
    /// What of an order.
    private struct Gathered {
        var list: [ExactText: Participant] = [:]
        var checks: [ExactText: (name: String, figures: CheckFigures)] = [:]
        var resources: [ExactText: String] = [:]
        /// By their names: what is said last of each.
        var reductions: [ExactText: ResourceReduction] = [:]
    }

    private var gathered: [ExactText: Gathered] = [:]
    /// Of the rows of orders' lists: table, order, customer.
    private let prefix = Array("\(Responses.name)/".utf8)
    /// Records that should be of these orders and cannot be understood.
    private(set) var unreadable = 0
    private var reader = JSONReader()

    init(_ orders: [OrderID]) {
        for order in orders { gathered[ExactText(order.text)] = Gathered() }
    }

    /// A record of response's changelog; a row without a value has been deleted.
    mutating func takeRow(_ key: Span<UInt8>, _ value: Span<UInt8>?) {
        guard let (order, user) = place(key), gathered[order] != nil else { return }
        guard let value else {
            gathered[order]?.list[user] = nil
            return
        }
        do {
            try reader.read(value) { fields in
                let row = try Response(fields)
                var participant = Participant(
                    user: user.text, name: row.name, answer: row.history.answer(by: row.endsAt))
                let given = row.history.answers.last { answer in row.endsAt.map { answer.at <= $0 } ?? true }
                (participant.answeredAt, participant.channel) = (given?.at, given?.channel)
                participant.isCancelled = row.isCancelled
                participant.resource = Self.resource(fields)
                gathered[order]?.list[user] = participant
            }
        } catch { unreadable += 1 }
    }

    /// Order and customer of a row of a list; nil for another row.
    private func place(_ key: Span<UInt8>) -> (order: ExactText, user: ExactText)? {
        guard key.count > prefix.count else { return nil }
        for position in prefix.indices where key[position] != prefix[position] { return nil }
        guard let slash = (prefix.count..<key.count).first(where: { key[$0] == UInt8(ascii: "/") }),
            slash + 1 < key.count
        else { return nil }
        func text(_ part: Span<UInt8>) -> ExactText {
            unsafe ExactText(part.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) })
        }
        return (text(key.extracting(prefix.count..<slash)), text(key.extracting((slash + 1)...)))
    }

    /// An event of response: a Listsaved names the customer's resource.
    mutating func takeListEvent(_ value: Span<UInt8>) {
        do {
            try reader.read(value) { fields in
                guard let order = try Self.order(fields, "\(ListSaved.type)", gathered) else { return }
                let user: UserID = try fields.required("userId")
                if let resource = Self.resource(fields) { gathered[order]?.resources[ExactText(user.text)] = resource }
            }
        } catch { unreadable += 1 }
    }

    /// An event of kepco: of a customer's checks, and of what a resource has reduced, the last version counts, and of a
    /// repeated one the last.
    mutating func takeCheck(_ value: Span<UInt8>) {
        do {
            try reader.read(value) { fields in
                if let order = try Self.order(fields, "\(ResourceReduction.type)", gathered) {
                    let said = try ResourceReduction(fields)
                    let resource = ExactText(said.resource.text)
                    guard said.version >= gathered[order]?.reductions[resource]?.version ?? 0 else { return }
                    gathered[order]?.reductions[resource] = said
                    return
                }
                guard let order = try Self.order(fields, "\(ReductionCheck.type)", gathered) else { return }
                let check = try ReductionCheck(fields)
                let user = ExactText(check.response.user.text)
                if let resource = Self.resource(fields) { gathered[order]?.resources[user] = resource }
                guard check.version >= gathered[order]?.checks[user]?.figures.version ?? 0 else { return }
                gathered[order]?.checks[user] = (check.userName, CheckFigures(check))
            }
        } catch { unreadable += 1 }
    }

    /// What has been gathered of an order, by the customers' ids, and of resources; begins anew.
    mutating func drain(_ order: OrderID) -> (participants: [Participant], reductions: [ResourceReduction]) {
        guard var found = gathered[ExactText(order.text)] else { return ([], []) }
        gathered[ExactText(order.text)] = Gathered()
        for (user, check) in found.checks {
            // A row that has been deleted, or that cannot be read, is no reason to hide what was paid.
            found.list[user, default: Participant(user: user.text, name: check.name, answer: .accept)].check =
                check.figures
        }
        for (user, resource) in found.resources { found.list[user]?.resource = resource }
        let participants = found.list.values.sorted { $0.user.compareBytes($1.user) < 0 }
        return (participants, Array(found.reductions.values))
    }

    /// Which of the orders an event of this type is of; nil for another event.
    private static func order(
        _ fields: borrowing Fields, _ type: String, _ gathered: [ExactText: Gathered]
    ) throws -> ExactText? {
        guard fields.has("eventType"), try fields.text("eventType") == type else { return nil }
        let order = ExactText(try fields.text("drId"))
        return gathered[order] == nil ? nil : order
    }

    /// By its name alone: whoever assigns customers to resources says it.
    private static func resource(_ fields: borrowing Fields) -> String? { try? fields.optionalText("resource") }
}
