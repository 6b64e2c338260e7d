package import Contracts

/// What came out of a run beside what had to.
package struct Report: Sendable {
    package struct Figure: Sendable, Hashable {
        package let name: String
        package let observed: Int64
        package let expected: Int64

        package init(name: String, observed: Int64, expected: Int64) {
            (self.name, self.observed, self.expected) = (name, observed, expected)
        }
    }

    package let order: OrderID
    package let startsAt: Timestamp
    package let endsAt: Timestamp
    package let figures: [Figure]
    package let times: [(stage: Stage, took: Duration)]
    /// One line for each customer and each thing that is not as it should be.
    package let differences: [String]

    package var agrees: Bool { differences.isEmpty && figures.allSatisfy { $0.observed == $0.expected } }

    init(
        _ population: Population, _ results: ExpectedResults, _ observed: [Observed],
        _ reductions: [ResourceID: ResourceReduction], days: (observed: Int64, expected: Int64),
        _ times: [(Stage, Duration)], isStartKept: Bool, order: OrderID,
        startsAt: Timestamp, endsAt: Timestamp
    ) {
        (self.order, self.startsAt, self.endsAt) = (order, startsAt, endsAt)
        self.times = times.map { (stage: $0.0, took: $0.1) }
        let expected = results.customers
        let checks = observed.compactMap(\.checks.last?.outcome)
        let outcomes = expected.compactMap(\.outcome)
        func answered(_ answer: Answer) -> (Int64, Int64) {
            (
                Int64(observed.count { $0.saved.contains(answer) }), Int64(expected.count { $0.answer == answer })
            )
        }
        func figure(_ name: String, _ pair: (Int64, Int64)) -> Figure {
            Figure(name: name, observed: pair.0, expected: pair.1)
        }
        var figures = [
            figure("asked", (Int64(observed.count { $0.asked > 0 }), Int64(expected.count))),
            figure("accepted", answered(.accept)),
            figure("denied", answered(.deny)),
            figure("silent", answered(.ignore)),
            figure("really reduced", (Int64(checks.count(where: \.isReal)), Int64(outcomes.count(where: \.isReal)))),
            figure(
                "Wh reduced",
                (
                    checks.filter(\.isReal).reduce(0) { $0 + $1.reducedWh },
                    outcomes.filter(\.isReal).reduce(0) { $0 + $1.reducedWh }
                )),
            figure(
                "points paid",
                (observed.flatMap(\.payments).reduce(0) { $0 + $1.change }, outcomes.reduce(0) { $0 + $1.points })),
        ]
        // Where nobody's come from the utility there is nothing to say of it.
        if days.expected > 0 { figures.insert(figure("days from the utility", days), at: 0) }
        let told = zip(population.customers, observed).filter { $0.0.contact != nil }.map(\.1)
        if !told.isEmpty {
            figures += [
                figure("told of the order", (Int64(told.count { $0.told.contains(.asked) }), Int64(told.count))),
                figure(
                    "told their result",
                    (
                        Int64(told.count { $0.told.contains(.result) }),
                        Int64(zip(population.customers, expected).count { $0.contact != nil && $1.outcome != nil })
                    )),
            ]
        }
        self.figures = figures
        var differences: [String] = []
        if !isStartKept { differences.append("order \(order) started at \(startsAt), which is not the requested time") }
        for (customer, (expectation, one)) in zip(population.customers, zip(expected, observed)) {
            differences += Self.differences(expectation, one).map { "customer \(customer.id): \($0)" }
        }
        self.differences = differences + results.differences(reductions)
    }

    private static func differences(_ expected: ExpectedResult, _ one: Observed) -> [String] {
        var list: [String] = []
        func compare<Value: Equatable>(_ what: String, _ found: Value, _ wanted: Value) {
            if found != wanted { list.append("\(what): \(found), expected \(wanted)") }
        }
        compare("UserRegistered records", one.registrations, 1)
        compare("Listmade records", one.asked, 1)
        compare("saved answers", one.saved.map(\.rawValue), [expected.answer.rawValue])
        // Each version once, and no correction of what stays as it was, but where points are shared again.
        let versions = expected.isShared ? max(1, one.checks.count) : 1
        compare(
            "ReductionCheck versions", one.checks.map(\.version),
            expected.outcome == nil ? [] : (1...versions).map(Int64.init))
        if expected.outcome != nil {
            compare("resource", one.checks.last?.resource?.text ?? "", expected.resource?.text ?? "")
            compare("resource's method", one.checks.last?.method ?? "", expected.method ?? "")
        }
        if let found = one.checks.last?.outcome, let wanted = expected.outcome {
            compare("baseline Wh", found.baselineWh, wanted.baselineWh)
            compare("used Wh", found.usedWh, wanted.usedWh)
            compare("reduced Wh", found.reducedWh, wanted.reducedWh)
            compare("real", found.isReal, wanted.isReal)
            compare("points of the check", found.points, wanted.points)
            if found.isReal != wanted.isReal, let reason = one.checks.last?.reason { list.append("because \(reason)") }
        }
        let points = expected.outcome?.points ?? 0
        if expected.isShared {
            compare("points paid in all", one.paid, points)
        } else {
            compare("points paid", one.payments.map(\.change), points > 0 ? [points] : [])
        }
        compare("balance", one.payments.last?.balance ?? 0, points)
        return list
    }
}
