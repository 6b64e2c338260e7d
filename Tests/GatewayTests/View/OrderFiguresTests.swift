import Contracts
import JSON
import SQLite
import Testing

@testable import Gateway

/// What lists say of orders beside their answers: kept with each message, and read without any of them.
@Suite struct OrderFiguresTests {
    /// - Parameter quarters: customers, baseline and use.
    private func reduction(
        _ order: String, _ resource: String, version: Int64, quantity: Int64? = 1000, accepted: Int64 = 2,
        checked: Int64 = 1, reducedWh: Int64 = 0, _ quarters: [(Int64, Int64, Int64)] = []
    ) -> Taken {
        var sum = ResourceSum()
        (sum.accepted, sum.checked, sum.reducedWh) = (accepted, checked, reducedWh)
        // The beginning of a quarter hour.
        let start = Timestamp(milliseconds: 1_795_000_500_000)
        sum.quarters = QuarterSums(
            startsAt: start,
            quarters.map { QuarterSums.Figures(customers: $0.0, baselineMilliWh: $0.1, usedMilliWh: $0.2) })
        let part = quantity.map { OrderedPart(quantity: $0, changes: 0, startsAt: start, endsAt: nil) }
        let said = ResourceReduction(
            order: OrderID(text: order), resource: ResourceID(text: resource), version: version, sum: sum, part: part)
        let json = JSONWriterBytes { said.write(&$0) }
        return Taken(
            topic: Context.kepco.events, key: resource, value: String(decoding: json.bytes, as: UTF8.self),
            headers: ["type": "ResourceReduction"])
    }

    private func order(_ id: String, _ more: String = "", status: String = "started") -> Taken {
        Taken(
            topic: Context.dr.changelog, key: "orders/\(id)",
            value: #"{"id":"\#(id)","name":"kt","type":"t","status":"\#(status)","startsAt":"2026-11-28T00:00:00Z""#
                + #","endsAt":"2026-11-28T01:00:00Z"\#(more)}"#)
    }

    /// - Parameter figures: each with what is reckoned here and what KPX says.
    private func stated(_ order: String, _ resource: String, _ figures: [(own: Int64?, kpx: Int64?)]) -> Taken {
        let all = figures.enumerated().map { place, figure in
            let won = [("ownWon", figure.own), ("kpxWon", figure.kpx)].compactMap { name, won in
                won.map { ",\"\(name)\":\($0)" }
            }
            return #"{"version":\#(place + 1),"statedAt":"2026-11-29T00:00:00Z","kpxKWh":1\#(won.joined())}"#
        }
        return Taken(
            topic: Context.dr.changelog, key: "orders//kpx/\(order)/\(resource)",
            value: #"{"figures":[\#(all.joined(separator: ","))]}"#)
    }

    private func listed(_ model: Model, _ id: String) throws -> ShownOrder {
        try #require(try model.queries.orders(PageRequest(), onlyRunning: false).items.first { $0.id == id })
    }

    private func rows(_ model: Model, _ table: String) throws -> Int64 {
        try model.database.integer(of: "SELECT count(*) FROM \(table)")
    }

    @Test func `a list has each order's compliance, as what its resources say last comes to`() throws {
        let model = try Model()
        let quarters: [(Int64, Int64, Int64)] = [(4, 1_000_000, 750_000), (2, 500_000, 437_500)]
        let steps: [[Taken]] = [
            [order("o"), order("p")], [reduction("o", "s1", version: 1, quarters)],
            [reduction("o", "s2", version: 2, [(1, 900_000, 100_000)]), reduction("p", "s1", version: 1, quarters)],
            // An older one, and another one of each.
            [reduction("o", "s2", version: 1, quantity: nil), reduction("o", "s1", version: 3, checked: 2, quarters)],
            [reduction("o", "s2", version: 3, quantity: nil, checked: 2)],
            [reduction("o", "s2", version: 4, checked: 2, reducedWh: 600), order("o", status: "ended")],
            [reduction("o", "s1", version: 4, checked: 2, reducedWh: 400)],
        ]
        var percents: [Int64?] = []
        for step in steps {
            try model.take(step)
            let (listed, whole) = (try listed(model, "o"), try #require(try model.queries.wholeOrder("o")))
            #expect(listed.load == OrderLoad(sumOf: whole.reductions) && whole.load == listed.load)
            percents.append(Compliance(listed.load, in: listed)?.hundredths)
        }
        #expect(percents == [nil, 7500, 15_667, 15_667, nil, 3000, 5000])
        #expect(try listed(model, "p").load.resources == 1)
        try model.take([order("o").gone(), order("o")])
        #expect(try listed(model, "o").load == OrderLoad() && rows(model, "loads") == 1)
    }

    @Test func `a list has the won of the last statement, or of all resources' last ones`() throws {
        let model = try Model()
        func won() throws -> [Int64?] {
            let found = try listed(model, "o").won
            return [found.own, found.kpx]
        }
        try model.take([order("o", #","resources":["a","b"]"#), order("p")])
        try model.take([stated("p", "", [(own: 1, kpx: 2)]), stated("o", "a", [(own: 10, kpx: nil)])])
        #expect(try won() == [nil, nil])
        // Of both now; what KPX says of one alone is not the order's.
        try model.take([stated("o", "b", [(own: 5, kpx: 4)])])
        #expect(try won() == [15, nil])
        try model.take([stated("o", "a", [(own: 10, kpx: nil), (own: 11, kpx: -3)])])
        #expect(try won() == [16, 1])
        try model.take([stated("o", "b", [(own: 5, kpx: 4), (own: nil, kpx: 4)])])
        #expect(try won() == [nil, 1])
        // What is said of the whole order comes first, each for itself.
        try model.take([stated("o", "", [(own: nil, kpx: 7), (own: 20, kpx: nil)])])
        #expect(try won() == [20, 1])
        try model.take([stated("o", "", []).gone(), stated("o", "b", []).gone()])
        #expect(try won() == [nil, nil])
        try model.take([stated("o", "a", []).gone()])
        #expect(try rows(model, "won") == 1 && listed(model, "p").won.kpx == 2)
    }

    @Test func `the won of an order that also asks customers of no resource are not those of its resources`() throws {
        let model = try Model()
        try model.take([
            order("o", #","resources":["a"],"unassigned":true"#), order("p"), order("q", #","resources":["a"]"#),
        ])
        try model.take(["o", "p", "q"].map { stated($0, "a", [(own: 5, kpx: 4)]) })
        #expect(try ["o", "p", "q"].map { try listed(model, $0).won.own } == [nil, nil, 5])
    }
}
