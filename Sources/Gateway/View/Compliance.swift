import Contracts

/// How much of what is ordered of a resource, or of several together, is reduced.
struct Compliance: Hashable, Sendable {
    /// Of a percent.
    let hundredths: Int64
    /// Whether the order runs, or some who accepted have not been checked: then it is what the quarter hours come to
    /// whose readings have come, where those who are missing are taken to reduce as the others do.
    let isForecast: Bool

    /// nil where nothing is known to be ordered, or nobody's reading has come.
    init?(_ load: OrderLoad, in order: ShownOrder) {
        guard load.resources > 0, load.unordered == 0 else { return nil }
        isForecast = !order.isOver || load.waiting > 0
        // In thousandths of a Wh.
        var (reduced, ordered) = (Int128(load.soFarReducedMilliWh), Int128(load.soFarOrderedMilliWh))
        if !isForecast {
            let length = Int128(max(0, (order.endsAt ?? order.startsAt) - order.startsAt))
            (reduced, ordered) = (1000 * Int128(load.reducedWh), length * Int128(load.quantity) / 3600)
        }
        guard ordered > 0 else { return nil }
        let doubled = 20_000 * reduced
        let rounded = (doubled + (doubled < 0 ? -ordered : ordered)) / (2 * ordered)
        hundredths = Int64(clamping: rounded)
    }
}
