import Contracts
import JSON
import Kafka

/// Which records are about a customer: those of his key, the rows that are his, and those without such a key whose
/// value names him.
struct CustomerRecords: ~Copyable {
    /// What no message of the contract is called so is: others' names could be any number.
    static let unknown = "?"
    private static let types = Set(Topic.all.flatMap(\.messages).map(\.description))
    /// About orders, whose ids are theirs and may be like a customer's.
    private static let ofOrders = Set(
        [Topic.drCommands, .drInternal, .drEvents, .responseInternal].flatMap(\.messages).map(\.description)
    ).subtracting(["\(Replay.type)", "\(Replayed.type)"])

    let user: String
    private var reader = JSONReader()

    init(of user: String) { self.user = user }

    /// What the record is: a message's type, or a row's table. nil where it is about somebody else.
    mutating func what(_ record: borrowing Record, in topic: Topic) -> String? {
        let user = user
        if topic.cleanup == .compact {
            return String(copying: record.key).flatMap { RowOfCustomer(key: $0, of: topic.owner) }.flatMap {
                $0.customer == user ? $0.table : nil
            }
        }
        let isNamed = Self.isKey(record.key, user) && topic.owner != .dr
        guard isNamed || Self.mayName(record.value, user) else { return nil }
        var type = String(copying: record.header("type"))
        var isAbout = false
        if let value = record.value {
            try? reader.read(value) { fields in
                type = (try? fields.identifier("eventType", atMost: 200)) ?? type
                isAbout = Self.names(user, fields, isOfOrder: type.map(Self.ofOrders.contains) ?? (topic.owner == .dr))
            }
        }
        guard isAbout || isNamed && !(type.map(Self.ofOrders.contains) ?? false) else { return nil }
        return type.flatMap { Self.types.contains($0) ? $0 : nil } ?? Self.unknown
    }

    private static func names(_ user: String, _ fields: borrowing Fields, isOfOrder: Bool) -> Bool {
        if let id = try? fields.identifier("userId") { return id == user }
        guard !isOfOrder, let id = try? fields.identifier("id") else { return false }
        return id == user || ResponseID(id)?.user.text == user
    }

    private static func isKey(_ key: Span<UInt8>?, _ user: String) -> Bool {
        guard let key, key.count == user.utf8.count else { return false }
        let user = user.utf8.span
        for position in key.indices where key[position] != user[position] { return false }
        return true
    }

    /// Few values have his id anywhere, as it is or with escapes: the others need not be read as JSON.
    private static func mayName(_ value: Span<UInt8>?, _ user: String) -> Bool {
        let user = user.utf8.span
        guard let value, !user.isEmpty else { return false }
        next: for start in value.indices {
            if value[start] == UInt8(ascii: "\\") { return true }
            guard value[start] == user[0], value.count - start >= user.count else { continue }
            for position in user.indices where value[start + position] != user[position] { continue next }
            return true
        }
        return false
    }
}

extension String {
    /// nil of nothing.
    init?(copying bytes: Span<UInt8>?) {
        guard let bytes else { return nil }
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
