/// What the customers of a resource get of the points that it has earned in all, by the plan: max(0, R) times the
/// points per Wh in whole points, halves up, where R is the sum of what all of them reduced; each of them the share
/// that his own reduction is of those of all who reduced, in whole points by the largest remainder.
package struct SharedPoints: Sendable, Hashable {
    /// Remainders of the same 1,024th of a point are as large as one another.
    private static let steps: Int128 = 1024

    /// What the resource earns.
    package let all: Int64
    /// Signed, and of those who reduced alone.
    package let (reducedWh, positiveWh): (Int64, Int64)
    /// By the customers' places, without what is left over.
    private let parts: [Int64]
    /// Of what is left over, in steps; nil where nothing is.
    private let remainders: [Int64?]

    /// - Parameter reduced: of each customer who was checked, in Wh.
    package init(_ reduced: [Int64], milliPointsPerWh: Int64) {
        let (sum, positive) = (reduced.reduce(0, +), reduced.reduce(0) { $0 + max(0, $1) })
        let all = Int64((Int128(max(0, sum)) * Int128(milliPointsPerWh) + 500) / 1000)
        (self.all, reducedWh, positiveWh) = (all, sum, positive)
        let exact = reduced.map { Int128(max(0, $0)) * Int128(all) }
            .map { $0.quotientAndRemainder(dividingBy: Int128(max(1, positive))) }
        parts = exact.map { Int64($0.quotient) }
        remainders = exact.map { $0.remainder > 0 ? Int64($0.remainder * Self.steps / Int128(positive)) : nil }
    }

    /// What a customer gets at least.
    package func least(_ place: Int) -> Int64 { parts[place] }

    /// What each customer gets. Which of equal remainders are rounded up is not part of the plan: those of whom it was
    /// seen come first, but no more than there are points for.
    /// - Parameter seen: what each was paid.
    package func points(_ seen: [Int64]) -> [Int64] {
        var points = parts
        let left = Int(all - parts.reduce(0, +))
        let order = parts.indices.filter { remainders[$0] != nil }.sorted { one, other in
            let (first, second) = (remainders[one] ?? 0, remainders[other] ?? 0)
            guard first == second else { return first > second }
            let (isUp, isOtherUp) = (seen[one] > parts[one], seen[other] > parts[other])
            return isUp == isOtherUp ? one < other : isUp
        }
        for place in order.prefix(left) { points[place] += 1 }
        return points
    }
}
