import Contracts
import Glibc
import JSON
import Testing
import Workers

@testable import Fuzz

/// Whatever comes, a worker decides it or says why not.
@Suite struct WorkerFuzzTests {
    @Test(arguments: Subject.all.map(\.name))
    func `mutated records are decided or refused with a reason`(name: String) throws {
        let subject = try #require(Subject.all.first { $0.name == name })
        var era = Era(subject: subject, seed: 5, number: 0)
        era.records = 3000
        let tally = try era.run()
        #expect(tally.records == 3000 && tally.decisions == tally.records + tally.own)
        #expect(tally.mutated > 2250)
        // All ways are taken, or else little is shown.
        #expect(tally.done > 80 && tally.rows > 200 && tally.messages > 80, "\(tally.line(name))")
        // feed and notify have fewer rules: no mutation makes another channel's name, for example.
        let kinds = ["FeedWorker", "NotifyWorker"].contains(name) ? 3 : 4
        #expect(tally.refused[.malformed, default: 0] > 700 && tally.refused.count >= kinds, "\(tally.line(name))")
        #expect(tally.timers > 0 || !["DRWorker", "ResponseWorker", "KepcoWorker"].contains(name))
    }

    @Test func `the same seed is the same run`() throws {
        let seen = try [0, 0, 1].map { number in
            var records: [String] = []
            var era = Era(subject: Subject.all[0], seed: 9, number: number)
            era.records = 300
            era.witness = { records.append($0) }
            _ = try era.run()
            return records
        }
        #expect(seen[0] == seen[1] && seen[0] != seen[2])
    }

    /// Does to each order what must not be done.
    private struct Faulty: Worker {
        static let context = Context.dr
        static let summary = "what must not be done"
        static let commands = Topic.drCommands
        static let inputs: [Topic] = []
        /// It declares an event that the contract does not list: the schemas say so all the same.
        static let outputs = [
            Topic("dr.events", owner: .dr, key: "drId", .delete(days: 400), [DRStarted.type, UserUpdated.type])
        ]
        static var tables: [any Table.Type] { [Rows.self] }
        var act: (Transaction) throws -> Void
        var handlers: [Handler] {
            [Handler(StartDr.self, home: { _ in nil }, { try act($1) })]
        }
        func fire(_ timer: Timer, _ transaction: Transaction) throws { throw Rejection.refused("no timer is wanted") }
    }

    private enum Rows: Table {
        static let name: StaticString = "rows"

        struct Row: Workers.Row {
            var number: Int64
            init(_ number: Int64) { self.number = number }
            init(_ fields: borrowing Fields) throws(JSONError) { number = try fields.required("number", in: 0...9) }
            func write(_ json: inout JSONWriter) { json.field("number", number) }
        }
    }

    private static let faults: [(String, @Sendable (Transaction) throws -> Void)] = [
        (
            "row rows/a cannot be read back: field \"number\" is 10, out of range: 0 to 9",
            { $0.put(Rows.self, "a", Rows.Row(10)) }
        ),
        ("a row of table rows without a key", { $0.put(Rows.self, "", Rows.Row(1)) }),
        ("DRstarted cannot be read back", { $0.emit(started(""), key: "a") }),
        (
            "dr.events: $.eventType says UserUpdated",
            { $0.emit(UserUpdated(UserState(id: UserID(text: "a"), name: "n", capacity: 1, point: 1)), key: "a") }
        ),
        ("refused without a reason", { _ in throw Rejection.refused("") }),
        ("disk I/O error", { _ in throw Fault("disk I/O error") }),
        ("it is rejected: refused: no timer is wanted", { $0.setTimer("w", "a", at: $0.now) }),
        ("a message to 99", { $0.send(StartDr(id: nil, name: "n", kind: "k"), key: "a", to: 99) }),
    ]

    private static func started(_ name: String) -> DRStarted {
        let time = Timestamp(milliseconds: 1_795_251_600_000)
        return DRStarted(
            id: OrderID(text: "a"), name: name, kind: "k", status: "started", startsAt: time, endsAt: nil)
    }

    @Test(arguments: faults.indices)
    func `a worker that does what must not be is found out, with the record and how to see it again`(
        place: Int
    ) throws {
        let (expected, act) = Self.faults[place]
        let era = Era(subject: Subject(Faulty(act: act)), seed: 3, number: 7)
        let failure = try #require(throws: Failure.self) { try era.run() }
        #expect(failure.fault.contains(expected), "\(failure)")
        #expect(failure.again == "worker Faulty, --seed 3 --era 7")
        #expect(failure.record.contains("value='{") || failure.record.contains("timer="), "\(failure)")
    }

    @Test func `a black box holds what was written last, for another process too`() throws {
        let path = "/tmp/negawatt-black-box-\(getpid())"
        defer { unsafe _ = unlink(path) }
        let box = try BlackBox(path)
        box.write("the first, which is longer")
        box.write("the second")
        #expect(try BlackBox(path).text == "the second")
    }

    @Test func `a record can be typed in again`() {
        let record = FuzzedRecord(
            topic: "t", partition: 1, offset: 2, time: 3, key: nil, type: [0xFF, 0x27], value: Array("{\"a\\é\n".utf8))
        #expect(
            record.description
                == #"topic=t partition=1 offset=2 time=3 key=(none) type='\xff\'' value='{"a\\\xc3\xa9\x0a'"#)
    }
}
