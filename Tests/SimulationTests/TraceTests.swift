import Contracts
import Testing
import Workers
import WorkersTesting

/// One trace through all contexts.
@Suite struct TraceTests {
    private let trace = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8.span)
    private let answer = TraceParent("00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-00f067aa0ba902b7-00".utf8.span)

    private func said(_ harness: Harness) -> [String: Set<TraceParent?>] {
        var said: [String: Set<TraceParent?>] = [:]
        for topic in Context.all.map(\.events) {
            for record in (harness.topics[topic] ?? []).joined() {
                said[record.type ?? "", default: []].insert(record.trace)
            }
        }
        return said
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `what follows from an order is in its trace, to the points`(seed: UInt64) throws {
        let harness = HarnessExchange(seed: seed, clock: Timestamp("2026-11-20T01:00:00Z")!).harness
        func send(_ topic: Topic, _ key: String, _ value: String, _ trace: TraceParent? = nil) throws {
            harness.send(topic, key: key, value, trace: trace)
            try harness.run()
        }
        try send(.userCommands, "u1", #"{"eventType":"RegisterUser","id":"u1","name":"Kim","capacity":8000}"#)
        try harness.advance(by: .seconds(1))
        // Overtakes the order, and waits for it.
        let accept = #"{"eventType":"Accept","drId":"dr-1","userId":"u1"}"#
        try send(.responseCommands, "u1", accept, answer)
        let order =
            #"{"eventType":"StartDr","id":"dr-1","name":"kt","type":"reliable","endsAt":"2026-11-20T01:30:00Z"}"#
        try send(.drCommands, "dr-1", order, trace)
        for _ in 0..<5 { try harness.advance(by: .seconds(1)) }
        // It ends by itself, and the readings, which have no trace, come later.
        try harness.advance(by: .seconds(1800))
        for _ in 0..<5 { try harness.advance(by: .seconds(1)) }
        for day in ["19", "20"] {
            try send(
                .kepcoReadings, "u1",
                #"{"eventType":"MeterReadings","userId":"u1","startsAt":"2026-11-\#(day)T01:00:00Z","wh":[\#(day == "19" ? "900,900" : "100,100")]}"#
            )
        }
        for _ in 0..<5 { try harness.advance(by: .seconds(1)) }
        #expect(harness.deadLetters.isEmpty)
        let said = said(harness)
        #expect(said["UserRegistered"] == [nil])
        #expect(said["AcceptChosen"] == [answer])
        for type in ["DRstarted", "DrEnded", "Listmade", "Listsaved", "ReductionCheck", "PointChanged"] {
            #expect(said[type] == [trace], "\(type)")
        }
    }

    @Test func `an answer that is given up leaves its trace in the dead letters`() throws {
        let harness = HarnessExchange().harness
        harness.send(
            .responseCommands, key: "u1", #"{"eventType":"Accept","drId":"dr-1","userId":"u1"}"#, trace: answer)
        try harness.run()
        #expect(harness.deadLetters.isEmpty)
        try harness.advance(by: .seconds(120))
        #expect(harness.deadLetters.map(\.trace) == [answer])
    }
}
