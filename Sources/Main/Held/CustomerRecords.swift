import Contracts
import JSON
import Kafka

/// Which records are about a customer: those of his key, rows whose key names him, and those without such a key whose
/// value does.
struct CustomerRecords: ~Copyable {
    let user: String
    private var reader = JSONReader()

    init(of user: String) { self.user = user }

    /// What the record is: a message's type, or a row's table. nil where it is about somebody else.
    mutating func what(_ record: borrowing Record, in topic: Topic) -> String? {
        if topic.cleanup == .compact { return Self.table(of: record.key, naming: user) }
        let isNamed = Self.isKey(record.key, user) && topic.owner != .dr
        guard isNamed || Self.contains(record.value, user) else { return nil }
        let header = String(copying: record.header("type"))
        var type = header
        var isAbout = isNamed
        let user = user
        if let value = record.value {
            try? reader.read(value) { fields in
                type = header ?? (try? fields.identifier("eventType", atMost: 200))
                isAbout = isAbout || Self.names(user, fields, in: topic)
            }
        }
        return isAbout ? type ?? "?" : nil
    }

    /// Orders have ids of their own, which may be like a customer's.
    private static func names(_ user: String, _ fields: borrowing Fields, in topic: Topic) -> Bool {
        if let id = try? fields.identifier("userId") { return id == user }
        guard topic.owner != .dr else { return false }
        guard let id = try? fields.identifier("id") else { return false }
        return id == user || ResponseID(id)?.user.text == user
    }

    /// The table of a row, if a part of its key is the customer's id.
    static func table(of key: Span<UInt8>?, naming user: String) -> String? {
        guard let key = String(copying: key) else { return nil }
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let table = parts.first, parts.dropFirst().contains(where: { $0.elementsEqual(user.utf8) }) else {
            return nil
        }
        return String(decoding: table, as: UTF8.self)
    }

    private static func isKey(_ key: Span<UInt8>?, _ user: String) -> Bool {
        guard let key, key.count == user.utf8.count else { return false }
        let user = user.utf8.span
        for position in key.indices where key[position] != user[position] { return false }
        return true
    }

    /// Few values have his id anywhere: the others need not be read as JSON.
    private static func contains(_ value: Span<UInt8>?, _ user: String) -> Bool {
        let user = user.utf8.span
        guard let value, !user.isEmpty, value.count >= user.count else { return false }
        next: for start in 0...(value.count - user.count) where value[start] == user[0] {
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
