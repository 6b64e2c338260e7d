import Contracts
import Testing
import Workers
import WorkersTesting

/// Where records and messages go, and what they are called.
@Suite struct RoutingTests {
    private func home(_ key: String) -> Int32 { Partitioner.partition(of: key, among: 4) }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a record without a key or in another partition is handled once, at home, as it came`(seed: UInt64) throws {
        let diary = Diary()
        let worker = Toy(onOrder: { order, transaction in
            #expect(transaction.partition == transaction.home(of: order.key.text))
            diary.write(order.text)
        })
        let harness = Harness([worker], partitions: 4, seed: seed)
        for number in 0..<8 {
            let topic = number % 2 == 0 ? Toy.commands : Toy.others
            harness.send(topic, key: nil, Toy.order("k\(number)", "keyless \(number)"), type: "Order")
            harness.send(topic, key: "wrong", Toy.order("k\(number)", "wrong \(number)"))
            let value = Toy.order("k\(number)", "hashed otherwise \(number)")
            harness.send(topic, key: "k\(number)", value, partition: (home("k\(number)") + 1) % 4)
        }
        try harness.run()
        #expect(diary.entries.count == 24)
        #expect(Set(diary.entries).count == 24)
        #expect(harness.deadLetters.isEmpty)
        // What was forwarded lies among what the context says to itself, unchanged.
        let sentOn = try #require(harness.topics["toy.internal"]).joined().filter { record in
            record.value?.contains("hashed otherwise") == true && record.partition == home(record.key ?? "")
        }
        #expect(sentOn.count == 8)
        for record in sentOn { #expect(record.value?.hasPrefix(#"{"eventType":"Order","key":"k"#) == true) }
    }

    @Test func `a record that is forwarded has no effect where it lies`() throws {
        let harness = Harness(
            [Toy(onOrder: { _, transaction in transaction.put(Toy.Items.self, "a", Toy.Item(1)) })], partitions: 4)
        let partition = (home("k") + 1) % 4
        harness.send(Toy.commands, key: "k", Toy.order("k", ""), type: "Order", partition: partition)
        try harness.run()
        #expect(harness.rows(Toy.context, Toy.Items.self).count == 1)
        let records = try #require(harness.topics["toy.commands"])
        #expect(records[Int(partition)].count == 1)
        let moved = try #require(harness.topics["toy.internal"]?[Int(home("k"))].first)
        #expect(moved.key == "k" && moved.type == "Order" && moved.value == Toy.order("k", ""))
        #expect(moved.time == records[Int(partition)][0].time)
    }

    @Test func `messages go to the partition of their key or to the one that is named`() throws {
        let worker = Toy(onOrder: { order, transaction in
            guard order.text == "start" else { return }
            transaction.emit(Toy.Order("a", "event"), key: "a")
            transaction.send(Toy.Order("b", "command"), key: "b")
            for partition in 0..<transaction.partitions {
                transaction.send(Toy.Order("c", "to \(partition)"), key: "c", to: partition)
            }
        })
        let harness = Harness([worker], partitions: 4)
        harness.send(Toy.commands, key: "k", Toy.order("k", "start"))
        try harness.run()
        let event = try #require(harness.topics["toy.events"]?[Int(home("a"))].first)
        let start = harness.clock.milliseconds
        #expect(event.value == #"{"eventType":"Order","timestamp":\#(start),"key":"a","text":"event"}"#)
        #expect(event.type == "Order" && event.key == "a")
        #expect(event.id == "toy.commands-\(home("k"))-0-0", "where its record lies, and its number there")

        let commands = try #require(harness.topics["toy.internal"])
        let command = try #require(commands.joined().first { $0.value?.contains("command") == true })
        #expect(command.partition == home("b") && command.id == "toy.commands-\(home("k"))-0-1")
        for partition in 0..<4 {
            let named = commands[partition].filter { $0.value?.contains(#""to \#(partition)""#) == true }
            #expect(named.first?.id == "toy.commands-\(home("k"))-0-\(partition + 2)")
        }
    }

    @Test func `what a handler says has the time of its record, not of the clock`() throws {
        let harness = Harness(
            [Toy(onOrder: { order, transaction in transaction.emit(order, key: "k") })], partitions: 1)
        let stated = #"{"eventType":"Order","timestamp":1795000000000,"key":"k","text":"stated"}"#
        harness.send(Toy.others, key: "k", stated)
        try harness.run()
        harness.send(Toy.others, key: "k", Toy.order("k", "Kafka's"), at: Timestamp(milliseconds: 1_795_100_000_000))
        try harness.run()
        let times = harness.values(Toy.events).map { $0.split(separator: ",")[1] }
        #expect(times == [#""timestamp":1795000000000"#, #""timestamp":1795100000000"#])
    }

    @Test func `a kept record is given up as it came`() throws {
        let worker = Toy(
            onOrder: { _, transaction in
                let record = transaction.keep()
                transaction.put(Toy.Kept.self, "\(record.offset)", record)
                transaction.setTimer("give up", "\(record.offset)", at: transaction.now + .seconds(60))
            },
            onTimer: { timer, transaction in
                let record = try #require(try transaction.row(Toy.Kept.self, timer.id))
                transaction.delete(Toy.Kept.self, timer.id)
                transaction.deadLetter(record, .late("\(record.key ?? "no key") waited for a minute"))
            })
        let harness = Harness([worker], partitions: 1)
        let value = #" {"eventType": "Order", "key":"k", "text":"\u00e9\n\"", "more": [1.50]} "#
        harness.send(Toy.commands, key: "k", value)
        harness.send(Toy.others, key: nil, value)
        try harness.run()
        #expect(harness.deadLetters.isEmpty)
        #expect(harness.rows(Toy.context, Toy.Kept.self).count == 1, "both have offset 0")
        let untyped = #"{"key":"k","text":""}"#
        harness.send(Toy.commands, key: nil, value)
        harness.send(Toy.commands, key: "k", untyped, type: "Order")
        try harness.run()
        try harness.advance(by: .seconds(60))
        #expect(harness.rows(Toy.context, Toy.Kept.self).isEmpty)
        #expect(harness.deadLetters.map(\.value) == [value, value, untyped])
        #expect(harness.deadLetters.map(\.type) == [nil, nil, "Order"], "only this says what it is")
        #expect(harness.deadLetters[1].source == "toy.commands-0-1")
        #expect(harness.deadLetters[1].rejection == .late("no key waited for a minute"))
    }

    /// Its dead letter says where the record lay, not where the command lies that asked for it.
    @Test func `a dead letter that is handled again and waits in vain again is given up as the record that it was`()
        throws
    {
        let worker = Toy(
            onOrder: { _, transaction in
                transaction.put(Toy.Kept.self, "kept", transaction.keep())
                transaction.setTimer("give up", "kept", at: transaction.now + .seconds(60))
            },
            onTimer: { timer, transaction in
                let record = try #require(try transaction.row(Toy.Kept.self, timer.id))
                transaction.delete(Toy.Kept.self, timer.id)
                transaction.deadLetter(record, .late("it waited for a minute"))
            })
        let harness = Harness([worker], partitions: 1)
        harness.send(Toy.commands, key: "k", #"{"eventType":"Pause"}"#)
        harness.send(Toy.commands, key: "k", Toy.order("k", "first"))
        try harness.run()
        try harness.advance(by: .seconds(60))
        harness.send(Toy.commands, key: nil, #"{"eventType":"Replay","partition":0,"offset":0}"#)
        try harness.run()
        try harness.advance(by: .seconds(60))
        #expect(harness.deadLetters.map(\.source) == ["toy.commands-0-1", "toy.commands-0-1"])
        #expect(harness.deadLetters.map(\.value) == [Toy.order("k", "first"), Toy.order("k", "first")])
        #expect(harness.deadLetters[0].time == harness.deadLetters[1].time)
    }
}
