import Baselines
import Configuration
import Contracts
import Settlement

extension ReportCommand {
    /// All orders of a period, or a resource's parts in them.
    /// - Returns: how many records could not be understood.
    static func report(
        _ period: ReportPeriod, of resource: String?, _ rules: SettlementRules, _ configuration: Configuration
    ) throws -> Int {
        let zone = Zone(utcOffset: configuration[KepcoOptions.utcOffset])
        let pricesOfOrders = try prices(configuration)
        let reading = try OrderReading(try KafkaOptions(configuration).all)
        let finder = try reading.find(nil)
        let orders = finder.orders.values.filter { period.contains($0.startsAt, zone) }
            .sorted { ($0.startsAt, $0.id.text) < ($1.startsAt, $1.id.text) }
        guard orders.count <= mostOrders else {
            throw OrderReading.Trouble(
                description: "there are \(orders.count) orders in \(period): name a period with \(mostOrders) at most")
        }
        var totals: [ExactText: OrderTotals] = [:]
        for order in orders { totals[ExactText(order.id.text)] = OrderTotals(order, order.terms(rules, zone), zone) }
        let unreadable =
            try orders.isEmpty
            ? 0
            : reading.participants(orders.map(\.id)) { order, participants, reductions in
                for participant in participants { totals[ExactText(order.text)]?.add(participant) }
                for reduction in reductions { totals[ExactText(order.text)]?.add(reduction) }
            }
        var report = PeriodReport(period, PeriodSettlement(rules, pricesOfOrders, finder.resources, zone))
        for order in orders {
            if let sums = totals[ExactText(order.id.text)] { report.add(order, sums, only: resource) }
        }
        switch configuration[format] {
        case .table: write(PeriodReportText(report: report, zone: zone, resource: resource).text)
        case .csv: write(PeriodCSV.heading + report.entries.map { PeriodCSV.line($0, zone) }.joined())
        case .json:
            write(
                report.entries.map { PeriodReportJSON.line($0) }.joined() + PeriodReportJSON.line(report, of: resource))
        }
        if let path = configuration[svg] { try save(PeriodChart(report, zone, of: resource).svg, as: path) }
        return finder.unreadable + unreadable
    }

    private static func prices(_ configuration: Configuration) throws -> ReportPrices {
        var prices = ReportPrices()
        guard let path = configuration[pricesFile] else { return prices }
        let code = try BaselineCommand.eachLine(of: path, command: "report") { try prices.take($0) }
        guard code == .success else { throw ConfigurationError("\(path) is wrong: its lines are told above") }
        return prices
    }
}
