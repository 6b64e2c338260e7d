import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

@Suite struct KepcoReadingsTests {
    private func days(_ scene: Scene) -> [String: String] { scene.days() }

    @Test func `the last reading wins and null leaves what is there`() throws {
        let scene = Scene()
        try scene.readings("kim", "2026-11-20T00:00", [1, 2, nil, 4])
        try scene.reading("kim", "2026-11-20T00:15", 20)
        try scene.readings("kim", "2026-11-20T00:00", [nil, nil, 30, nil, nil])
        try scene.harness.run()
        #expect(days(scene) == ["kim/2026-11-20": #"{"wh":[1,20,30,4]}"#])
    }

    @Test func `readings over midnight in Korea go to two days`() throws {
        let scene = Scene()
        try scene.readings("kim", "2026-11-19T23:45", [1, 2])
        try scene.harness.run()
        #expect(days(scene)["kim/2026-11-19"] == "{\"wh\":[" + String(repeating: "null,", count: 95) + "1]}")
        #expect(days(scene)["kim/2026-11-20"] == #"{"wh":[2]}"#)
    }

    @Test func `what is no reading is refused among the readings and passed over among response's events`() throws {
        let scene = Scene()
        scene.harness.send(.kepcoReadings, key: "kim", #"{"eventType":"MeterReding","userId":"kim","wh":1}"#)
        scene.harness.send(.responseEvents, key: "kim", #"{"eventType":"Listread","userId":"kim"}"#)
        try scene.harness.run()
        #expect(
            scene.harness.deadLetters.map(\.rejection.reason) == [
                #"field "eventType" says "MeterReding", which kepco.readings does not take; it takes MeterReading, MeterReadings"#
            ])
    }

    @Test func `a week of readings goes to its days`() throws {
        let scene = Scene()
        try scene.readings("kim", "2026-11-13T10:00", (0..<672).map { Int64($0) })
        try scene.harness.run()
        #expect(days(scene).count == 8)
        #expect(scene.harness.deadLetters.isEmpty)
        #expect(days(scene)["kim/2026-11-20"]?.hasSuffix("670,671]}") == true)
    }

    @Test(arguments: [
        (#""startsAt":"2026-11-20T10:01:00Z","wh":1"#, "where no quarter hour starts"),
        (#""startsAt":1795251600001,"wh":1"#, "where no quarter hour starts"),
        (#""startsAt":"2026-11-20T10:00:00Z","wh":-1"#, "field \"wh\" is -1, out of range: 0 to 1000000000"),
        (#""startsAt":"2026-11-20T10:00:00Z","wh":1000000001"#, "field \"wh\" is 1000000001, out of range"),
        (#""startsAt":"2026-11-20T10:00:00Z","wh":1.55"#, "field \"wh\" is 1.55, too precise"),
        (
            #""startsAt":"2026-11-20T10:00:00Z","wh":99999999999999999999999"#,
            "is 99999999999999999999999, out of range"
        ),
        (#""startsAt":"2026-11-20T10:00:00Z","wh":"1""#, "field \"wh\" is \"1\", not a number"),
        (#""startsAt":"2026-11-20T10:00:00Z""#, "field \"wh\" is missing"),
        (#""startsAt":"2026-11-31T10:00:00Z","wh":1"#, "is \"2026-11-31T10:00:00Z\", not a time"),
        (#""startsAt":"2026-11-20T10:00:00","wh":1"#, "is \"2026-11-20T10:00:00\", not a time"),
        (#""wh":1"#, "field \"startsAt\" is missing"),
        // The clock says 2026-11-21T09:00:00Z.
        (#""startsAt":"2026-11-22T09:15:00Z","wh":1"#, "is more than a day in the future"),
        (#""startsAt":"2099-01-01T00:00:00Z","wh":1"#, "is more than a day in the future"),
        (#""startsAt":"2026-08-22T14:45:00Z","wh":1"#, "readings are taken for 90 days"),
        (#""startsAt":"2000-01-01T00:00:00Z","wh":1"#, "readings are taken for 90 days"),
    ])
    func `a wrong reading is refused by its field`(_ fields: String, _ reason: String) throws {
        let scene = Scene()
        scene.harness.send(.kepcoReadings, key: "kim", #"{"eventType":"MeterReading","userId":"kim",\#(fields)}"#)
        try scene.harness.run()
        #expect(scene.harness.deadLetters.count == 1)
        #expect(scene.harness.deadLetters.first?.rejection.reason.contains(reason) == true)
        #expect(days(scene).isEmpty)
    }

    @Test(arguments: [
        ("[]", "field \"wh\" is empty"),
        ("[null,null]", "field \"wh\" holds no reading"),
        ("[1,-1]", "wh[1] is -1, out of range: 0 to 1000000000"),
        ("[1,2010.25]", "wh[1] is 2010.25, too precise: write at most 1 decimals"),
        ("[1,\"2\"]", "wh[1] is \"2\", not a number"),
        ("[1,[2]]", "wh[1] is an array, not a number"),
        ("5", "field \"wh\" is 5, not an array"),
        ("[" + String(repeating: "1,", count: 672) + "1]", "field \"wh\" has 673 elements: at most 672 are allowed"),
        // From 2026-11-20T10:00:00Z on: the last but one is a day ahead of the clock.
        ("[" + String(repeating: "1,", count: 188) + "1,1]", "is more than a day in the future"),
    ])
    func `wrong readings are refused as a whole`(_ wh: String, _ reason: String) throws {
        let scene = Scene()
        scene.harness.send(
            .kepcoReadings, key: "kim",
            #"{"eventType":"MeterReadings","userId":"kim","startsAt":"2026-11-20T10:00:00Z","wh":\#(wh)}"#)
        try scene.harness.run()
        #expect(scene.harness.deadLetters.count == 1)
        #expect(scene.harness.deadLetters.first?.rejection.reason.contains(reason) == true)
        #expect(days(scene).isEmpty)
    }

    @Test(arguments: ["", "a/b", "a\\u0000b", "a\\u200b", "\\ufeffa", "a ", "=\\\"541\\\""])
    func `a customer's id that cannot be one is refused`(_ id: String) throws {
        let scene = Scene()
        scene.harness.send(
            .kepcoReadings, key: nil, #"{"eventType":"MeterReading","userId":"\#(id)","startsAt":1795251600000,"wh":1}"#
        )
        try scene.harness.run()
        #expect(scene.harness.deadLetters.first?.rejection.reason.contains("field \"userId\"") == true)
    }

    @Test func `readings are taken from the oldest day that is kept to a day ahead`() throws {
        let scene = Scene()
        try scene.reading("kim", "2026-08-23T00:00", 1)
        try scene.reading("kim", "2026-11-22T18:00", 2)
        // What has no reading does not count.
        try scene.readings("kim", "2026-11-22T17:45", [3, nil, nil])
        try scene.harness.run()
        #expect(scene.harness.deadLetters.isEmpty)
        #expect(days(scene).count == 2)
    }

    @Test func `old days go when a newer one comes to be, a few at a time`() throws {
        let scene = Scene(partitions: 1, KepcoSettings(daysKept: 20))
        for user in ["kim", "kim2"] {
            for day in 1...20 { try scene.reading(user, "2026-11-\(day < 10 ? "0" : "")\(day)T00:00", 5) }
        }
        try scene.harness.run()
        #expect(days(scene).count == 40)
        scene.takeOutTimers()
        // 2026-12-10: the days before 11-20 are old.
        try scene.harness.advance(by: .seconds(19 * 86_400))
        // A reading of a day that is there deletes nothing.
        try scene.reading("kim", "2026-11-20T00:15", 5)
        try scene.harness.run()
        #expect(days(scene).count == 40)
        try scene.reading("kim", "2026-12-09T00:00", 5)
        try scene.harness.run()
        #expect(days(scene).keys.filter { $0.hasPrefix("kim/") }.count == 13)
        try scene.reading("kim", "2026-12-08T00:00", 5)
        try scene.reading("kim", "2026-12-07T00:00", 5)
        try scene.harness.run()
        #expect(
            days(scene).keys.filter { $0.hasPrefix("kim/") }.sorted()
                == ["kim/2026-11-20", "kim/2026-12-07", "kim/2026-12-08", "kim/2026-12-09"])
        #expect(days(scene).keys.filter { $0.hasPrefix("kim2/") }.count == 20)
    }

    @Test func `a whole day is one row read and one row written`() throws {
        let wh = Array(repeating: "250", count: 96).joined(separator: ",")
        let record =
            #"{"eventType":"MeterReadings","userId":"kim","startsAt":"2026-11-20T00:00:00+09:00","wh":[\#(wh)]}"#
        let store = CountingStore()
        let processor = Processor(KepcoWorker(), partitions: 1)
        let now = Timestamp(milliseconds: 1_795_251_600_000)
        func process() throws -> Processor.Done {
            let bytes = Array(record.utf8)
            let outcome = try processor.process(
                Transaction.Source(topic: Topic.kepcoReadings.name), time: now, now: now, key: nil, value: bytes.span,
                store)
            guard case .done(let done) = outcome else { throw RowMissing() }
            return done
        }
        let kinds = try process().transaction.effects.list.map(\.kind)
        // And a look for checks that it might correct, and for orders that run; of a customer's first day one whether a
        // sweep is set.
        #expect(store.reads == 4)
        #expect(kinds == [.put, .put])
        store.row = Array("{\"wh\":[\(wh)],\"arrived\":\"kg13q1_hN\"}".utf8)
        store.reads = 0
        let effects = try process().transaction.effects.count
        // It is there already: nothing is written and no check is looked for.
        #expect((store.reads, store.scans) == (1, 2))
        #expect(effects == 0)
    }

    private struct RowMissing: Error {}

    private final class CountingStore: Store {
        var row: [UInt8]?
        var reads = 0
        var scans = 0

        func read(table: Int, key: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws {
            reads += 1
            if let row { try body(row.span) }
        }

        func scan(table: Int, from start: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) throws -> Bool) throws {
            scans += 1
        }
    }

    @Test func `what is no reading is refused among the readings, and passed over among the events of others`() throws {
        let scene = Scene()
        scene.harness.send(.kepcoReadings, key: "u1", #"{"eventType":"Temperature","userId":"u1"}"#)
        scene.harness.send(.responseEvents, key: "u1", #"{"eventType":"Listmade","drId":"dr-1","userId":"u1"}"#)
        try scene.harness.run()
        #expect(scene.harness.deadLetters.map(\.rejection.kind) == [.unknownType])
        #expect(
            scene.harness.deadLetters.first?.rejection.reason.contains("which kepco.readings does not take") == true)
    }

    @Test func `tenths of a Wh are kept, and whole ones stay as they were in rows`() throws {
        let scene = Scene()
        try scene.readings("kim", "2026-11-20T00:00", [412, nil, 0, 7])
        try scene.harness.run()
        #expect(days(scene).values.first?.contains(#""tenths""#) == false)
        let value =
            #"{"eventType":"MeterReadings","userId":"kim","startsAt":"2026-11-19T15:00:00Z","wh":[412.5,1.10e1,0.1]}"#
        scene.harness.send(.kepcoReadings, key: "kim", value)
        try scene.harness.run()
        let row = try #require(days(scene).values.first)
        #expect(row.contains(#""wh":[412,11,0,7],"tenths":"501""#), "\(row)")
        var reader = JSONReader()
        var read = Days.Row()
        try reader.read(row.utf8.span) { read = try Days.Row($0) }
        #expect((0..<5).map { read[$0] } == [4125, 110, 1, 70, nil])
    }
}
