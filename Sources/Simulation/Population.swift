import Chance
import Contracts

/// The customers of a simulation. The same settings make the same ones, and a customer does not depend on how many
/// there are.
package struct Population: Sendable {
    package let settings: PopulationSettings
    package let customers: [SimulatedCustomer]
    package let resources: [SimulatedResource]

    /// - Parameter prefix: what the customers' ids begin with, before six digits or more.
    package init(_ settings: PopulationSettings, prefix: String = "u") {
        self.settings = settings
        resources = (0..<Int(max(0, settings.resources))).map { SimulatedResource($0, prefix: prefix) }
        customers = settings.customers < 1 ? [] : (1...settings.customers).map { Self.customer($0, prefix, settings) }
    }

    private static func customer(
        _ number: Int64, _ prefix: String, _ settings: PopulationSettings
    ) -> SimulatedCustomer {
        var random = SeededGenerator(settings.seed, UInt64(number))
        let profile = profile(&random)
        let answers = answers(&random, settings)
        let isNew = random.chance(settings.newcomers)
        let days = settings.weeks * 7
        let digits = String(number)
        let id = UserID(text: prefix + String(repeating: "0", count: max(6 - digits.count, 0)) + digits)
        return SimulatedCustomer(
            number: number, id: id,
            name: KoreanNames.name(of: profile.kind, &random),
            capacity: capacity(profile, &random), profile: profile,
            daysOfReadings: isNew ? 0 : days, answers: answers,
            change: answers.last?.answer == .accept ? change(&random, settings) : 0,
            resource: resource(number, settings), account: number <= settings.utilityCustomers ? number : nil,
            contact: number <= settings.contacts ? Contact([ContactChannel("push", address: "token-of-\(id)")]) : nil)
    }

    /// Nothing is drawn for it: whoever belongs to one is who he was without.
    private static func resource(_ number: Int64, _ settings: PopulationSettings) -> Int? {
        let turn = number % (settings.resources + 1)
        return turn == 0 ? nil : Int(turn - 1)
    }

    /// Mostly households of some 300 kWh a month, some shops, a few small factories.
    private static func profile(_ random: inout SeededGenerator) -> LoadProfile {
        switch random.number(0...99) {
        case ..<80: LoadProfile(kind: .household, meanWh: random.number(55...190), noise: 250)
        case ..<95: LoadProfile(kind: .shop, meanWh: random.number(900...6000), noise: 120)
        default: LoadProfile(kind: .factory, meanWh: random.number(8000...40_000), noise: 80)
        }
    }

    /// What was contracted: above the highest use of an hour, in steps as contracts have them.
    private static func capacity(_ profile: LoadProfile, _ random: inout SeededGenerator) -> Int64 {
        if profile.kind == .household { return random.element([3000, 3000, 3000, 4000, 5000]) }
        return (profile.meanWh * 4 * random.number(34...50) / 10 + 4999) / 5000 * 5000
    }

    private static func answers(
        _ random: inout SeededGenerator, _ settings: PopulationSettings
    ) -> [SimulatedCustomer.PlannedAnswer] {
        let draw = random.number(0...999)
        guard draw < settings.accept + settings.deny else { return [] }
        let answer: Answer = draw < settings.accept ? .accept : .deny
        let isOdd = random.chance(settings.oddForms)
        let odd = random.element(AnswerForm.allCases.filter { $0 != .plain })
        guard random.chance(settings.changeMind) else { return [.init(answer, isOdd ? odd : .plain)] }
        // Kafka keeps no order between a record without a key and another one.
        return [
            .init(answer == .accept ? .deny : .accept),
            .init(answer, isOdd && odd != .withoutKey ? odd : .plain),
        ]
    }

    private static func change(_ random: inout SeededGenerator, _ settings: PopulationSettings) -> Int64 {
        if random.chance(settings.reduce) { return -random.number(100...600) }
        return random.chance(500) ? 0 : random.number(50...300)
    }
}
