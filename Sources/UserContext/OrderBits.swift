import Contracts
import JSON

/// For which orders a customer may have entries in the ledger: a bit for each, by a hash of the order's id. Whose bit
/// is not set has none, so that nobody has to look for entries that are not there, which is what most checks would do.
/// Two orders may share a bit: then the ledger is asked.
package struct OrderBits: Hashable, Sendable {
    private var bits: UInt64

    private init(_ bits: UInt64) { self.bits = bits }

    /// Of a ledger without entries.
    package static let none = Self(0)
    /// Of a customer whose row a version has written that noted none: all orders may have entries.
    static let unknown = Self(.max)

    func mayHave(_ order: OrderID) -> Bool { bits & Self.bit(order) != 0 }

    mutating func insert(_ order: OrderID) { bits |= Self.bit(order) }

    /// Rows keep it: it has to stay the same.
    private static func bit(_ order: OrderID) -> UInt64 {
        // FNV-1a. Its lowest bits are the least mixed ones.
        let hash = order.text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return 1 << ((hash ^ hash >> 32) & 63)
    }

    init(_ fields: borrowing Fields) throws(JSONError) {
        let number = try fields.optional("orderBits", in: Int64.min...Int64.max)
        bits = number.map { UInt64(bitPattern: $0) } ?? UInt64.max
    }

    func write(_ json: inout JSONWriter) {
        if self != .unknown { json.field("orderBits", Int64(bitPattern: bits)) }
    }
}
