import Contracts
import JSON
import Kafka

/// Whether the points that were paid are those that the load's checks say, for each customer.
struct BalanceCheck {
    private let client: Client
    private let customers: Int

    init(_ client: Client, customers: Int) { (self.client, self.customers) = (client, customers) }

    func run(checks: Int) throws {
        var expected = [Int64](repeating: 0, count: customers)
        for check in 0..<checks {
            expected[Load.shuffled(check % customers, of: customers)] += Load.points(check)
        }
        var found = [Int64](repeating: 0, count: customers)
        var (count, paid) = (0, Int64(0))
        try forEachEvent { fields in
            guard try fields.identifier("eventType") == PointChanged.type.description else { return }
            let event = try PointChanged(fields)
            guard let number = Load.number(event.user.text), found.indices.contains(number) else { return }
            found[number] = event.point
            count += 1
            paid += event.change
        }
        say("events", count)
        say("paid", paid)
        let letters = try client.ends(Context.user.deadLetters).reduce(0) { $0 + $1.offset }
        guard count == checks, found == expected, paid == found.reduce(0, +) else {
            let wrong = zip(found, expected).count { $0 != $1 }
            throw MeasurementError(
                description: "\(count) PointChanged for \(checks) checks, \(wrong) of \(customers) balances are wrong, "
                    + "\(letters) dead letters")
        }
    }

    private func forEachEvent(_ body: (borrowing Fields) throws -> Void) throws {
        let ends = try client.ends(Context.user.events)
        let reader = try client.makeReader(
            from: ends.map { TopicPartition($0.topic, $0.partition, offset: TopicPartition.beginning) })
        var open = Set(ends.filter { $0.offset > 0 }.map(\.partition))
        while !open.isEmpty {
            guard let end = try client.next(reader, milliseconds: 1000, body) else { continue }
            if end.offset >= ends[Int(end.partition)].offset { open.remove(end.partition) }
        }
    }
}
