import Contracts
import Daemon
import Glibc
import JSON
import Kafka

/// An order of one hour that everybody accepts: how long behind the last reading all are checked, and how long behind
/// the last corrected reading all corrections are there. Clocks are moved as for the year, so that the hour is over at
/// once; the days before it come first, as a back-fill.
final class EvaluationMeasurement {
    private let client: Client
    private let clock: YearClock
    private let customers: Int
    private let corrected: Int
    private let reader: Reader
    /// Of the order's day, at midnight in Korea.
    private let midnight: Timestamp
    private let order = OrderID(text: "bench")
    /// Events of the order, by their types; corrections apart from first checks.
    private var (asked, accepted, saved, checked, corrections) = (0, 0, 0, 0, 0)

    /// Ten of them are working days.
    private static let days = 14
    /// Of the order, and of each day before it.
    private static let quarters = 4
    private static let (day, hour): (Int64, Int64) = (86_400_000, 3_600_000)
    private static let limit = Duration.seconds(1200)

    /// - Parameters:
    ///   - clock: its file.
    ///   - corrected: how many of the customers have a later reading of the order's day.
    init(_ client: Client, clock: String, customers: Int, corrected: Int) throws {
        (self.client, self.clock, self.customers, self.corrected) = (client, YearClock(clock), customers, corrected)
        reader = try client.makeReader(
            from: client.ends(Context.response.events) + client.ends(Context.kepco.events))
        // The first Wednesday behind today; the first day of 1970 was a Thursday.
        let korea = 9 * Self.hour
        let today = (Timestamp.current.milliseconds + korea) / Self.day
        let wednesday = today + 1 + (5 - today % 7 + 7) % 7
        midnight = Timestamp(milliseconds: wednesday * Self.day - korea)
    }

    /// - Parameter process: the kepco daemon's.
    func run(_ process: Int) throws {
        try clock.move(to: time(6))
        try client.send(.drCommands, "market", text: Self.market)
        try client.flush()
        try fillIn(process)
        try hold()
        try evaluate(process)
        try correct()
    }

    private static let market =
        #"{"eventType":"SetMarket","market":{"version":2,"utcOffset":"+09:00","otherKinds":"reliable","#
        + #""kinds":[{"id":"reliable","name":{"ko":"r","en":"r"},"rules":[{"from":"2000-01-01"}]}],"#
        + #""holidays":{"until":"2099-12-31","days":["2000-01-01"]}}}"#

    private func time(_ hour: Int64, daysBefore: Int64 = 0) -> Timestamp {
        Timestamp(milliseconds: midnight.milliseconds - daysBefore * Self.day + hour * Self.hour)
    }

    /// The hours of the days before, day by day.
    private func fillIn(_ process: Int) throws {
        let before = ProcessUsage(process)
        for day in (1...Self.days).reversed() {
            try readings(customers, daysBefore: Int64(day), topic: .kepcoHistory) { 300 + ($0 * 31 + day * 17) % 700 }
        }
        try awaitCommitted(Topic.kepcoHistory.name)
        let readings = customers * Self.days * Self.quarters
        say("filled", readings)
        if let before, let after = ProcessUsage(process) {
            say("us_filled", (after.cpu - before.cpu).seconds * 1e6 / Double(customers * Self.days))
        }
    }

    private func readings(
        _ count: Int, daysBefore: Int64 = 0, topic: Topic = .kepcoReadings, _ wh: (Int) -> Int
    ) throws {
        for position in 0..<count {
            let number = Load.shuffled(position, of: count)
            let id = Load.customer(number)
            let tenths = [Int64?](repeating: Int64(10 * wh(number)), count: Self.quarters)
            try client.send(
                topic, id.text, MeterReadings(user: id, startsAt: time(14, daysBefore: daysBefore), tenths: tenths))
        }
        try client.flush()
    }

    /// The order is announced, everybody accepts, and it ends.
    private func hold() throws {
        try clock.move(to: time(11))
        let start = StartDr(id: order, name: "benchmark", kind: "reliable", startsAt: time(14), endsAt: time(15))
        try client.send(.drCommands, order.text, start)
        try client.flush()
        try awaitAll("asked") { $0.asked == customers }
        for number in 0..<customers {
            let id = Load.customer(number)
            try client.send(.responseCommands, id.text, Accept(Choice(ResponseID(order, id))))
        }
        try client.flush()
        try awaitAll("accepted") { $0.accepted == customers }
        try clock.move(to: time(15))
        try awaitAll("saved") { $0.saved == customers }
        try awaitCommitted(Context.response.events)
    }

    private func evaluate(_ process: Int) throws {
        let before = ProcessUsage(process)
        let start = ContinuousClock.now
        try readings(customers) { _ in 100 }
        let sent = ContinuousClock.now
        try awaitAll("checked") { $0.checked == customers }
        say("sent", (sent - start).seconds)
        say("checked", (ContinuousClock.now - sent).seconds)
        if let before, let after = ProcessUsage(process) {
            say("us_check", (after.cpu - before.cpu).seconds * 1e6 / Double(customers))
            say("rss", after.residentBytes / 1_000_000)
        }
        // What others make of them is over, too.
        for context in [Context.user, .response] { try awaitCommitted(Context.kepco.events, by: context) }
    }

    private func correct() throws {
        try clock.move(to: time(20))
        try readings(corrected) { _ in 150 }
        let sent = ContinuousClock.now
        try awaitAll("corrected") { $0.corrections == corrected }
        say("corrected", (ContinuousClock.now - sent).seconds)
    }

    private func awaitAll(_ what: String, _ isThere: (EvaluationMeasurement) -> Bool) throws {
        let began = ContinuousClock.now
        while !isThere(self) {
            _ = try client.next(reader, milliseconds: 100) { try event($0) }
            guard .now - began < Self.limit else {
                throw MeasurementError(
                    description: "not all are \(what) after \(Self.limit): of \(customers) customers \(asked) asked, "
                        + "\(accepted) accepted, \(saved) saved, \(checked) checked, \(corrections) corrected")
            }
        }
    }

    private func event(_ fields: borrowing Fields) throws {
        switch try fields.identifier("eventType") {
        case ListMade.type.description: asked += 1
        case AcceptChosen.type.description: accepted += 1
        case ListSaved.type.description: saved += 1
        case ReductionCheck.type.description:
            let isFirst = try fields.optional("version", in: 1...100) ?? 1 == 1
            if isFirst { checked += 1 } else { corrections += 1 }
        default: break
        }
    }

    /// Until a group is through a topic; a transaction's mark, which nobody commits, may be left of each partition.
    private func awaitCommitted(_ topic: String, by context: Context = .kepco) throws {
        let began = ContinuousClock.now
        while true {
            let ends = try client.ends(topic)
            let committed = try client.admin.committed(group: context.name, ends)
            if zip(ends, committed).allSatisfy({ $0.offset - ($1 ?? 0) <= 1 }) { return }
            guard .now - began < Self.limit else {
                throw MeasurementError(description: "group \(context) is not through \(topic) after \(Self.limit)")
            }
            usleep(100_000)
        }
    }
}
