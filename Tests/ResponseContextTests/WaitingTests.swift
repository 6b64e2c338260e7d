import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// Answers that wait: how many may, and what is kept of them.
@Suite struct WaitingTests {
    private func counts(_ scene: Scene) -> [String: String] {
        scene.harness.rows(.response, WaitingAnswers.self).filter { $0.key.hasPrefix("/") }
    }

    @Test func `of one customer's answers to one order some wait, and a further one is refused`() throws {
        let scene = Scene()
        for second in 1...21 { scene.answer("Accept", "dr-1", "u1", at: Double(second)) }
        scene.answer("Accept", "dr-1", "u2", at: 1)
        try scene.settle()
        #expect(
            scene.refusals == [
                "refused: 20 answers of customer u1 to order dr-1 are already waiting, which is the limit"
            ])
        #expect(scene.waiting == 21)
        scene.register("u1")
        scene.announce("dr-1")
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["dr-1.u1 accept"])
        #expect(scene.waiting == 1)
        #expect(counts(scene).keys.sorted() == ["/u2"])
    }

    @Test func `of all answers of a customer some wait, until others are taken or given up`() throws {
        let scene = Scene()
        for number in 1...101 { scene.answer("Accept", "dr-\(number)", "u1", at: 1) }
        scene.answer("Accept", "dr-1", "u2", at: 1)
        try scene.harness.run()
        let refusal =
            "refused: 100 answers of customer u1, to this and other orders, are already waiting, which is the limit"
        #expect(scene.refusals == [refusal])
        #expect(scene.waiting == 101)
        #expect(counts(scene)["/u1"]?.hasPrefix(#"{"count":100,"#) == true)
        // One is taken: there is room for one.
        scene.register("u1")
        scene.announce("dr-7")
        try scene.settle()
        #expect(try scene.said(AcceptChosen.type) == ["dr-7.u1 accept"])
        for number in 201...202 { scene.answer("Accept", "dr-\(number)", "u1", at: 2) }
        try scene.settle()
        #expect(scene.refusals == [refusal, refusal])
        // All are given up: there is room for all, and nothing is left of them.
        try scene.harness.advance(by: .seconds(61))
        #expect(scene.waiting == 0)
        #expect(counts(scene).isEmpty)
        #expect(scene.timers == 0)
        for number in 301...400 { scene.answer("Accept", "dr-\(number)", "u1", at: 3) }
        try scene.settle()
        #expect(scene.waiting == 100)
        #expect(scene.refusals.count { $0 == refusal } == 2)
    }

    /// Of the released version, which does not count: those that it has put aside, and a count of what it has taken
    /// since.
    @Test func `a count that is wrong comes right again`() throws {
        var count = WaitingCount()
        for _ in 0..<100 { count.add(until: Scene.time(60), now: Scene.time(0)) }
        #expect(count.waiting(at: Scene.time(60)) == 100)
        #expect(count.waiting(at: Scene.time(60.001)) == 0)
        count.add(until: Scene.time(161), now: Scene.time(101))
        #expect(count.waiting(at: Scene.time(101)) == 1)
        #expect(count.without(1) == nil)
        #expect(count.without(20) == nil)
        count.add(until: Scene.time(100), now: Scene.time(101))
        #expect(count.until == Scene.time(161))
        #expect(count.without(1)?.count == 1)
    }

    @Test func `a large answer waits as what was understood of it, and can be handled as that`() throws {
        let blanks = String(repeating: " ", count: 3000)
        let scene = Scene()
        let trace = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8.span)
        let value = #"{"eventType":"Deny","drId":"dr-1","userId":7,"channel":"app","more":"\u00e9"\#(blanks)}"#
        scene.harness.send(.responseCommands, key: "7", value, at: Scene.time(5), trace: trace)
        let unnamed = #"{"id":"dr-2.7"\#(blanks)}"#
        scene.harness.send(.responseCommands, key: "7", unnamed, type: "Accept", at: Scene.time(6))
        try scene.settle()
        let rows = scene.harness.rows(.response, WaitingAnswers.self).values
        #expect(rows.allSatisfy { $0.utf8.count < 1000 })
        try scene.harness.advance(by: .seconds(61))
        let letters = scene.harness.deadLetters.sorted { $0.rejection.reason < $1.rejection.reason }
        #expect(letters.map(\.rejection.kind) == [.notFound, .notFound])
        let (first, second) = (try #require(letters.first), try #require(letters.last))
        #expect(
            first.value
                == #"{"eventType":"Deny","timestamp":\#(Scene.time(5).milliseconds),"drId":"dr-1","userId":"7","channel":"app"}"#
        )
        #expect(first.trace == trace && first.source.hasPrefix("response.commands-"))
        #expect(
            second.value
                == #"{"eventType":"Accept","timestamp":\#(Scene.time(6).milliseconds),"drId":"dr-2","userId":"7"}"#)
        // What it says of itself needs no header, and is taken in its place.
        #expect(second.type == nil)
        scene.register("7")
        scene.announce("dr-1")
        scene.announce("dr-2")
        try scene.settle()
        for letter in letters { scene.harness.send(.responseCommands, key: "7", letter.value, at: Scene.time(5)) }
        try scene.settle()
        #expect(try scene.said(DenyChosen.type) == ["dr-1.7 deny"])
        #expect(try scene.said(AcceptChosen.type) == ["dr-2.7 accept"])
    }

    @Test(arguments: [(940, false, true), (1020, false, false), (900, true, false)] as [(Int, Bool, Bool)])
    func `what a row has of an answer is counted with its escapes`(size: Int, isEscaped: Bool, isWhole: Bool) throws {
        let scene = Scene()
        let start = #"{"eventType":"Deny","drId":"dr-1","userId":"u1"}"#
        let value = start + String(repeating: isEscaped ? "\n" : " ", count: size - start.utf8.count)
        scene.harness.send(.responseCommands, key: "u1", value, at: Scene.time(5))
        try scene.settle()
        try scene.harness.advance(by: .seconds(61))
        #expect((scene.harness.deadLetters.first?.value == value) == isWhole)
    }

    @Test func `an answer with a large key waits under its customer's`() throws {
        let scene = Scene(partitions: 1)
        scene.harness.send(
            .responseCommands, key: String(repeating: "k", count: 257),
            #"{"eventType":"Deny","drId":"dr-1","userId":"u1"}"#, at: Scene.time(5))
        try scene.settle()
        try scene.harness.advance(by: .seconds(61))
        #expect(scene.harness.deadLetters.first?.key == "u1")
    }

    /// What a reader of dead letters has to know, and who replays them once more.
    @Test func `a large answer that is replayed and given up again is still said to be not its record`() throws {
        let scene = Scene(partitions: 1)
        let pad = String(repeating: "x", count: 2000)
        scene.harness.send(
            .responseCommands, key: "u1", #"{"eventType":"Deny","drId":"dr-1","userId":"u1","pad":"\#(pad)"}"#,
            at: Scene.time(5))
        try scene.settle()
        try scene.harness.advance(by: .seconds(61))
        scene.harness.send(.responseCommands, key: "u1", #"{"eventType":"Replay","partition":0,"offset":0}"#)
        try scene.settle()
        try scene.harness.advance(by: .seconds(61))
        let letters = scene.harness.deadLetters
        #expect(letters.count == 2 && letters.allSatisfy { $0.cut?.hasPrefix(KeptRecord.restatedPrefix) == true })
        #expect(Set(letters.map(\.cut)).count == 1 && Set(letters.map(\.source)).count == 1)
    }

    @Test func `a row of the released version is read, and one of ours says what its record was`() throws {
        let released =
            #"{"drId":"d","userId":"u","answer":"deny","answeredAt":"2026-11-21T09:00:00Z","until":"2026-11-21T09:01:00Z","#
            + #""topic":"response.commands","partition":1,"offset":7,"time":"2026-11-21T09:00:00Z","key":"u","#
            + #""value":"{\"eventType\":\"Deny\",\"drId\":\"d\",\"userId\":\"u\"}"}"#
        var reader = JSONReader()
        var row: WaitingAnswers.Row?
        try reader.read(released.utf8.span) { row = try WaitingAnswers.Row($0) }
        let answer = try #require(row?.answer)
        #expect(answer.record.cut == nil)
        var record = answer.record
        record.cut = "a key of 1 bytes"
        var json = JSONWriter()
        json.object {
            WaitingAnswers.Row.answer(WaitingAnswer(answer.id, answer.given, until: answer.until, record: record))
                .write(&$0)
        }
        var again: WaitingAnswers.Row?
        try reader.read(json.bytes) { again = try WaitingAnswers.Row($0) }
        #expect(again?.answer?.record == record)
    }

    @Test func `answers of the same offset in two topics wait side by side`() throws {
        let id = ResponseID(OrderID(text: "d"), UserID(text: "u"))
        let key = WaitingAnswers.key(id, Transaction.Source(topic: "response.commands", partition: 0, offset: 5))
        // As the released version has it.
        #expect(key == "d/u/0000000000000000005")
        let other = WaitingAnswers.key(id, Transaction.Source(topic: "response.internal", partition: 0, offset: 5))
        #expect(other == "d/u/0000000000000000005-response.internal")
    }

    @Test func `answers that have waited are taken in the order of their times`() throws {
        let scene = Scene(partitions: 1)
        scene.answer("Deny", "dr-1", "u1", at: 20)
        scene.answer("Accept", "dr-1", "u1", at: 10)
        try scene.settle()
        scene.register("u1")
        scene.announce("dr-1")
        try scene.settle()
        #expect(scene.refusals.isEmpty)
        scene.end("dr-1", at: 15)
        try scene.settle()
        #expect(try scene.said(ListSaved.type) == ["dr-1.u1 accept"])
    }
}
