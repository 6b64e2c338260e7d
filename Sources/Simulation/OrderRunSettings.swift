import Contracts

/// How a simulated order is run.
package struct OrderRunSettings: Sendable {
    package var population: PopulationSettings
    /// How long the order has been running when it is ended.
    package var hours: Int64
    /// What the customers' ids begin with; nil takes `u`, or else the first of `u2-`, `u3-` … that nobody has.
    package var prefix: String?
    /// nil takes the date and time.
    package var order: String?
    /// The market's kind of the order and of the resources.
    package var kind: String
    /// Thousandths of a point for a reduced Wh: as the kepco daemons have it.
    package var milliPointsPerWh: Int64
    /// How long nothing may happen before a stage is given up.
    package var stageTimeout: Duration

    package init(
        population: PopulationSettings = .init(), hours: Int64 = 2, prefix: String? = nil, order: String? = nil,
        kind: String = "reliable", milliPointsPerWh: Int64 = 1000, stageTimeout: Duration = .seconds(60)
    ) {
        (self.population, self.hours, self.prefix) = (population, hours, prefix)
        (self.order, self.kind) = (order, kind)
        (self.milliPointsPerWh, self.stageTimeout) = (milliPointsPerWh, stageTimeout)
    }

    /// What is wrong with them, in words that name the option; nil when nothing is.
    package var fault: String? {
        if let fault = population.fault { return fault }
        if !(1...12).contains(hours) { return "--hours is \(hours): must be 1 to 12" }
        if let prefix, prefix.utf8.count > 50 || ResponseID("1.\(prefix)1") == nil {
            return "--prefix \"\(prefix)\" cannot begin an id: use at most 50 letters, digits and dashes"
        }
        if kind.isEmpty || kind.unicodeScalars.count > Resource.kindLimit {
            return "--kind \"\(kind)\" cannot be a kind: use 1 to \(Resource.kindLimit) characters"
        }
        if let order, ResponseID("\(order).u1")?.order.text != order {
            return "--order \"\(order)\" cannot be an order's id: use letters, digits and dashes, no dot or slash"
        }
        return nil
    }
}
