import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import UserContext

/// Long random histories, from good and bad senders, in every order that Kafka may bring them.
@Suite struct LedgerTests {
    private static let users = (1...6).map { "\($0)" }

    /// What is true of all customers, whatever has happened.
    private func audit(_ harness: Harness) throws -> (entries: Int, points: Int64) {
        let ledger = harness.rows(.user, Ledger.self)
        var entries = 0
        var points: Int64 = 0
        for (key, value) in harness.rows(.user, Users.self) {
            let customer: Customer = try row(value)
            let own = try ledger.compactMap { key, value in (try row(value) as Ledger.Row).entry.map { (key, $0) } }
                .filter { $0.0 == LedgerEntry.key(customer.state.id, $0.1.cause) }
                .sorted { $0.1.sequence < $1.1.sequence }
            #expect(own.map(\.1.sequence) == Array(1..<customer.entries + 1), "customer \(key)")
            var balance: Int64 = 0
            for (place, entry) in own {
                balance += entry.change
                #expect(entry.point == balance, "entry \(place)")
                #expect(balance >= 0 || isForced(own.map(\.1)), "entry \(place)")
            }
            #expect(customer.state.point == balance, "customer \(key)")
            entries += own.count
            points += balance
        }
        #expect(entries == ledger.keys.count { !$0.hasPrefix("/") }, "an entry without its customer")
        return (entries, points)
    }

    /// Corrections, and what an operator means so, take back what has been withdrawn.
    private func isForced(_ entries: [LedgerEntry]) -> Bool {
        entries.contains {
            switch $0.cause {
            case .correction, .adjustment: true
            case .reduction, .withdrawal, .giveBack, .expiry: false
            }
        }
    }

    /// How many withdrawals wait for an answer: by the customers' rows, as by the ledger's.
    private func open(_ harness: Harness) throws -> Int {
        let entries = try harness.rows(.user, Ledger.self).values.compactMap { (try row($0) as Ledger.Row).entry }
        let open = entries.count { $0.closedAt == nil }
        let counted = try harness.rows(.user, Users.self).values.map { (try row($0) as Customer).openWithdrawals }
        #expect(counted.reduce(0, +) == Int64(open))
        return open
    }

    private func row<T: Row>(_ value: String) throws -> T {
        var reader = JSONReader()
        var row: T?
        try reader.read(value.utf8.span) { row = try T($0) }
        return try #require(row)
    }

    private func number(_ name: StaticString, in value: String) throws -> Int64 {
        var reader = JSONReader()
        var number: Int64 = 0
        try reader.read(value.utf8.span) { number = try $0.required(name, in: Limits.points) }
        return number
    }

    /// Sent with its key, without one, or to any partition.
    private func send(_ harness: Harness, _ topic: Topic, _ user: String, _ value: String, _ random: inout Numbers) {
        switch random.next(below: 4) {
        case 0: harness.send(topic, key: nil, value)
        case 1: harness.send(topic, key: user, value, partition: Int32(random.next(below: 4)))
        default: harness.send(topic, key: user, value)
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `the balance is the ledger's sum after any history`(seed: UInt64) throws {
        let harness = Harness([UserWorker()], partitions: 4, seed: seed, check: keepsItsContract)
        var random = Numbers(seed)
        var sent = 0
        var silent = 0
        for _ in 0..<12 {
            for _ in 0..<25 {
                let user = Self.users[random.next(below: Self.users.count)]
                let other = random.next(below: 12)
                sent += 1
                switch random.next(below: 12) {
                // An id as a number is the same id.
                case 0:
                    let value = #"{"eventType":"RegisterUser","id":\#(user),"name":"K","capacity":\#(other)}"#
                    send(harness, .userCommands, user, value, &random)
                case 1:
                    let value = #"{"eventType":"UpdateUser","id":"\#(user)","capacity":\#(other)}"#
                    send(harness, .userCommands, user, value, &random)
                case 2, 3:
                    let value = Sample.withdraw(user, "\(other)", 1 + random.next(below: 400))
                    send(harness, .userCommands, user, value, &random)
                case 4: send(harness, .userCommands, user, Sample.confirm(user, "\(other)"), &random)
                case 5: send(harness, .userCommands, user, Sample.fail(user, "\(other)"), &random)
                case 6:
                    let amount = Int64(random.next(below: 300)) - 150
                    let value = Sample.adjust(
                        user, "\(other)", amount == 0 ? 1 : amount, isForced: random.next(below: 2) == 0)
                    send(harness, .userCommands, user, value, &random)
                default:
                    let points = Int64(random.next(below: 600)) - 100
                    let isReal = random.next(below: 5) > 0
                    if points == 0 || !isReal { silent += 1 }
                    // Real ones without a reduction are refused.
                    let reduced = points == 0 ? 1 : points
                    let value = Sample.check(
                        user, "\(other)", points: isReal ? points : 0, isReal: isReal,
                        reducedWh: isReal ? reduced : min(points, 0))
                    send(harness, .kepcoEvents, user, value, &random)
                }
            }
            try harness.run()
            _ = try audit(harness)
        }
        let (entries, points) = try audit(harness)
        let paid = harness.values(.userEvents, PointChanged.type)
        let withdrawn = harness.values(.userEvents, PointWithdrawn.type)
        let failed = harness.values(.userEvents, WithdrawalFailed.type)
        #expect(paid.count + withdrawn.count + failed.count == entries && !paid.isEmpty && !withdrawn.isEmpty)
        // Others can reckon with the events alone.
        let change = try paid.map { try number("change", in: $0) }.reduce(0, +)
        let amount = try withdrawn.map { try number("amount", in: $0) }.reduce(0, +)
        let back = try failed.map { try number("change", in: $0) }.reduce(0, +)
        #expect(change - amount + back == points)
        let confirmed = harness.values(.userEvents, WithdrawalPaid.type)
        #expect(try open(harness) == withdrawn.count - failed.count - confirmed.count)
        // Each record has had its effect, or is explained, or had nothing to say.
        #expect(harness.values(.userEvents).count + harness.deadLetters.count + silent == sent)
        #expect(harness.deadLetters.allSatisfy { [.conflict, .notFound, .refused].contains($0.rejection.kind) })
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `checks that are sent again and again are paid once each`(seed: UInt64) throws {
        let harness = Harness([UserWorker()], partitions: 4, seed: seed, check: keepsItsContract)
        var random = Numbers(seed)
        for user in Self.users { send(harness, .userCommands, user, Sample.register(user), &random) }
        try harness.run()
        for user in Self.users {
            for order in 1...5 {
                for _ in 0..<3 {
                    let value = Sample.check(user, "dr-\(order)", points: Int64(order))
                    send(harness, .kepcoEvents, user, value, &random)
                }
            }
        }
        try harness.run()
        #expect(try audit(harness) == (30, 6 * 15))
        #expect(harness.deadLetters.count == 60)
        #expect(harness.deadLetters.allSatisfy { $0.rejection.kind == .conflict })
    }
}

/// The same numbers for the same seed.
struct Numbers {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }
}
