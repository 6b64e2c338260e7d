import Contracts

/// What has to come out of a run: for each customer, and for each resource.
struct ExpectedResults {
    /// By the customers' places.
    private(set) var customers: [ExpectedResult]
    /// Of each resource the places of customers who are checked, and what they share.
    private let shares: [ResourceID: (places: [Int], points: SharedPoints)]
    /// What a customer is paid at least of what his resource's customers share.
    private(set) var least: [Int64]

    init(_ customers: [ExpectedResult], milliPointsPerWh: Int64) {
        self.customers = customers
        let checked = customers.indices.filter { customers[$0].outcome != nil && customers[$0].resource != nil }
        let places = Dictionary(grouping: checked) { customers[$0].resource ?? ResourceID(text: "") }
        shares = places.mapValues { places in
            let reduced = places.map { customers[$0].outcome?.reducedWh ?? 0 }
            return (places, SharedPoints(reduced, milliPointsPerWh: milliPointsPerWh))
        }
        least = customers.map { _ in 0 }
        for (places, points) in shares.values {
            for (position, place) in places.enumerated() where customers[place].isShared {
                least[place] = points.least(position)
            }
        }
    }

    /// With the points that resources' customers share, by what each of them was paid where the plan leaves it open.
    mutating func share(_ paid: [Int64]) {
        for (places, shared) in shares.values {
            for (place, points) in zip(places, shared.points(places.map { paid[$0] })) where customers[place].isShared {
                customers[place].share(points)
            }
        }
    }

    /// What is not as it should be in what was said of resources.
    func differences(_ said: [ResourceID: ResourceReduction]) -> [String] {
        var list: [String] = []
        for (resource, (places, shared)) in shares.sorted(by: { $0.key.text < $1.key.text }) {
            let sum = said[resource]?.sum ?? ResourceSum()
            let points = places.reduce(0) { $0 + (customers[$1].outcome?.points ?? 0) }
            for (what, found, wanted) in [
                ("accepted", sum.accepted, Int64(places.count)), ("checked", sum.checked, Int64(places.count)),
                ("reduced Wh", sum.reducedWh, shared.reducedWh), ("positive Wh", sum.positiveWh, shared.positiveWh),
                ("points", sum.points, points),
            ] where found != wanted {
                list.append("resource \(resource): \(what): \(found), expected \(wanted)")
            }
        }
        return list
    }
}
