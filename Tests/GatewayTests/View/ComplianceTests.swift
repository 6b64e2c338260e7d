import Contracts
import JSON
import SQLite
import Testing

@testable import Gateway

/// How much of what is ordered is reduced: as a forecast while an order runs, and in the end.
@Suite struct ComplianceTests {
    /// An hour.
    private func order(isOver: Bool) throws -> ShownOrder {
        let database = try Database(":memory:")
        let tally = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"
        let rest = "'{}', 0, 0, 0, 0, 0, 0, 0, NULL, NULL, 0, 0, 0, 0"
        let select =
            "SELECT 'o', 'n', 'k', \(isOver ? 1 : 0), 0, 3600000, NULL, NULL, NULL, 0, 2000, 0, \(tally), \(rest)"
        var order: ShownOrder?
        try database.prepare(select).forEachRow { row in
            order = ShownOrder(row)
            return false
        }
        return try #require(order)
    }

    /// - Parameter quarters: customers, baseline, use.
    private func reduction(
        _ resource: String, quantity: Int64? = 1000, accepted: Int64 = 0, checked: Int64 = 0, reducedWh: Int64 = 0,
        _ quarters: [(Int64, Int64, Int64)]
    ) -> ResourceReduction {
        var sum = ResourceSum()
        (sum.accepted, sum.checked, sum.reducedWh) = (accepted, checked, reducedWh)
        let start = Timestamp(milliseconds: 0)
        sum.quarters = QuarterSums(
            startsAt: start,
            quarters.map { QuarterSums.Figures(customers: $0.0, baselineMilliWh: $0.1, usedMilliWh: $0.2) })
        let part = quantity.map { OrderedPart(quantity: $0, changes: 0, startsAt: start, endsAt: nil) }
        return ResourceReduction(
            order: OrderID(text: "o"), resource: ResourceID(text: resource), version: 1, sum: sum, part: part)
    }

    private func compliance(_ resources: [ResourceReduction], isOver: Bool) throws -> Compliance? {
        try Compliance(OrderLoad(sumOf: resources), in: order(isOver: isOver))
    }

    @Test func `while the order runs, who is missing in a quarter hour is taken to reduce as the others do`() throws {
        // 250 Wh are ordered of each: all of it, and of two of four half of it.
        let one = reduction("s1", [(4, 1_000_000, 750_000), (2, 500_000, 437_500)])
        let found = try #require(try compliance([one], isOver: false))
        #expect(found.hundredths == 7500 && found.isForecast)
        // A quarter hour of which nobody's reading has come is not in it.
        let gap = reduction("s1", [(4, 1_000_000, 750_000), (0, 0, 0), (4, 1_000_000, 500_000)])
        #expect(try compliance([gap], isOver: false)?.hundredths == 15_000)
        let more = reduction("s1", [(1, 100_000, 200_000)])
        #expect(try compliance([more], isOver: false)?.hundredths == -4000)
    }

    @Test func `in the end it is what is reduced of what was ordered in the order's time`() throws {
        let one = reduction("s1", accepted: 2, checked: 2, reducedWh: 973, [(2, 1_000_000, 750_000)])
        let found = try #require(try compliance([one], isOver: true))
        #expect(found.hundredths == 9730 && !found.isForecast)
        // As long as one is missing it is a forecast.
        let rest = reduction("s2", accepted: 2, checked: 1, reducedWh: 1, [(2, 1_000_000, 875_000)])
        let both = try #require(try compliance([one, rest], isOver: true))
        #expect(both.hundredths == 7500 && both.isForecast)
    }

    @Test func `where nothing is ordered of one, or nobody has a reading, nothing is said`() throws {
        let one = reduction("s1", [(4, 1_000_000, 750_000)])
        #expect(try compliance([], isOver: false) == nil)
        #expect(
            try compliance([one, reduction("s2", quantity: nil, [(1, 1, 1)])], isOver: false) == nil)
        #expect(try compliance([reduction("s1", [])], isOver: false) == nil)
    }

    @Test func `an order shows it with each resource and with all`() throws {
        var order = try order(isOver: true)
        order.reductions = [
            reduction("s1", accepted: 1, checked: 1, reducedWh: 500, [(1, 1_000_000, 750_000)]),
            reduction("s2", accepted: 1, checked: 1, reducedWh: 1000, []),
        ]
        order.load = OrderLoad(sumOf: order.reductions)
        let permissions = Permissions(isOperator: true, seesAll: true, customer: nil)
        func shown(isWhole: Bool) -> [String] {
            let json = JSONWriterBytes { order.write(&$0, Links(base: ""), permissions, isWhole: isWhole) }
            return String(decoding: json.bytes, as: UTF8.self)
                .matches(of: /"compliancePercent":[0-9.]+,"isForecast":[a-z]+/).map { String($0.0) }
        }
        func said(_ percent: String) -> String { #""compliancePercent":\#(percent),"isForecast":false"# }
        #expect(shown(isWhole: true) == ["75.00", "50.00", "100.00"].map(said))
        #expect(shown(isWhole: false) == [said("75.00")])
        order.load = OrderLoad()
        #expect(shown(isWhole: false).isEmpty)
    }
}

extension OrderLoad {
    /// Of all of an order's resources.
    init(sumOf resources: [ResourceReduction]) {
        self.init()
        for one in resources.map(OrderLoad.init) {
            self.resources += one.resources
            unordered += one.unordered
            waiting += one.waiting
            reducedWh += one.reducedWh
            quantity += one.quantity
            soFarReducedMilliWh += one.soFarReducedMilliWh
            soFarOrderedMilliWh += one.soFarOrderedMilliWh
        }
    }
}
