import Contracts
import JSON

/// For which orders a customer may have entries in the ledger: a bit for each, by a hash of the order's id. Whose bit
/// is not set has none, so that nobody has to look for entries that are not there, which is what most checks would do.
/// Two orders may share a bit: then the ledger is asked.
package struct OrderBits: Hashable, Sendable {
    /// 63 of them, so that as a number they are not negative.
    private var bits: Int64

    private init(_ bits: Int64) { self.bits = bits }

    /// Of a ledger without entries.
    package static let none = Self(0)
    /// Of a customer whose row a version has written that noted none: all orders may have entries.
    static let unknown = Self(.max)

    func mayHave(_ order: OrderID) -> Bool { bits & Self.bit(order) != 0 }

    mutating func insert(_ order: OrderID) { bits |= Self.bit(order) }

    /// Rows keep it: it has to stay the same.
    private static func bit(_ order: OrderID) -> Int64 { 1 << Int64(order.text.utf8.span.stableHash % 63) }

    init(_ fields: borrowing Fields) throws(JSONError) {
        bits = try fields.optional("orderBits", in: 0...Int64.max) ?? Int64.max
    }

    func write(_ json: inout JSONWriter) {
        if self != .unknown { json.field("orderBits", bits) }
    }
}
