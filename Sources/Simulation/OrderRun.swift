import Contracts
import JSON

/// Runs a whole order: customers are registered, their meters read, the order started, answered, ended and checked.
/// Each stage begins when the one before has come to its end for every customer. One thread runs it, once.
package final class OrderRun {
    private let settings: OrderRunSettings
    private let exchange: any Exchange
    private let progress: any Progress
    private let population: Population
    private let order: OrderID
    private let startsAt: Timestamp
    private let meters: [Meter]
    private let tally: Tally
    private var times: [(Stage, Duration)] = []

    /// - Throws: `SimulationError`, or what keeps the exchange from working.
    package init(_ settings: OrderRunSettings, _ exchange: any Exchange, _ progress: any Progress) throws {
        if let fault = settings.fault { throw SimulationError(fault) }
        self.settings = settings
        self.exchange = exchange
        self.progress = progress
        let prefix = try CustomerIDs.read(exchange).prefix(settings.prefix)
        let population = Population(settings.population, prefix: prefix)
        let now = exchange.now
        // The date and time, in digits: an id that may be written as a number.
        let name = settings.order ?? String(now.description.filter(\.isNumber).prefix(14))
        let startsAt = KoreanTime.start(ofQuarter: KoreanTime.quarter(now) - settings.hours * 4)
        order = OrderID(text: name)
        tally = Tally(population, order)
        let utility = (seed: settings.population.utilitySeed, now: now)
        meters = population.customers.map {
            Meter($0, seed: settings.population.seed, orderStart: startsAt, utility: utility)
        }
        (self.population, self.startsAt) = (population, startsAt)
    }

    /// - Throws: `SimulationError` when a stage does not come to its end, and what keeps the exchange from working.
    package func run() throws -> Report {
        let customers = population.customers
        progress.note(
            "order \(order) from \(startsAt) on, customers \(customers[0].id) to \(customers[customers.count - 1].id)")
        try stage(.register, register) { position, one in
            one.registrations > 0 && (customers[position].contact == nil || one.contacts > 0)
        }
        let meters = meters
        try stage(.readings, sendHistory) { position, one in
            meters[position].utility?.daysAtOnce.map { one.days.isSuperset(of: $0) } ?? true
        }
        try stage(.ask, start) { position, one in
            one.asked > 0 && (customers[position].contact == nil || one.told.contains(.asked))
        }
        try stage(.answer, answer) { position, one in one.chosen == customers[position].answers.last?.answer }
        try stage(.close, end) { _, one in !one.saved.isEmpty }
        try stage(.check, sendOrderReadings) { _, one in one.saved.first != .accept || !one.checks.isEmpty }
        guard let started = tally.started, let ended = tally.ended else {
            preconditionFailure("the stages wait for both")
        }
        var expected = try planned(started, ended)
        let least = expected.least
        // Shared points come behind the check that says none yet.
        try stage(.pay, nil) { position, one in
            one.isSettled
                && (customers[position].contact == nil || one.checks.isEmpty || one.told.contains(.result))
                && (one.paid > 0 || least[position] == 0 || one.checks.allSatisfy { $0.outcome.reducedWh <= 0 })
        }
        expected.share(tally.customers.map(\.paid))
        try awaitSums(expected)
        // What should not be there has a moment to come.
        try exchange.receive { try self.tally.take($0) }
        try complain()
        return Report(
            population, expected, tally.customers, tally.reductions, days: days(), times,
            isStartKept: started.startsAt == startsAt, order: order, startsAt: started.startsAt, endsAt: ended.endsAt)
    }

    private func planned(_ started: DRStarted, _ ended: DREnded) throws -> ExpectedResults {
        let rules = try OrderPoints(settings: settings.milliPointsPerWh).rules(started, exchange)
        let customers = zip(population.customers, meters).map { customer, meter in
            ExpectedResult(
                customer, meter, startsAt: started.startsAt, endsAt: ended.endsAt,
                milliPointsPerWh: rules.milliPointsPerWh, of: customer.resource.map { population.resources[$0] },
                areShared: rules.areShared)
        }
        return ExpectedResults(customers, milliPointsPerWh: rules.milliPointsPerWh)
    }

    /// What is said of resources comes a little behind what it is said of. What does not come is a difference.
    private func awaitSums(_ expected: ExpectedResults) throws {
        let began = ContinuousClock.now
        while !expected.differences(tally.reductions).isEmpty, .now - began <= settings.stageTimeout {
            try exchange.receive { try self.tally.take($0) }
            try complain()
        }
    }

    /// That the utility has and feed has brought, and those that it had to bring.
    private func days() -> (observed: Int64, expected: Int64) {
        var days: (observed: Int64, expected: Int64) = (0, 0)
        for (meter, one) in zip(meters, tally.customers) {
            guard let wanted = meter.utility?.daysAtOnce else { continue }
            days.observed += Int64(one.days.count(where: wanted.contains))
            days.expected += Int64(wanted.count)
        }
        return days
    }

    private func register() throws {
        for resource in population.resources {
            let message = RegisterResource(
                Resource(
                    id: resource.id, kind: settings.kind, method: resource.method,
                    capacity: SimulatedResource.capacity))
            try send(.drCommands, resource.id.text, message)
        }
        for (position, customer) in population.customers.enumerated() {
            let message = RegisterUser(
                id: customer.id, name: customer.name, capacity: customer.capacity,
                resource: customer.resource.map { population.resources[$0].id })
            try send(.userCommands, customer.id.text, message)
            if let contact = customer.contact {
                try send(.notifyCommands, customer.id.text, SetContact(user: customer.id, contact: contact))
            }
            progress.show(.register, done: position, of: population.customers.count)
        }
    }

    private func sendHistory() throws {
        for (position, meter) in meters.enumerated() {
            if let registration = meter.registration {
                try send(.feedCommands, registration.user.text, registration)
            }
            for day in meter.history() { try send(.kepcoReadings, day.user.text, day) }
            progress.show(.readings, done: position, of: meters.count)
        }
    }

    private func start() throws {
        let message = StartDr(id: order, name: "simulated order \(order)", kind: settings.kind, startsAt: startsAt)
        try send(.drCommands, order.text, message)
    }

    private func end() throws {
        try send(.drCommands, order.text, EndDr(id: order, reason: "the simulation has all answers"))
    }

    /// Of the order as it really was.
    private func sendOrderReadings() throws {
        guard let ended = tally.ended else { preconditionFailure("the stage before waits for it") }
        for (position, meter) in meters.enumerated() {
            if let readings = meter.order(endsAt: ended.endsAt) {
                try send(.kepcoReadings, readings.user.text, readings)
            }
            progress.show(.check, done: position, of: meters.count)
        }
    }

    /// First what is taken back later, then what counts.
    private func answer() throws {
        for round in 0..<2 {
            for (position, customer) in population.customers.enumerated() {
                let turn = round - (2 - customer.answers.count)
                guard customer.answers.indices.contains(turn) else { continue }
                let answer = customer.answers[turn]
                try exchange.send(
                    answer.form.record(answer.answer, ResponseID(order, customer.id), at: exchange.now))
                progress.show(.answer, done: position, of: population.customers.count)
            }
        }
    }

    private func send(_ topic: Topic, _ key: String, _ message: some Message) throws {
        try exchange.send(
            OutgoingRecord(
                topic: topic, key: key, type: type(of: message).type.description,
                value: JSONWriter.text(message, at: exchange.now)))
    }

    /// Does its part, then waits until the condition holds for every customer: of his place and what is known of him.
    private func stage(
        _ stage: Stage, _ begin: (() throws -> Void)?, until condition: @escaping (Int, Observed) -> Bool
    ) throws {
        let start = ContinuousClock.now
        tally.count(condition)
        try begin?()
        try exchange.flush()
        let total = population.customers.count
        var (last, lastProgress) = (tally.count, ContinuousClock.now)
        while tally.count < total || !isAnnounced(stage) {
            guard .now - lastProgress <= settings.stageTimeout else { throw timeout(stage) }
            try exchange.receive { try self.tally.take($0) }
            try complain()
            progress.show(stage, done: tally.count, of: total)
            if tally.count != last { (last, lastProgress) = (tally.count, .now) }
        }
        let took = ContinuousClock.now - start
        times.append((stage, took))
        progress.end(stage, total, took: took)
    }

    /// Whether dr has said what the stage begins with.
    private func isAnnounced(_ stage: Stage) -> Bool {
        switch stage {
        case .register: population.resources.allSatisfy { tally.resources.contains($0.id) }
        case .ask: tally.started != nil
        case .close: tally.ended != nil
        default: true
        }
    }

    /// Every record that is sent here is right: one that is refused never leads to what is waited for.
    private func complain() throws {
        if let refusal = tally.refusals.first {
            throw SimulationError("\(refusal)\n  see negawatt deadletters list")
        }
    }

    private func timeout(_ stage: Stage) -> SimulationError {
        let missing = tally.missing.map { population.customers[$0].id.text }
        let names = missing.prefix(3).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
        let areTold = settings.population.contacts > 0
        let contexts = stage.contexts(areTold: areTold).map(\.name)
        let what =
            if isAnnounced(stage) {
                "\(missing.count) of \(population.customers.count) customers \(stage.missing(areTold: areTold)): \(names)"
            } else {
                switch stage {
                case .register: "dr has not said ResourceRegistered of each resource in \(Context.dr.events)"
                case .ask: "there is no DRstarted of order \(order) in \(Context.dr.events)"
                default: "there is no DrEnded of order \(order) in \(Context.dr.events)"
                }
            }
        return SimulationError(
            "\(stage.title): nothing has arrived for \(settings.stageTimeout.secondsText), and \(what)\n"
                + "  is negawatt \(contexts.joined(separator: " and negawatt ")) running? See its log, /readyz on its "
                + "HTTP port, and \(contexts.map { "\($0).deadletters" }.joined(separator: ", "))")
    }
}
