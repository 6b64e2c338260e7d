import Contexts
import Contracts
import DRContext
import KepcoContext
import ResponseContext
import Schemas
import Testing
import UserContext
import Workers
import WorkersTesting

/// All contexts together for a year: customers who come and go, readings every day, and orders every fourth. What is
/// closed is kept for sixty days, readings for thirty.
@Suite struct YearTests {
    private static let day = Duration.seconds(86_400)
    private static let customers = 30
    private let workers: [any Worker]
    private let harness: Harness

    init() {
        let retention = Retention(days: 60, stepRows: 50)
        workers = Contexts.workers(
            DRWorker(retention: retention), UserWorker(retention: retention),
            ResponseWorker(settings: ResponseSettings(retention: retention)),
            KepcoWorker(settings: KepcoSettings(daysKept: 30, correctionsDays: 5, retention: retention)))
        harness = Harness(workers, partitions: 2, clock: Timestamp(milliseconds: 1_795_262_400_000))
    }

    /// Rows of each context's tables. The ledger's entries and dr's orders are kept for longer than the year, and
    /// customers for good.
    private var counts: [String: Int] {
        var counts: [String: Int] = [:]
        for worker in workers {
            let kind = type(of: worker)
            for table in kind.tables where table.name.description != "ledger" {
                let keys = harness.rows(kind.context, table).keys
                let isOfOrders = kind.context == .dr && table.name.description == "orders"
                counts["\(kind.context)/\(table.name)"] = keys.count { !isOfOrders || $0.hasPrefix("/") }
            }
        }
        return counts
    }

    private func user(_ number: Int, _ type: String, _ more: String = "") {
        harness.send(.userCommands, key: "u\(number)", #"{"eventType":"\#(type)","id":"u\#(number)"\#(more)}"#)
    }

    /// Readings of the hour from noon: less is used on the days of orders. Some meters break after a hundred days, and
    /// some belong to nobody who is known.
    private func read(_ day: Int) {
        let wh = day % 4 == 0 ? "100,100,100,100" : "400,410,420,430"
        for number in 0..<Self.customers where day < 100 || number % 6 != 0 {
            let user = number % 10 == 9 ? "stranger-\(number)-\(day / 30)" : "u\(number)"
            harness.send(
                .kepcoReadings, key: user,
                #"{"eventType":"MeterReadings","userId":"\#(user)","wh":[\#(wh)],"#
                    + #""startsAt":\#(harness.clock.milliseconds)}"#)
        }
    }

    /// From noon to one; every third is withdrawn.
    private func order(_ id: String, isWithdrawn: Bool) throws {
        let end = harness.clock + .seconds(3600)
        harness.send(
            .drCommands, key: id,
            #"{"eventType":"StartDr","id":"\#(id)","name":"n","type":"t","endsAt":\#(end.milliseconds)}"#)
        try harness.advance(by: .seconds(60))
        for number in 0..<Self.customers where number % 2 == 0 {
            let user = "u\(number)"
            harness.send(
                .responseCommands, key: user, #"{"eventType":"Accept","drId":"\#(id)","userId":"\#(user)"}"#)
        }
        try harness.advance(by: .seconds(60))
        if isWithdrawn { harness.send(.drCommands, key: id, #"{"eventType":"CancelDr","id":"\#(id)"}"#) }
        try harness.advance(by: .seconds(60))
    }

    @Test(.timeLimit(.minutes(30))) func `the state does not grow with the year`() throws {
        for number in 0..<Self.customers { user(number, "RegisterUser", #","name":"Kim","capacity":3000"#) }
        try harness.run()
        var (early, late): ([String: Int], [String: Int]) = ([:], [:])
        for day in 0..<365 {
            read(day)
            if day % 4 == 0 { try order("dr-\(day)", isWithdrawn: day % 12 == 0) }
            if day % 50 == 49 { user(day % Self.customers, "LeaveUser") }
            let rest = Timestamp(milliseconds: 1_795_262_400_000) + Self.day * (day + 1)
            try harness.advance(by: .milliseconds(rest.milliseconds - harness.clock.milliseconds))
            // Before and behind an order.
            guard day >= 60, day % 4 < 2 else { continue }
            for (table, count) in counts {
                if day < 240 {
                    early[table] = max(early[table] ?? 0, count)
                } else {
                    late[table] = max(late[table] ?? 0, count)
                }
            }
        }
        // The last list's, and what waits for readings.
        try harness.advance(by: .seconds(60))
        try harness.advance(by: .seconds(3 * 3600))
        for (table, count) in late {
            let before = early[table] ?? 0
            #expect(count <= before, "\(table): \(before), then \(count)")
        }
        #expect(late["response/responses"] ?? 0 > 0 && late["kepco/days"] ?? 0 > 0 && late["kepco/checks"] ?? 0 > 0)
        // Nothing of it makes anything happen twice, or not at all.
        let orders = (0..<365).filter { $0 % 4 == 0 && $0 % 12 != 0 }.count
        #expect(harness.values(.drEvents, DREnded.type).count == orders)
        let checks = harness.values(.kepcoEvents, ReductionCheck.type)
        let checked = checks.compactMap { $0.firstMatch(of: /"id":"[^"]*"/)?.output }
        #expect(Set(checked).count == checks.count)
        #expect(checks.count == orders * Self.customers / 2)
        let letters = harness.deadLetters.map { "\($0.rejection)" }
        #expect(letters.allSatisfy { $0.contains("already left") }, "\(letters.prefix(3))")
    }
}
