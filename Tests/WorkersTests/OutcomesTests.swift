import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

/// What becomes of a record by what it is.
@Suite struct OutcomesTests {
    private let bench = Bench(Toy())

    private func process(
        _ value: String?, header: String? = nil, in topic: String = "toy.commands", time: Int64 = 1_795_251_600_000
    ) throws -> Processor.Outcome {
        let value = value.map { Array($0.utf8) }
        return try bench.process(topic, value, header: header.map { Array($0.utf8) }, time: time)
    }

    @Test(
        arguments: [
            (nil, "the record has no value"),
            ("", "the record is not a JSON object"), ("kt", "the record is not a JSON object"),
            ("[]", "the record is not a JSON object"), ("null", "the record is not a JSON object"),
            ("{", "the record is not valid JSON, at its end"),
            (#"{"eventType":"Order","key":}"#, #"the record is not valid JSON, at byte 27: "}""#),
            (#"{"eventType":"Order"} x"#, #"the record has more text after its end, at byte 22: "x""#),
            (#"{"eventType":"Order"}"#, #"field "key" is missing"#),
            (#"{"eventType":"Order","key":null,"text":""}"#, #"field "key" is missing"#),
            (#"{"eventType":"Order","key":"","text":""}"#, #"field "key" is empty: write 1 to 100 characters"#),
            (
                #"{"eventType":"Order","key":"a/b","text":""}"#,
                #"field "key" is "a/b", which has a slash: ids cannot have one"#
            ),
            (
                #"{"eventType":"Order","key":1.5,"text":""}"#,
                #"field "key" is 1.5, neither a string nor a whole number in plain digits"#
            ),
            (#"{"eventType":"Order","key":"k","text":7}"#, #"field "text" is 7, not a string"#),
            (#"{"key":"k","text":""}"#, #"field "eventType" is missing"#),
            (#"{"eventType":null,"key":"k","text":""}"#, #"field "eventType" is missing"#),
            (
                #"{"eventType":{},"key":"k"}"#,
                #"field "eventType" is an object, neither a string nor a whole number in plain digits"#
            ),
            (
                #"{"eventType":"Order","key":"k","text":"","timestamp":"yesterday"}"#,
                #"field "timestamp" is "yesterday", not a time: write 2026-11-21T09:00:00Z, 2026-11-21T18:00:00+09:00 or milliseconds since 1970"#
            ),
            (
                #"{"eventType":"Order","key":"k","text":"","timestamp":9223372036854775807}"#,
                #"field "timestamp" is 9223372036854775807, out of range: 2000-01-01T00:00:00Z to 2099-12-31T23:59:59.999Z"#
            ),
        ] as [(String?, String)])
    func `a wrong record is refused with a reason that names the field`(value: String?, reason: String) throws {
        for topic in ["toy.commands", "other.events"] {
            #expect(try process(value, in: topic).rejection == Rejection(.malformed, reason))
        }
    }

    @Test func `a message of an unknown type is refused among the commands and passed over elsewhere`() throws {
        for (value, header) in [
            (#"{"eventType":"Dream"}"#, nil), (#"{"eventType":"Dream"}"#, "Order"), ("{}", "Dream"),
        ] as [(String, String?)] {
            let place = header == "Dream" ? #"header "type" is"# : #"field "eventType" says"#
            let reason = #"\#(place) "Dream", which toy.commands does not take; it takes Order, Pause, Replay"#
            #expect(try process(value, header: header).rejection == Rejection(.unknownType, reason))
            #expect(try process(value, header: header, in: "other.events").isSkipped)
        }
        #expect(try process(#"{"eventType":7}"#).rejection?.kind == .unknownType)
    }

    @Test func `a message of an unknown type is refused in each topic of the context's own, with what that takes`()
        throws
    {
        for (topic, takes) in [("toy.commands", "Order, Pause, Replay"), ("toy.inbox", "Pause")] {
            let reason = "field \"eventType\" says \"Dream\", which \(topic) does not take; it takes \(takes)"
            #expect(
                try process(#"{"eventType":"Dream"}"#, in: topic).rejection == Rejection(.unknownType, reason))
        }
    }

    @Test func `the name in the value wins over the header, which serves when there is none`() throws {
        #expect(try process(#"{"key":"k","text":""}"#, header: "Order").isDone)
        #expect(try process(#"{"eventType":null,"key":"k","text":""}"#, header: "Order").isDone)
        #expect(try process(#"{"eventType":"Order","key":"k","text":""}"#, header: "Dream").isDone)
        #expect(try process(#"{"eventType":"Pause"}"#, header: "Order").isDone, "it has no key")
        #expect(try process(#"{"eventType":"\u004frder","key":"k","text":""}"#).isDone)
        #expect(try process(#"{"eventType":"\u004frder","key":"k","text":""}"#, header: "Dream").isDone)
        #expect(bench.done?.type == Toy.Order.type)
        #expect(try process(#"{"eventType":{},"key":"k","text":""}"#, header: "Order").rejection?.kind == .malformed)
    }

    @Test func `a record that does not say what it is asks for its header, and is refused without one`() throws {
        let harness = Harness([Toy()], partitions: 1)
        for (value, type) in [
            (#"{"key":"k","text":""}"#, "Order"), (#"{"key":"k","text":""}"#, nil), ("{}", "Dream"),
        ] as [(String, String?)] {
            harness.send(Toy.commands, key: "k", value, type: type)
        }
        try harness.run()
        #expect(harness.deadLetters.map(\.source) == ["toy.commands-0-1", "toy.commands-0-2"])
        #expect(harness.deadLetters.map(\.rejection.kind) == [.malformed, .unknownType])
        #expect(harness.deadLetters.first?.rejection == Rejection(JSONError(field: "eventType", .missing)))
    }

    @Test func `a header is looked for only where the value does not state the type, and once`() throws {
        let processor = Processor(Toy(), partitions: 1)
        var looks = 0
        for (value, expected) in [(Toy.order("k", ""), 0), (#"{"key":"k","text":""}"#, 1), ("{", 1)] {
            _ = try processor.process(
                Transaction.Source(topic: "toy.commands"), time: Timestamp(milliseconds: 1_795_251_600_000),
                now: Timestamp(milliseconds: 1_795_251_600_000),
                type: { body in
                    looks += 1
                    try body("Order".utf8.span)
                }, key: nil, value: value.utf8.span, Bench.EmptyStore())
            #expect(looks == expected)
        }
    }

    @Test func `a number is understood as an id`() throws {
        let diary = Diary()
        let bench = Bench(Toy(onOrder: { order, _ in diary.write(order.key.text) }))
        _ = try bench.process("toy.commands", Array(#"{"eventType":"Order","key":42,"text":""}"#.utf8))
        #expect(diary.entries == ["42"])
    }

    /// Spring's mapper of headers writes names as JSON.
    @Test func `a header in quotes is taken for the name between them`() throws {
        #expect(try process(#"{"key":"k","text":""}"#, header: #""Order""#).isDone)
        #expect(bench.done?.type == Toy.Order.type)
        for header in [#""Dream""#, #""""#, #"""#, #""Order"#, #"""Order"""#] {
            let rejection = try process("{}", header: header).rejection
            #expect(rejection?.kind == .unknownType)
            #expect(rejection?.reason.hasPrefix(#"header "type" is "#) == true, "\(String(describing: rejection))")
        }
        let reason =
            #"header "type" is ""Dream"", which toy.commands does not take; it takes Order, Pause, Replay; write the name without quotes"#
        #expect(try process("{}", header: #""Dream""#).rejection?.reason == reason)
        #expect(try process(#"{"eventType":"\"Order\"","key":"k","text":""}"#).rejection?.kind == .unknownType)
    }

    @Test func `a record of an outsider has at most 1000 members, and one of a context 8000`() throws {
        for (topic, limit) in [("toy.commands", 1000), ("toy.inbox", 1000), ("other.events", 8000)] {
            func record(_ members: Int) -> String {
                let rest = Array(repeating: "1", count: members - 4).joined(separator: ",")
                return #"{"eventType":"Pause","key":"k","text":"","x":[\#(rest)]}"#
            }
            #expect(try process(record(limit), in: topic).rejection?.reason.contains("members") != true)
            #expect(
                try process(record(limit + 1), in: topic).rejection?.reason.contains("more than \(limit) members")
                    == true)
        }
    }

    @Test func `a record of an outsider is at most 64 KiB large, and one of a context 512 KiB`() throws {
        func record(_ size: Int) -> String {
            let frame = Toy.order("k", "").utf8.count
            return Toy.order("k", String(repeating: "x", count: size - frame))
        }
        for (topic, limit) in [("toy.commands", 65_536), ("other.events", 524_288)] {
            #expect(try process(record(limit), in: topic).isDone)
            let reason = "the record has \(limit + 1) bytes: at most \(limit) are allowed"
            #expect(try process(record(limit + 1), in: topic).rejection == Rejection(.malformed, reason))
        }
        let deep = String(repeating: "[", count: 1000)
        #expect(
            try process(#"{"eventType":"Order","x":\#(deep)"#).rejection?.reason
                == "the record is nested too deeply: at most 64 levels are allowed")
    }

    @Test func `a long unknown name is cut short in the reason`() throws {
        // One character to people, hundreds of scalars.
        let name = "e" + String(repeating: "\u{301}", count: 5000)
        let reason = try #require(try process(#"{"eventType":"\#(name)"}"#).rejection?.reason)
        #expect(reason.utf8.count < 400)
    }

    @Test(
        arguments: [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE3, 0x81]] as [[UInt8]])
    func `text that is not UTF-8 is refused, and so is a key that is not kept`(bytes: [UInt8]) throws {
        let value = Array(#"{"eventType":"Order","key":"k","text":""#.utf8) + bytes + Array(#""}"#.utf8)
        let rejection = try bench.process("toy.commands", value).rejection
        #expect(rejection?.reason.hasPrefix("the record is not valid UTF-8, at byte 39: ") == true)

        let diary = Diary()
        let keeper = Bench(Toy(onOrder: { _, transaction in diary.write(transaction.keep().key ?? "none") }))
        #expect(try keeper.process("toy.commands", Array(Toy.order("k", "").utf8), key: bytes).isDone)
        #expect(try keeper.process("toy.commands", Array(Toy.order("k", "").utf8), key: []).isDone)
        #expect(try keeper.process("toy.commands", Array(Toy.order("k", "").utf8), header: bytes).isDone)
        #expect(diary.entries == ["none", "", "none"])
    }

    @Test func `a record with a time that nothing can be reckoned with is refused`() throws {
        for time in [Int64.min, -1, 0, 946_684_799_999, 4_102_444_800_001, .max] {
            let reason = "the record's own time, \(time) ms since 1970, is out of range"
            #expect(try process(Toy.order("k", ""), time: time).rejection == Rejection(.malformed, reason))
        }
    }

    @Test func `a rejection leaves no effects`() throws {
        let bench = Bench(
            Toy(onOrder: { _, transaction in
                transaction.put(Toy.Items.self, "a", Toy.Item(1))
                throw Rejection.late("too late")
            }))
        let rejection = try bench.process("toy.commands", Array(Toy.order("k", "").utf8)).rejection
        #expect(rejection == .late("too late"))
        #expect(bench.effects == [])
    }

    @Test func `anything else that a handler throws fails the transaction and leaves no effects`() throws {
        struct Failure: Error {}
        let bench = Bench(
            Toy(onOrder: { _, transaction in
                transaction.put(Toy.Items.self, "a", Toy.Item(1))
                throw Failure()
            }))
        #expect(throws: Failure.self) { try bench.process("toy.commands", Array(Toy.order("k", "").utf8)) }
        #expect(bench.effects == [])
    }

    @Test func `a command counts from when Kafka got it, an event from when it says`() throws {
        let clerk = Clerk()
        let bench = Bench(clerk)
        let command = #"{"eventType":"Accept","drId":"d","userId":"u","timestamp":"never"}"#
        #expect(try bench.process("response.commands", Array(command.utf8)).isDone)
        let event = #"{"eventType":"DRstarted","timestamp":1795000000000}"#
        #expect(try bench.process("dr.events", Array(event.utf8)).isDone)
        #expect(try bench.process("response.internal", Array(event.utf8)).isDone, "forwarded from dr.events")
        #expect(clerk.diary.entries == ["1795251600000", "1795000000000", "1795000000000"])
    }

    /// Takes a command and an event of a context that is in the contract, and notes their times.
    private struct Clerk: Worker {
        static let context = Context.response
        static let summary = "times"
        static let commands = Topic.responseCommands
        static let inputs = [Topic.drEvents]
        static let outputs: [Topic] = []
        static var tables: [any Table.Type] { [] }
        let diary = Diary()

        var handlers: [Handler] {
            [Handler(Accept.self, home: { _ in nil }, note), Handler(Started.self, home: { _ in nil }, note)]
        }

        private func note(_ message: some Message, _ transaction: Transaction) {
            diary.write("\(transaction.time.milliseconds)")
        }

        func fire(_ timer: Timer, _ transaction: Transaction) throws {}
    }
}
