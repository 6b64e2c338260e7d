import Contracts
import Kafka
import Settlement

/// Reads all that Kafka has of some orders: their events, then partition by partition the lists and checks of their
/// customers, each topic from its beginning to where it ends now. Memory holds the customers of one partition.
struct OrderReading {
    struct Trouble: Error, CustomStringConvertible { let description: String }

    private static let interval = Duration.seconds(5)
    private static let lists = Context.response.changelog
    private static let listEvents = Context.response.events
    private static let checks = Context.kepco.events

    private let admin: Admin
    private let reader: Reader
    private let partitions: Int32

    init(_ properties: [String: String]) throws {
        admin = try Admin(properties, log: LogOptions.forTools)
        let names = [Context.dr.events, Self.lists, Self.listEvents, Self.checks]
        let topics = try admin.describeTopics(names)
        if let missing = names.first(where: { topics[$0] == nil }) {
            throw Trouble(description: "there is no topic \(missing), or this user may not see it")
        }
        let counts = names.compactMap { topics[$0]?.partitions }
        partitions = counts.first ?? 0
        guard Set(counts).count == 1 else {
            throw Trouble(description: "\(names.joined(separator: ", ")) do not have the same number of partitions")
        }
        reader = try Reader(properties, log: LogOptions.forTools, isolation: .readCommitted)
    }

    /// What the events say of an order; nil: of all.
    func find(_ order: OrderID?) throws -> OrderFinder {
        var finder = OrderFinder(order)
        let one = order.map { Partitioner.partition(of: $0.text, among: partitions) }
        for partition in one.map({ $0..<($0 + 1) }) ?? 0..<partitions {
            try read([Context.dr.events], partition) { record in
                if let value = record.value { finder.take(value) }
            }
        }
        return finder
    }

    /// Hands the participants over, by partition and order, and what is said last of resources.
    /// - Returns: how many records of these orders could not be understood.
    func participants(
        _ orders: [OrderID], _ body: (OrderID, [Participant], [ResourceReduction]) -> Void
    ) throws -> Int {
        var collector = OrderCollector(orders)
        var (count, shownAt) = (0, ContinuousClock.now)
        for partition in 0..<partitions {
            // Known when the topics are assigned: with the first record.
            var topics: (lists: UInt?, checks: UInt?)?
            try read([Self.lists, Self.listEvents, Self.checks], partition) { record in
                count += 1
                if count.isMultiple(of: 1024), ContinuousClock.now - shownAt >= Self.interval {
                    shownAt = .now
                    writeError("negawatt report: partition \(partition + 1) of \(partitions), \(count) records read\n")
                }
                let known = topics ?? (reader.topicID(Self.lists), reader.topicID(Self.checks))
                topics = known
                if record.topicID == known.lists {
                    if let key = record.key { collector.takeRow(key, record.value) }
                } else if let value = record.value {
                    if record.topicID == known.checks {
                        collector.takeCheck(value)
                    } else {
                        collector.takeListEvent(value)
                    }
                }
            }
            for order in orders {
                let (participants, reductions) = collector.drain(order)
                body(order, participants, reductions)
            }
        }
        return collector.unreadable
    }

    private func read(_ topics: [String], _ partition: Int32, _ body: (borrowing Record) throws -> Void) throws {
        var wholes: [WholePartition] = []
        for topic in topics {
            if let whole = try admin.whole(topic, partition) { wholes.append(whole) }
        }
        try reader.read(wholes, body)
    }
}
