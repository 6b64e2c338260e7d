import Contracts
import Testing
import Workers
import WorkersTesting

/// Rows within one transaction and over several.
@Suite struct RowsTests {
    private func toy(_ body: @escaping (Transaction) throws -> Void) -> Harness {
        Harness([Toy(onOrder: { _, transaction in try body(transaction) })], partitions: 1)
    }

    @Test func `a handler reads what it has written`() throws {
        let harness = toy { transaction in
            try check(transaction, "a", nil)
            transaction.put(Toy.Items.self, "a", Toy.Item(1))
            try check(transaction, "a", 1)
            transaction.put(Toy.Items.self, "a", Toy.Item(2))
            try check(transaction, "a", 2)
            transaction.delete(Toy.Items.self, "a")
            try check(transaction, "a", nil)
            transaction.delete(Toy.Items.self, "never there")
            // The same key in another table.
            transaction.put(Toy.Others.self, "a", Toy.Item(4))
            try check(transaction, "a", nil)
            transaction.put(Toy.Items.self, "a", Toy.Item(3))
            try check(transaction, "a", 3)
        }
        try harness.order("k")
        #expect(harness.rows(Toy.context, Toy.Items.self) == ["a": #"{"number":3}"#])
        #expect(harness.rows(Toy.context, Toy.Others.self) == ["a": #"{"number":4}"#])
    }

    private func check(_ transaction: Transaction, _ key: String, _ number: Int64?) throws {
        let row = try transaction.row(Toy.Items.self, key)
        #expect(row?.number == number)
    }

    @Test func `a row that a transaction deletes is gone for it and for the next`() throws {
        let harness = Harness(
            [
                Toy(onOrder: { order, transaction in
                    if order.text == "put" { return transaction.put(Toy.Items.self, "a", Toy.Item(1)) }
                    try check(transaction, "a", order.text == "delete" ? 1 : nil)
                    transaction.delete(Toy.Items.self, "a")
                    try check(transaction, "a", nil)
                    try transaction.scan(Toy.Items.self) { key, _ in
                        Issue.record("\(key) is seen")
                        return true
                    }
                })
            ], partitions: 1)
        for text in ["put", "delete", "again"] { try harness.order("k", text) }
        #expect(harness.rows(Toy.context, Toy.Items.self).isEmpty)
    }

    @Test func `a rejection rolls back rows, timers, messages and dead letters`() throws {
        let harness = toy { transaction in
            transaction.put(Toy.Items.self, "a", Toy.Item(1))
            transaction.setTimer("w", "a", at: transaction.time + .seconds(1))
            transaction.emit(Toy.Order("a", "event"), key: "a")
            transaction.send(Toy.Order("a", "command"), key: "a")
            transaction.deadLetter(transaction.keep(), .late("too late"))
            throw Rejection.refused("not today")
        }
        try harness.order("k")
        #expect(harness.deadLetters.map(\.rejection) == [.refused("not today")])
        #expect(harness.deadLetters.map(\.value) == [Toy.order("k", "")])
        #expect(harness.rows(Toy.context, Toy.Items.self).isEmpty)
        #expect(harness.rows(Toy.context, Timers.self).isEmpty)
        #expect(harness.values(Toy.events).isEmpty)
        #expect(harness.values(Toy.internal).isEmpty)
    }

    @Test func `a row that cannot be read fails the transaction and blames no record`() throws {
        let worker = Toy(onOrder: { order, transaction in
            if order.text == "put" { return transaction.put(Toy.Items.self, "a", Toy.Item(-1)) }
            transaction.put(Toy.Items.self, "b", Toy.Item(1))
            if order.text == "scan" { try transaction.scan(Toy.Items.self) { _, _ in true } }
            _ = try transaction.row(Toy.Items.self, "a")
        })
        let harness = Harness([worker], partitions: 1)
        try harness.order("k", "put")
        for text in ["get", "scan"] {
            let error = #expect(throws: RowError.self) { try harness.order("k", text) }
            #expect(
                error?.description
                    == #"row "a" of table "items" cannot be read: field "number" is -1, out of range: 0 to 1000000"#)
        }
        #expect(harness.deadLetters.isEmpty)
        #expect(harness.rows(Toy.context, Toy.Items.self) == ["a": #"{"number":-1}"#])
    }

    /// Its rows are people's numbers and addresses.
    private struct Private: Worker {
        static let context = Context("private", hidesValues: true)
        static let summary = "what a test wants of rows that are people's"
        static let commands = Topic(
            "private.commands", owner: context, key: "key", .delete(days: 1), [Toy.Order.type])
        static let inputs: [Topic] = []
        static let outputs: [Topic] = []
        static var tables: [any Table.Type] { [Toy.Items.self] }

        var handlers: [Handler] { [Handler(Toy.Order.self, home: { _ in nil }, Self.handle)] }
        func fire(_ timer: Timer, _ transaction: Transaction) throws {}

        static func handle(_ order: Toy.Order, _ transaction: Transaction) throws {
            transaction.put(Toy.Items.self, "a", Toy.Item(-5_551_234))
            _ = try transaction.row(Toy.Items.self, "a")
        }
    }

    @Test func `a row that cannot be read is named, and what stood in it is not where that is somebody's`() throws {
        let bench = Bench(Private())
        let error = #expect(throws: RowError.self) {
            _ = try bench.process("private.commands", Array(Toy.order("k", "").utf8))
        }
        #expect(
            error?.description
                == #"row "a" of table "items" cannot be read: field "number" is out of range"#)
    }

    @Test func `a scan takes what begins with a prefix, behind a key, until it is stopped`() throws {
        let diary = Diary()
        let harness = toy { transaction in
            for key in ["a", "a/1", "a/2", "a/2/x", "a/3", "a0", "b/1", "ㄱ/1"] {
                transaction.put(Toy.Items.self, key, Toy.Item(1))
            }
            func scan(_ prefix: String, after: String? = nil, atMost limit: Int = 100) throws {
                var keys: [String] = []
                try transaction.scan(Toy.Items.self, prefix: prefix, after: after) { key, _ in
                    keys.append(key)
                    return keys.count < limit
                }
                diary.write(keys.joined(separator: " "))
            }
            try scan("a/")
            try scan("a/", after: "a/2")
            try scan("a/", after: "a/3")
            try scan("a/", after: "a", atMost: 2)
            try scan("a/", after: "b")
            try scan("", after: "b/1")
            try scan("c")
        }
        try harness.order("k")
        #expect(diary.entries == ["a/1 a/2 a/2/x a/3", "a/2/x a/3", "", "a/1 a/2", "", "ㄱ/1", ""])
    }

    @Test func `keys are found without a look at their rows, in their order`() throws {
        let diary = Diary()
        let worker = Toy(onOrder: { order, transaction in
            if order.text == "put" {
                // No row that could be read.
                for key in ["a/1", "a/3", "a/5", "b/1"] { transaction.put(Toy.Items.self, key, Toy.Item(-1)) }
                return
            }
            transaction.put(Toy.Items.self, "a/2", Toy.Item(-1))
            transaction.put(Toy.Items.self, "a/3", Toy.Item(-1))
            transaction.delete(Toy.Items.self, "a/1")
            try diary.write(keys(transaction, "a/", atMost: 10))
            try diary.write(keys(transaction, "a/", atMost: 2))
            try diary.write(keys(transaction, "a/", after: "a/2", atMost: 1))
            try diary.write(keys(transaction, "a/", after: "a/5", atMost: 1))
            try diary.write(keys(transaction, "b/", atMost: 1))
            try diary.write(keys(transaction, "c", atMost: 1))
        })
        let harness = Harness([worker], partitions: 1)
        for text in ["put", "look"] { try harness.order("k", text) }
        #expect(diary.entries == ["a/2 a/3 a/5", "a/2 a/3", "a/3", "", "b/1", ""])
    }

    private func keys(
        _ transaction: Transaction, _ prefix: String, after: String? = nil, atMost limit: Int
    ) throws -> String {
        try transaction.keys(Toy.Items.self, prefix: prefix, after: after, atMost: limit).joined(separator: " ")
    }

    @Test func `a scan lends each row once while its body writes to the same table`() throws {
        let harness = Harness(
            [
                Toy(onOrder: { order, transaction in
                    if order.text == "put" {
                        for number in 0..<20 {
                            transaction.put(Toy.Items.self, String(UnicodeScalar(UInt8(97 + number))), Toy.Item(0))
                        }
                        return
                    }
                    transaction.put(Toy.Items.self, "aa", Toy.Item(0))
                    var seen: [String] = []
                    try transaction.scan(Toy.Items.self) { key, row in
                        seen.append(key)
                        transaction.put(Toy.Items.self, key, Toy.Item(row.number + 1))
                        transaction.put(Toy.Items.self, key + "z", Toy.Item(9))
                        try check(transaction, key, row.number + 1)
                        return true
                    }
                    #expect(seen.count == 21)
                    #expect(seen == seen.sorted())
                })
            ], partitions: 1)
        try harness.order("k", "put")
        try harness.order("k", "scan")
        let rows = harness.rows(Toy.context, Toy.Items.self)
        #expect(rows.values.count { $0 == #"{"number":1}"# } == 21)
        #expect(rows.values.count { $0 == #"{"number":9}"# } == 21)
    }
}
