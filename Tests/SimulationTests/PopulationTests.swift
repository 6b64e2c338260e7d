import Contracts
import Simulation
import Testing

@Suite struct PopulationTests {
    /// 19:00 in Korea, on a Friday.
    private static let evening = Timestamp("2026-11-20T10:00:00Z")!

    private static func meter(_ customer: SimulatedCustomer, seed: UInt64 = 1) -> Meter {
        Meter(customer, seed: seed, orderStart: evening)
    }

    @Test func `the same seed gives the same customers and readings, another seed others`() {
        let settings = PopulationSettings(customers: 50, seed: 7)
        var other = settings
        other.seed = 8
        let (one, two, three) = (Population(settings), Population(settings), Population(other))
        #expect(one.customers == two.customers)
        #expect(one.customers != three.customers)
        let readings = one.customers.map { Self.meter($0, seed: 7).history().map(\.tenths) }
        #expect(readings == two.customers.map { Self.meter($0, seed: 7).history().map(\.tenths) })
        #expect(readings != one.customers.map { Self.meter($0, seed: 8).history().map(\.tenths) })
    }

    @Test func `a customer is the same in a small and in a large population`() {
        let small = Population(PopulationSettings(customers: 10)).customers
        #expect(small == Array(Population(PopulationSettings(customers: 500)).customers.prefix(10)))
    }

    @Test func `numbers are known by heart: they do not change from one version to the next`() {
        let customer = Population(PopulationSettings(customers: 1)).customers[0]
        #expect(customer.id.text == "u000001")
        #expect(Array(Self.meter(customer).history()[3].tenths.prefix(4)) == [830, 730, 740, 680])
    }

    @Test func `answers come in the shares that were asked for`() {
        let settings = PopulationSettings(customers: 20_000, accept: 500, deny: 300, reduce: 700, changeMind: 100)
        let customers = Population(settings).customers
        func share(_ condition: (SimulatedCustomer) -> Bool) -> Int { customers.count(where: condition) * 100 / 20_000 }
        #expect(48...51 ~= share { $0.answer == .accept })
        #expect(28...31 ~= share { $0.answer == .deny })
        #expect(18...21 ~= share { $0.answer == .ignore })
        #expect(33...36 ~= share { $0.change < 0 })
        #expect(6...9 ~= share { $0.change > 0 })
        #expect(7...8 ~= share { $0.answers.count == 2 })
        #expect(customers.allSatisfy { $0.answer == .accept || $0.change == 0 })
        #expect(customers.allSatisfy { $0.answers.count < 2 || $0.answers[0].answer != $0.answers[1].answer })
        for form in AnswerForm.allCases {
            #expect(customers.contains { $0.answers.contains { $0.form == form } })
        }
    }

    @Test func `ids are unique and names fit their kind`() {
        let customers = Population(PopulationSettings(customers: 2000), prefix: "x-").customers
        #expect(Set(customers.map(\.id)).count == 2000)
        #expect(customers.allSatisfy { $0.id.text.hasPrefix("x-") && (3...6).contains($0.name.count) })
        for kind in LoadProfile.Kind.allCases { #expect(customers.contains { $0.profile.kind == kind }) }
    }

    @Test func `a customer's use is believable and stays below the capacity`() {
        for customer in Population(PopulationSettings(customers: 300)).customers where customer.daysOfReadings == 21 {
            let days = Self.meter(customer).history()
            #expect(days.count == 22)
            for day in days.dropLast() {
                #expect(day.tenths.count == 96)
                let use = day.tenths.compactMap(\.self)
                #expect(use.allSatisfy { $0 > 0 && $0 * 4 <= customer.capacity * 10 })
                if customer.profile.kind == .household, use.count == 96 {
                    #expect(20_000...300_000 ~= use.reduce(0, +))
                }
            }
        }
    }

    @Test func `factories work on weekdays, shops by day, households in the evening`() throws {
        let customers = Population(PopulationSettings(customers: 2000, newcomers: 0)).customers
        /// Mean Wh of an hour of the day over all customers of a kind, so many days before the order's.
        func use(_ kind: LoadProfile.Kind, hour: Int64, daysBefore: Int64) -> Int64 {
            let day = KoreanTime.day(ofQuarter: KoreanTime.quarter(Self.evening)) - daysBefore
            let first = KoreanTime.firstQuarter(ofDay: day) + hour * 4
            let readings = customers.filter { $0.profile.kind == kind }.flatMap { customer in
                (first..<first + 4).compactMap { Self.meter(customer).reading($0) }
            }
            return readings.reduce(0, +) * 4 / Int64(readings.count)
        }
        // Four days before is a Monday, five a Sunday.
        #expect(use(.factory, hour: 10, daysBefore: 4) > 3 * use(.factory, hour: 10, daysBefore: 5))
        #expect(use(.factory, hour: 10, daysBefore: 4) > 4 * use(.factory, hour: 2, daysBefore: 4))
        #expect(use(.factory, hour: 12, daysBefore: 4) < use(.factory, hour: 10, daysBefore: 4))
        #expect(use(.shop, hour: 14, daysBefore: 4) > 2 * use(.shop, hour: 3, daysBefore: 4))
        #expect(use(.household, hour: 19, daysBefore: 4) > 2 * use(.household, hour: 3, daysBefore: 4))
        #expect(use(.household, hour: 7, daysBefore: 4) > use(.household, hour: 10, daysBefore: 4))
        #expect(use(.household, hour: 13, daysBefore: 5) > use(.household, hour: 13, daysBefore: 4))
    }

    @Test func `some days have gaps, and the order's own hours never`() throws {
        let customers = Population(PopulationSettings(customers: 200)).customers
        let gaps = customers.flatMap { Self.meter($0).history() }.count { $0.tenths.contains(nil) }
        #expect(30...200 ~= gaps)
        for customer in customers {
            let readings = try #require(Self.meter(customer).order(endsAt: Self.evening + .seconds(4000)))
            #expect(readings.startsAt == Self.evening)
            #expect(readings.tenths.count == 5)
            #expect(!readings.tenths.contains(nil))
        }
    }

    @Test func `readings of the past end where the order begins`() throws {
        let customer = Population(PopulationSettings(customers: 1, newcomers: 0)).customers[0]
        let last = try #require(Self.meter(customer).history().last)
        #expect(last.startsAt == Timestamp("2026-11-19T15:00:00Z"))
        #expect(last.tenths.count == 19 * 4)
    }

    @Test func `who reduces uses that much less than usual`() throws {
        let customer = try #require(Population(PopulationSettings(customers: 100)).customers.first { $0.change < -100 })
        let meter = Self.meter(customer)
        let reduced = try #require(meter.order(endsAt: Self.evening + .seconds(3600)))
        let quarter = KoreanTime.quarter(Self.evening)
        for (position, tenths) in reduced.tenths.enumerated() {
            let wh = meter.usual(quarter + Int64(position)) * (1000 + customer.change) / 1000
            #expect(tenths == wh * 10)
        }
    }

    @Test(arguments: [
        PopulationSettings(customers: 0), PopulationSettings(weeks: 13), PopulationSettings(accept: 1001),
        PopulationSettings(accept: 600, deny: 500), PopulationSettings(reduce: -1),
    ])
    func `settings that make no sense are named`(settings: PopulationSettings) {
        #expect(settings.fault?.hasPrefix("--") == true)
    }
}
