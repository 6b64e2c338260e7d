import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

/// Sweeps of a worker with a table of numbers, of which those below 100 are old.
@Suite struct SweepTests {
    /// 2026-11-21T09:00:00Z.
    private static let nine = Timestamp(milliseconds: 1_795_251_600_000)
    /// When the sweep of that day begins.
    private static let evening = nine + .seconds(9 * 3600)

    private func toy(_ limit: Int, parts: Int = 1, _ sizes: @escaping (Int) -> Void = { _ in }) -> Toy {
        let part = Sweep.Part("items", Toy.orders) { cursor, transaction in
            let (rows, next) = try transaction.someRows(Toy.Items.self, after: cursor, atMost: limit)
            let old = rows.filter { $0.row.number < 100 }
            sizes(rows.count)
            for (key, _) in old { transaction.delete(Toy.Items.self, key) }
            return Sweep.Step(cursor: next, deleted: old.count)
        }
        return Toy { order, transaction in
            for number in order.text.split(separator: " ") {
                transaction.put(Toy.Items.self, "\(order.key)/\(number)", Toy.Item(Int64(number) ?? 0))
            }
            try transaction.armSweep()
        } onTimer: { timer, transaction in
            guard timer.kind == Sweep.timerKind else { return }
            try transaction.sweep(timer.id, Array(repeating: part, count: parts))
        }
    }

    private func sweeps(_ harness: Harness) -> [String] { harness.rows(Toy.context, Timers.self).keys.sorted() }

    @Test func `it begins at six in the evening of UTC`() {
        let hour = Duration.seconds(3600)
        #expect("\(Self.evening)" == "2026-11-21T18:00:00Z")
        #expect(Sweep.next(after: Self.nine) == Self.evening)
        #expect(Sweep.next(after: Self.evening - .milliseconds(1)) == Self.evening)
        #expect(Sweep.next(after: Self.evening) == Self.evening + hour * 24)
        #expect(Sweep.next(after: Self.evening + hour * 6) == Self.evening + hour * 24)
        #expect(Sweep.next(after: Timestamp(milliseconds: 0)) == Timestamp(milliseconds: 18 * 3_600_000))
    }

    @Test(arguments: 1...8) func `old rows go in steps of any size, once a day`(limit: Int) throws {
        var sizes: [Int] = []
        let harness = Harness([toy(limit) { sizes.append($0) }], partitions: 1, clock: Self.nine)
        try harness.order("k", "1 2 3 101 4 102 5")
        try harness.order("l", "103")
        #expect(sweeps(harness) == ["\(Self.evening.milliseconds)/sweep/"])
        try harness.advance(by: .seconds(9 * 3600) - .milliseconds(1))
        #expect(harness.rows(Toy.context, Toy.Items.self).count == 8 && sizes.isEmpty)
        try harness.advance(by: .seconds(60))
        #expect(harness.rows(Toy.context, Toy.Items.self).keys.sorted() == ["k/101", "k/102", "l/103"])
        #expect(sizes.allSatisfy { $0 <= limit } && sizes.reduce(0, +) == 8)
        // The next one, and nothing of this one.
        let next = Self.evening + .seconds(86_400)
        #expect(sweeps(harness) == ["\(next.milliseconds)/sweep/"])
        // What comes meanwhile sets no other.
        try harness.order("k", "6")
        #expect(sweeps(harness).count == 1)
        try harness.advance(by: .seconds(86_400))
        #expect(harness.rows(Toy.context, Toy.Items.self).count == 3)
    }

    /// Records that lie in Kafka for days, or whose sender states an old time.
    @Test func `what a record of before sets is the next sweep, and not one at once`() throws {
        let diary = Diary()
        let harness = Harness([toy(10) { _ in diary.write("step") }], partitions: 1, clock: Self.nine)
        for days: Int64 in [3, 2, 400] {
            try harness.order("k", "101", at: Self.nine - .seconds(days * 86_400))
            #expect(sweeps(harness) == ["\(Self.evening.milliseconds)/sweep/"])
        }
        #expect(diary.entries.isEmpty)
    }

    @Test func `between two steps other timers go first`() throws {
        let diary = Diary()
        var toy = toy(1) { _ in diary.write("step") }
        let sweep = toy.onTimer
        toy.onTimer = { timer, transaction in
            if timer.kind == "w" { diary.write("timer") }
            try sweep(timer, transaction)
        }
        let order = toy.onOrder
        toy.onOrder = { message, transaction in
            try order(message, transaction)
            transaction.setTimer("w", "x", at: Self.evening + .milliseconds(1))
        }
        let harness = Harness([toy], partitions: 1, clock: Self.nine)
        try harness.order("k", "1 2 3")
        try harness.advance(by: .seconds(9 * 3600 + 1))
        #expect(diary.entries == ["step", "timer", "step", "step", "step"])
    }

    @Test func `after an outage of days there is one sweep, and the next one in time`() throws {
        var steps = 0
        let harness = Harness([toy(100) { _ in steps += 1 }], partitions: 1, clock: Self.nine)
        try harness.order("k", "1")
        try harness.advance(by: .seconds(400 * 86_400))
        #expect(steps == 1)
        let next = Sweep.next(after: harness.clock)
        #expect(sweeps(harness) == ["\(next.milliseconds)/sweep/"])
        // At the end of time none is set that nobody could read.
        try harness.advance(by: .milliseconds(Timestamp.last.milliseconds - harness.clock.milliseconds))
        #expect(steps == 2 && sweeps(harness).isEmpty)
    }

    @Test(arguments: ["7/0/x", "0/0.0/x", "0//x", "-1/0/x", "0/-4/x", "0", "x/0/", "0/9223372036854775807/x"])
    func `what another version has set is let go`(id: String) throws {
        let bench = Bench(toy(100))
        #expect(try bench.fire(Timer(kind: Sweep.timerKind, id: id, due: Self.nine)) == nil)
        #expect(bench.effects == ["delete timers/\(Self.nine.milliseconds)/sweep/\(id)"])
    }

    @Test func `a cursor may be any key, and each part begins at its first row`() throws {
        let harness = Harness([toy(1, parts: 3)], partitions: 1, clock: Self.nine)
        for key in ["\u{301}a", "b", "a", "é"] { try harness.order(key, "101") }
        try harness.advance(by: .seconds(9 * 3600 + 60))
        #expect(harness.rows(Toy.context, Toy.Items.self).count == 4)
        #expect(sweeps(harness).count == 1)
    }

    @Test func `a row that cannot be read is passed over`() throws {
        let (store, worker) = (MemoryStore(tables: 4), toy(2))
        for (key, value) in [("a", "1"), ("b", "[]"), ("c", "2"), ("d", #""x""#), ("e", "101"), ("f", "3")] {
            let row = #"{"number":\#(value)}"#
            store.put(table: 1, key: key.utf8.span, value: row.utf8.span)
        }
        let processor = Processor(worker, partitions: 1)
        var timer: Timer? = Timer(kind: Sweep.timerKind, id: "", due: Self.evening)
        var deleted: [String] = []
        var reports = 0
        while let next = timer {
            timer = nil
            let fired = try processor.fire(next, partition: 0, now: Self.evening, store)
            #expect(fired.rejection == nil)
            fired.done.transaction.effects.lendEach { effect, _, key, _ in
                let key = unsafe key.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
                if effect.kind == .delete, effect.table == 1 { deleted.append(key) }
                if effect.kind == .put, let step = Timer(key: key), !step.id.isEmpty { timer = step }
            }
            guard let report = fired.done.transaction.effects.sweep else { continue }
            reports += 1
            #expect(report.deleted.map(\.rows) == [3])
        }
        #expect(deleted == ["a", "c", "f"] && reports == 1)
    }
}
