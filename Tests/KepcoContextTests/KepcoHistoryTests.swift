import Chance
import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Readings of the past come by a topic of their own, and Kafka's time decides between the two.
@Suite struct KepcoHistoryTests {
    private static let noon = Timestamp(milliseconds: 1_795_251_600_000)
    private static let topics = [Topic.kepcoReadings, Topic.kepcoHistory]

    /// Readings from midnight on 2026-11-20 in Korea on.
    private static func value(_ user: String, from quarter: Int, _ wh: [Int64?]) -> String {
        let numbers = wh.map { $0.map(String.init) ?? "null" }.joined(separator: ",")
        let start = 1_795_100_400_000 + Int64(quarter) * Quarter.milliseconds
        return #"{"eventType":"MeterReadings","userId":"\#(user)","startsAt":\#(start),"wh":[\#(numbers)]}"#
    }

    /// Of two readings: the topic and the time of each, and whether the second one stays. They are read in either
    /// order.
    @Test(
        arguments: [
            (("readings", 0), ("history", 1), true), (("readings", 1), ("history", 0), false),
            (("history", 0), ("readings", 1), true), (("history", 1), ("readings", 0), false),
            (("readings", 0), ("readings", 1), true), (("history", 0), ("history", 1), true),
            (("history", 5), ("readings", 5), true), (("readings", 5), ("history", 5), false),
        ] as [((String, Int64), (String, Int64), Bool)], [false, true])
    func `the reading stays that Kafka got later`(
        _ given: (one: (String, Int64), other: (String, Int64), otherStays: Bool), isReadBackwards: Bool
    ) throws {
        // What lies in one topic is read in its order.
        guard given.one.0 != given.other.0 || !isReadBackwards else { return }
        var row = Days.Row()
        let readings = [(given.one, 1 as Int64), (given.other, 2)]
        for ((topic, time), wh) in isReadBackwards ? readings.reversed() : readings {
            let arrival = Arrival(Self.noon + .milliseconds(time), in: "kepco.\(topic)")
            #expect(row.record([wh], from: 7, arrival) != .arrivals)
        }
        #expect(row[7] == (given.otherStays ? 2 : 1))
    }

    @Test func `a reading that says the same again is the later one from then on`() {
        var row = Days.Row()
        func arrival(_ time: Int64) -> Arrival { Arrival(Self.noon + .milliseconds(time), in: "kepco.readings") }
        #expect(row.record([5, 6], from: 0, arrival(10)) == .readings)
        #expect(row.record([5, 6], from: 0, arrival(10)) == .nothing)
        #expect(row.record([5], from: 0, arrival(30)) == .arrivals)
        #expect(row.record([7, 8], from: 0, arrival(20)) == .readings)
        #expect((row[0], row[1]) == (5, 8))
        #expect(row.record([nil, 9], from: 0, arrival(19)) == .nothing)
    }

    @Test func `a row of a version that noted no arrivals gives way to whatever comes`() throws {
        var row = try Self.row(#"{"wh":[1,2,null,4]}"#)
        func arrival(_ time: Int64) -> Arrival { Arrival(Timestamp(milliseconds: time), in: "kepco.history") }
        #expect(row.record([10, 20, 30], from: 0, arrival(5)) == .readings)
        #expect((0..<5).map { row[$0] } == [10, 20, 30, 40, nil])
        // The second one has been said anew, the fourth one has not.
        #expect(row.record([nil, 3, nil, 5], from: 0, arrival(4)) == .readings)
        #expect((0..<5).map { row[$0] } == [10, 20, 30, 5, nil])
    }

    private static func row(_ text: String) throws -> Days.Row {
        var reader = JSONReader()
        var row = Days.Row()
        try reader.read(text.utf8.span) { fields throws in row = try Days.Row(fields) }
        return row
    }

    /// Records of both topics as Kafka has them: in each partition the times go up, and now and then two topics have
    /// one of the same ms. Some lie in partitions that are not their customers'.
    private struct Story {
        struct Sent { var topic: Topic, user: String, from: Int, wh: [Int64?], time: Timestamp, partition: Int32? }
        private(set) var sent: [Sent] = []

        init(seed: UInt64) {
            var random = SeededGenerator(seed)
            var time = noon - .seconds(3600)
            var isShared = false
            for number in 0..<60 {
                let topic = topics.randomElement(using: &random) ?? .kepcoReadings
                let isAtHome = Int.random(in: 0..<6, using: &random) > 0
                // Copies of one ms have the order in which they were made.
                if !isAtHome || !isShared || Bool.random(using: &random) { time = time + .milliseconds(1) }
                isShared = isAtHome
                let count = Int.random(in: 1...12, using: &random)
                let wh = (0..<count).map { place in
                    let isThere = place == 0 || Int.random(in: 0..<4, using: &random) > 0
                    return isThere ? Int64(number * 100 + place) : nil
                }
                sent.append(
                    Sent(
                        topic: topic, user: "u\(Int.random(in: 0..<3, using: &random))",
                        from: Int.random(in: 0..<40, using: &random), wh: wh, time: time,
                        partition: isAtHome ? nil : Int32.random(in: 0..<4, using: &random)))
                if !isAtHome { time = time + .milliseconds(1) }
            }
        }

        /// Each quarter hour's latest reading, the live one of two of one ms, and the last one of one topic.
        func expected() -> [String: [Int: Int64]] {
            var best: [String: [Int: (time: Timestamp, isLive: Bool, wh: Int64)]] = [:]
            for record in sent {
                let isLive = record.topic == .kepcoReadings
                for (position, wh) in zip(record.from..., record.wh) {
                    guard let wh else { continue }
                    let day = "\(record.user)/2026-11-20"
                    if let known = best[day]?[position],
                        (known.time, known.isLive ? 1 : 0) > (record.time, isLive ? 1 : 0)
                    {
                        continue
                    }
                    best[day, default: [:]][position] = (record.time, isLive, wh)
                }
            }
            return best.mapValues { $0.mapValues { $0.wh * 10 } }
        }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `whichever topic is read first, a day comes out the same`(seed: UInt64) throws {
        let story = Story(seed: seed / 4)
        let harness = Harness([KepcoWorker()], partitions: 4, seed: seed)
        for record in story.sent {
            harness.send(
                record.topic, key: record.user, Self.value(record.user, from: record.from, record.wh),
                partition: record.partition, at: record.time)
        }
        try harness.run()
        #expect(harness.deadLetters.isEmpty)
        let rows = try harness.rows(.kepco, Days.self).mapValues(Self.row)
        let found = rows.mapValues { row in
            Dictionary(uniqueKeysWithValues: (0..<96).compactMap { position in row[position].map { (position, $0) } })
        }
        #expect(found == story.expected())
    }

    @Test func `a sender's clock that is ahead wins nothing that is sent later`() throws {
        let harness = Harness([KepcoWorker()], partitions: 1)
        func send(_ topic: Topic, _ wh: Int64, at time: Timestamp) throws {
            harness.send(topic, key: "kim", Self.value("kim", from: 0, [wh]), at: time)
            try harness.run()
        }
        try send(.kepcoHistory, 1, at: Self.noon + .seconds(1_000_000))
        try harness.advance(by: .seconds(1))
        try send(.kepcoReadings, 2, at: harness.clock)
        #expect(try harness.rows(.kepco, Days.self).values.map { try Self.row($0)[0] } == [20])
    }

    @Test func `a dead letter that is handled again is as old as its record`() throws {
        let harness = Harness([KepcoWorker()], partitions: 1)
        // Three days on: refused, until the clock has come there.
        harness.send(.kepcoReadings, key: "kim", Self.value("kim", from: 288, [1, 1]))
        try harness.run()
        try harness.advance(by: .seconds(2 * 86_400))
        harness.send(.kepcoHistory, key: "kim", Self.value("kim", from: 288, [2]))
        try harness.run()
        harness.send(.kepcoCommands, key: nil, #"{"eventType":"Replay","partition":0,"offset":0}"#)
        try harness.run()
        #expect(harness.deadLetters.count == 1)
        let row = try #require(harness.rows(.kepco, Days.self).values.map(Self.row).first)
        #expect((row[0], row[1]) == (20, 10))
    }
}
