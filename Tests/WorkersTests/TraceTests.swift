import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

/// What follows from a record is part of its trace.
@Suite struct TraceTests {
    private let trace = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8.span)
    private let other = TraceParent("00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-00f067aa0ba902b7-00".utf8.span)

    private func traces(_ topic: Topic, in harness: Harness) -> [TraceParent?] {
        (harness.topics[topic.name] ?? []).joined().map(\.trace)
    }

    @Test func `events and commands say the record's trace, and without one say none`() throws {
        var toy = Toy()
        toy.onOrder = { order, transaction in
            transaction.emit(Toy.Order("e", "event"), key: "e")
            if order.text == "first" { transaction.send(Toy.Order("c", "second"), key: "c") }
        }
        for given in [trace, nil] {
            let harness = Harness([toy])
            harness.send(Toy.commands, key: "k", Toy.order("k", "first"), trace: given)
            try harness.run()
            #expect(traces(Toy.events, in: harness) == [given, given])
            #expect(traces(Toy.commands, in: harness) == [given] && traces(Toy.internal, in: harness) == [given])
        }
    }

    @Test func `a record that is sent on or refused keeps its trace`() throws {
        var toy = Toy()
        toy.onOrder = { _, _ in throw Rejection.refused("no") }
        let harness = Harness([toy])
        let home = Partitioner.partition(of: "k", among: 4)
        harness.send(Toy.commands, key: nil, Toy.order("k", ""), partition: (home + 1) % 4, trace: trace)
        try harness.run()
        #expect(traces(Toy.commands, in: harness) == [trace] && traces(Toy.internal, in: harness) == [trace])
        #expect(harness.deadLetters.map(\.trace) == [trace])
    }

    @Test func `a timer belongs to the record that has set it, and so does one that it sets itself`() throws {
        var toy = Toy()
        toy.onOrder = { order, transaction in
            transaction.setTimer("first", order.key.text, at: transaction.now + .seconds(1))
        }
        toy.onTimer = { timer, transaction in
            transaction.emit(Toy.Order("e", timer.kind), key: "e")
            if timer.kind == "first" { transaction.setTimer("second", timer.id, at: transaction.now + .seconds(1)) }
        }
        let harness = Harness([toy], partitions: 1)
        harness.send(Toy.commands, key: "a", Toy.order("a", ""), trace: trace)
        harness.send(Toy.commands, key: "b", Toy.order("b", ""))
        harness.send(Toy.commands, key: "c", Toy.order("c", ""), trace: other)
        try harness.run()
        try harness.advance(by: .seconds(5))
        try harness.advance(by: .seconds(5))
        let said = traces(Toy.events, in: harness)
        #expect(said.count == 6)
        for expected in [trace, nil, other] { #expect(said.filter { $0 == expected }.count == 2) }
    }

    @Test func `a timer whose row cannot be read fires without a trace`() throws {
        var toy = Toy()
        toy.onTimer = { _, transaction in transaction.emit(Toy.Order("e", "late"), key: "e") }
        let timer = Timer(kind: "w", id: "x", due: Timestamp(milliseconds: 1_795_251_600_000))
        let store = MemoryStore(tables: Toy.tables.count + 1)
        store.put(table: Timers.tableIndex, key: timer.key.utf8.span, value: #"{"due":"#.utf8.span)
        let processor = Processor(toy, partitions: 1)
        let fired = try processor.fire(timer, partition: 0, now: timer.due, store)
        #expect(fired.rejection == nil)
        let effects = fired.done.transaction.effects.list
        #expect(effects.map(\.kind) == [.delete, .event])
        #expect(effects.map { fired.done.transaction.effects.provenance(of: $0) } == [nil, nil])
    }

    @Test func `a record that waits keeps its trace, and what it does in the end is part of that`() throws {
        var toy = Toy()
        toy.onOrder = { order, transaction in
            switch order.text {
            case "wait": transaction.put(Toy.Kept.self, order.key.text, transaction.keep())
            case "take":
                let kept = try transaction.row(Toy.Kept.self, order.key.text)
                transaction.within(kept?.provenance ?? Provenance()) {
                    transaction.emit(Toy.Order("e", "late"), key: "e")
                }
                transaction.emit(Toy.Order("e", "own"), key: "e")
            default:
                guard let kept = try transaction.row(Toy.Kept.self, order.key.text) else { return }
                transaction.deadLetter(kept, .refused("given up"))
            }
        }
        let harness = Harness([toy], partitions: 1)
        for (text, trace) in [("wait", trace), ("take", other), ("give up", nil)] {
            harness.send(Toy.commands, key: "k", Toy.order("k", text), trace: trace)
            try harness.run()
        }
        #expect(traces(Toy.events, in: harness) == [trace, other])
        #expect(harness.deadLetters.map(\.trace) == [trace])
    }

    @Test func `the trace of one record does not stick to the next`() throws {
        var toy = Toy()
        toy.onOrder = { order, transaction in
            try transaction.within(Provenance(trace: other)) {
                transaction.emit(Toy.Order("e", ""), key: "e")
                if order.text == "fail" { throw Rejection.refused("no") }
            }
        }
        let harness = Harness([toy], partitions: 1)
        harness.send(Toy.commands, key: "k", Toy.order("k", "fail"), trace: trace)
        try harness.run()
        #expect(traces(Toy.events, in: harness).isEmpty)
        harness.send(Toy.commands, key: "k", Toy.order("k", ""))
        try harness.run()
        #expect(traces(Toy.events, in: harness) == [other])
    }
}
