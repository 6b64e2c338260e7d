import Contracts
import SQLite

/// What the resources of an order have come to together, as far as compliance needs it: kept as their figures come, so
/// that a list reads one row for an order, however many resources it has.
struct OrderLoad: Hashable, Sendable {
    var resources: Int64 = 0
    /// Of how many of them it is not known what is ordered.
    var unordered: Int64 = 0
    /// Of how many of them some who accepted have not been checked.
    var waiting: Int64 = 0
    var reducedWh: Int64 = 0
    /// Wh an hour.
    var quantity: Int64 = 0
    /// Of the quarter hours whose readings have come, where those who are missing are taken to reduce as the others do.
    var soFarReducedMilliWh: Int64 = 0
    var soFarOrderedMilliWh: Int64 = 0

    /// Of a resource no more than this, so that sums of all of an order's can be kept.
    private static let most: Int64 = 1 << 52

    init() {}

    init(_ one: ResourceReduction) {
        resources = 1
        unordered = one.quantity == nil ? 1 : 0
        waiting = one.sum.checked < one.sum.accepted ? 1 : 0
        (reducedWh, quantity) = (one.sum.reducedWh, one.quantity ?? 0)
        let figures = one.sum.quarters.figures
        let all = Int128(figures.map(\.customers).max() ?? 0)
        var (reduced, ordered): (Int128, Int128) = (0, 0)
        for (figure, target) in zip(figures, one.quarterTargetMilliWh) where figure.customers > 0 {
            let difference = Int128(figure.baselineMilliWh) - Int128(figure.usedMilliWh)
            reduced += difference * all / Int128(figure.customers)
            ordered += Int128(figure.baselineMilliWh) - Int128(target)
        }
        soFarReducedMilliWh = Self.bounded(reduced)
        soFarOrderedMilliWh = Self.bounded(ordered)
    }

    private static func bounded(_ milliWh: Int128) -> Int64 { Int64(min(max(milliWh, -Int128(most)), Int128(most))) }

    static let columns =
        "resources, unordered, waiting, reduced_wh, quantity, so_far_reduced_milli_wh, so_far_ordered_milli_wh"

    /// In the columns' order.
    var figures: [Int64] {
        [resources, unordered, waiting, reducedWh, quantity, soFarReducedMilliWh, soFarOrderedMilliWh]
    }

    init(_ row: borrowing Row, from first: Int32) {
        (resources, unordered, waiting) = (row.integer(first), row.integer(first + 1), row.integer(first + 2))
        (reducedWh, quantity) = (row.integer(first + 3), row.integer(first + 4))
        (soFarReducedMilliWh, soFarOrderedMilliWh) = (row.integer(first + 5), row.integer(first + 6))
    }
}
