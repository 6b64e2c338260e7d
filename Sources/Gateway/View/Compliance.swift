import Contracts

/// How much of what is ordered of a resource, or of several together, is reduced.
struct Compliance: Hashable, Sendable {
    /// Of a percent.
    let hundredths: Int64
    /// Whether the order runs, or some who accepted have not been checked: then it is what the quarter hours come to
    /// whose readings have come, where those who are missing are taken to reduce as the others do.
    let isForecast: Bool

    /// nil where nothing is known to be ordered, or nobody's reading has come.
    init?(of resources: [ResourceReduction], in order: ShownOrder) {
        guard !resources.isEmpty, resources.allSatisfy({ $0.quantity != nil }) else { return nil }
        let isForecast = !order.isOver || resources.contains { $0.sum.checked < $0.sum.accepted }
        var (reduced, ordered): (Int128, Int128) = (0, 0)
        for one in resources {
            let part = isForecast ? Self.soFar(one) : Self.whole(one, in: order)
            (reduced, ordered) = (reduced + part.reduced, ordered + part.ordered)
        }
        guard ordered > 0 else { return nil }
        let doubled = 20_000 * reduced
        let rounded = (doubled + (doubled < 0 ? -ordered : ordered)) / (2 * ordered)
        self.hundredths = Int64(clamping: rounded)
        self.isForecast = isForecast
    }

    /// In thousandths of a Wh, as all that follows.
    private static func whole(_ one: ResourceReduction, in order: ShownOrder) -> (reduced: Int128, ordered: Int128) {
        let length = Int128(max(0, (order.endsAt ?? order.startsAt) - order.startsAt))
        return (1000 * Int128(one.sum.reducedWh), length * Int128(one.quantity ?? 0) / 3600)
    }

    private static func soFar(_ one: ResourceReduction) -> (reduced: Int128, ordered: Int128) {
        let figures = one.sum.quarters.figures
        let all = Int128(figures.map(\.customers).max() ?? 0)
        var (reduced, ordered): (Int128, Int128) = (0, 0)
        for (figure, target) in zip(figures, one.quarterTargetMilliWh) where figure.customers > 0 {
            let difference = Int128(figure.baselineMilliWh) - Int128(figure.usedMilliWh)
            reduced += difference * all / Int128(figure.customers)
            ordered += Int128(figure.baselineMilliWh) - Int128(target)
        }
        return (reduced, ordered)
    }
}
