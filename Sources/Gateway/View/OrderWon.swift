import SQLite

/// What an order comes to in won, by the newest statements of KPX's figures: of the whole order, or else the sum of its
/// resources' where each of them has one. Kept as statements come, so that a list reads one row for an order.
struct OrderWon: Hashable, Sendable {
    /// What was reckoned here when it was stated.
    var own: Int64?
    /// What KPX says.
    var kpx: Int64?

    static let columns = "own_won, kpx_won, own_parts, own_parts_won, kpx_parts, kpx_parts_won"

    /// - Parameter resources: how many the order asks; nil where it also asks customers of none.
    init(_ row: borrowing Row, from first: Int32, resources: Int?) {
        func sum(_ column: Int32) -> Int64? {
            guard let resources, resources > 0, row.integer(column) == Int64(resources) else { return nil }
            return row.integer(column + 1)
        }
        own = row.optionalInteger(first) ?? sum(first + 2)
        kpx = row.optionalInteger(first + 1) ?? sum(first + 4)
    }
}
