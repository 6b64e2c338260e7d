import Chance
import Contracts
import Testing
import Workers
import WorkersTesting

@Suite struct TimersTests {
    private static let start = Timestamp(milliseconds: 1_795_251_600_000)

    private func toy(
        _ partitions: Int32 = 1, seed: UInt64 = 1, onOrder: @escaping (Toy.Order, Transaction) throws -> Void,
        onTimer: @escaping (Timer, Transaction) throws -> Void
    ) -> Harness {
        Harness([Toy(onOrder: onOrder, onTimer: onTimer)], partitions: partitions, seed: seed, clock: Self.start)
    }

    @Test func `timers fire in the order in which they are due, each at its time`() throws {
        let diary = Diary()
        let harness = toy { _, transaction in
            for seconds in [30, 10, 20, 0, 20] as [Int64] {
                transaction.setTimer("w", "\(seconds)", at: transaction.time + .seconds(seconds))
            }
            transaction.setTimer("w", "past", at: transaction.time - .seconds(5))
            transaction.setTimer("w", "long past", at: Timestamp(milliseconds: 999_999_999_999))
        } onTimer: { timer, transaction in
            #expect(transaction.time == timer.due)
            #expect(transaction.now >= timer.due)
            #expect(transaction.source.topic.isEmpty)
            diary.write(timer.id)
        }
        try harness.order("k")
        #expect(diary.entries == ["long past", "past", "0"], "one that is due now fires now")
        try harness.advance(by: .milliseconds(9999))
        #expect(diary.entries.count == 3)
        try harness.advance(by: .milliseconds(1))
        #expect(diary.entries.last == "10")
        try harness.advance(by: .seconds(3600))
        #expect(diary.entries == ["long past", "past", "0", "10", "20", "30"])
        #expect(harness.rows(Toy.context, Timers.self).isEmpty)
    }

    @Test func `a cancelled timer does not fire, nor one cancelled in the transaction that set it`() throws {
        let diary = Diary()
        let harness = toy { order, transaction in
            let due = Self.start + .seconds(10)
            let timer = transaction.setTimer("w", "a/b/c", at: due)
            transaction.setTimer("w", "other", at: due)
            #expect(Timer(key: timer.key) == timer)
            if order.text != "keep" { transaction.cancel(timer) }
        } onTimer: { timer, _ in
            diary.write(timer.id)
        }
        try harness.order("k", "keep")
        #expect(harness.rows(Toy.context, Timers.self).count == 2)
        try harness.order("k", "cancel")
        #expect(harness.rows(Toy.context, Timers.self).count == 1)
        try harness.advance(by: .seconds(10))
        #expect(diary.entries == ["other"])
    }

    @Test func `what wakes itself while it fires is later than itself, and each step has its own ids`() throws {
        let diary = Diary()
        let harness = toy { _, transaction in
            transaction.setTimer("step", "a", at: transaction.time)
        } onTimer: { timer, transaction in
            diary.write("\(timer.due.milliseconds - Self.start.milliseconds)")
            transaction.emit(Toy.Order("k", "event"), key: "k")
            // At its own time, and before it.
            let back = Duration.seconds(diary.entries.count % 2 * 60)
            if diary.entries.count < 5 { transaction.setTimer("step", "a", at: transaction.time - back) }
        }
        try harness.order("k")
        // The steps behind the clock wait for it.
        #expect(diary.entries == ["0"])
        try harness.advance(by: .milliseconds(100))
        #expect(diary.entries == ["0", "1", "2", "3", "4"])
        let ids = try #require(harness.topics["toy.events"])[0].compactMap(\.id)
        #expect(ids.first == "timer-0-1795251600000/step/a-0")
        #expect(Set(ids).count == 5)
    }

    @Test func `what would be due behind all times that rows can hold never fires, and can be read back`() throws {
        let diary = Diary()
        let harness = toy { _, transaction in
            #expect(transaction.setTimer("w", "a", at: .last + .seconds(5)).due == .last)
            transaction.setTimer("w", "b", at: .last - .milliseconds(1))
        } onTimer: { timer, transaction in
            diary.write(timer.id)
            for id in ["c", "d"] { transaction.setTimer("w", id, at: transaction.time + .seconds(60)) }
        }
        try harness.order("k")
        try harness.advance(by: .milliseconds(Timestamp.last.milliseconds - Self.start.milliseconds))
        #expect(diary.entries == ["b"])
        let timers = harness.rows(Toy.context, Timers.self)
        #expect(timers.keys.sorted() == ["a", "c", "d"].map { "4102444799999/w/\($0)" })
        #expect(Set(timers.values) == [#"{"due":"2099-12-31T23:59:59.999Z"}"#])
    }

    @Test func `a timer that fails keeps its place`() throws {
        struct Failure: Error {}
        let harness = toy { _, transaction in
            transaction.setTimer("w", "a", at: transaction.time)
        } onTimer: { _, transaction in
            transaction.put(Toy.Items.self, "a", Toy.Item(1))
            throw Failure()
        }
        #expect(throws: Failure.self) { try harness.order("k") }
        #expect(harness.rows(Toy.context, Timers.self).count == 1)
        #expect(harness.rows(Toy.context, Toy.Items.self).isEmpty)
    }

    @Test func `a timer that is refused is gone, and nothing else has happened`() throws {
        let bench = Bench(
            Toy(onTimer: { timer, transaction in
                transaction.put(Toy.Items.self, "a", Toy.Item(1))
                transaction.setTimer("w", "again", at: timer.due)
                if timer.id == "bad" { throw Rejection.conflict("it cannot be") }
            }))
        #expect(try bench.fire(Timer(kind: "w", id: "bad", due: Self.start)) == .conflict("it cannot be"))
        #expect(bench.effects == ["delete timers/1795251600000/w/bad"])
        #expect(try bench.fire(Timer(kind: "w", id: "good", due: Self.start)) == nil)
        #expect(
            bench.effects == [
                "delete timers/1795251600000/w/good", "put items/a", "put timers/1795251600001/w/again",
            ])
    }

    @Test(arguments: ["", "1795251600000", "1795251600000/w", "soon/w/a", "/w/a"])
    func `what is no timer's key is refused`(key: String) { #expect(Timer(key: key) == nil) }

    /// Swift counts a slash and a combining character behind it as one.
    @Test(arguments: ["\u{301}", "\u{200D}a", "a/b", "//", "\u{FE0F}/\u{308}"])
    func `a timer's key is read back, whatever its id begins with`(id: String) throws {
        let timer = try #require(Timer(key: Timer(kind: "w", id: id, due: Self.start).key))
        #expect((timer.kind, timer.due) == ("w", Self.start))
        #expect(timer.id.utf8.elementsEqual(id.utf8))
    }

    @Test func `keys of timers sort as their times`() {
        let times: [Int64] = [0, 1, 999_999_999_999, 1_000_000_000_000, 1_795_251_600_000, 4_102_444_800_000]
        let keys = times.map { Timer(kind: "w", id: "a", due: Timestamp(milliseconds: $0)).key }
        #expect(keys == keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(keys.compactMap { Timer(key: $0)?.due.milliseconds } == times)
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `random timers fire once each, in order within a shard`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let diary = Diary()
        let harness = toy(4, seed: seed) { order, transaction in
            let seconds = Int64(order.text) ?? 0
            transaction.setTimer("w", order.key.text, at: Self.start + .seconds(seconds))
        } onTimer: { timer, transaction in
            diary.write("\(transaction.partition) \(timer.due.milliseconds) \(timer.id)")
        }
        for number in 0..<50 {
            let seconds = Int.random(in: 0...100, using: &random)
            harness.send(Toy.commands, key: "k\(number)", Toy.order("k\(number)", "\(seconds)"))
        }
        try harness.run()
        while diary.entries.count < 50, harness.clock < Self.start + .seconds(200) {
            try harness.advance(by: .seconds(Int64.random(in: 1...30, using: &random)))
        }
        #expect(Set(diary.entries).count == 50)
        // A run may take timers as they fall due before it has read the records that set others.
        let late = diary.entries.filter { !$0.contains(" \(Self.start.milliseconds) ") }
        for partition in 0..<4 {
            let times = late.filter { $0.hasPrefix("\(partition) ") }.map { $0.split(separator: " ")[1] }
            #expect(times == times.sorted())
        }
    }
}
