import Contracts
import Testing
import Workers
import WorkersTesting

/// Who asked for what, in what all contexts say.
@Suite struct RequestTests {
    private let harness: Harness

    init() throws { harness = HarnessExchange(clock: try #require(Timestamp("2026-11-20T01:00:00Z"))).harness }

    private func send(_ topic: Topic, _ key: String?, _ value: String, by actor: String?) throws {
        harness.send(topic, key: key, value, request: actor.flatMap(Self.request))
        try harness.run()
    }

    private static func request(_ actor: String) -> Request? {
        Request(actor: actor, command: "c-\(actor)", idempotency: "key.\(actor)")
    }

    private func wait(_ seconds: Int64) throws {
        for _ in 0..<5 { try harness.advance(by: .seconds(seconds) / 5) }
    }

    /// By type, who asked for the messages, nil for nobody; those of the contexts themselves too.
    private func said() -> [String: Set<String?>] {
        var said: [String: Set<String?>] = [:]
        for topic in Context.all.flatMap({ [$0.events, $0.internal] }) {
            for record in (harness.topics[topic] ?? []).joined() {
                let request = record.provenance.request
                #expect(request == request?.actor.flatMap(Self.request), "all of it goes along")
                said[record.type ?? "", default: []].insert(request?.actor)
            }
        }
        return said
    }

    private let start =
        #"{"eventType":"StartDr","id":"dr-1","name":"kt","type":"reliable","endsAt":"2026-11-20T01:30:00Z"}"#
    private let accept = #"{"eventType":"Accept","drId":"dr-1","userId":"u1"}"#

    private func register(_ user: String, by actor: String?) throws {
        try send(
            .userCommands, user, #"{"eventType":"RegisterUser","id":"\#(user)","name":"Kim","capacity":8000}"#,
            by: actor)
    }

    private func readings() throws {
        for (day, wh) in [("19", "900,900"), ("20", "100,100")] {
            try send(
                .kepcoReadings, "u1",
                #"{"eventType":"MeterReadings","userId":"u1","startsAt":"2026-11-\#(day)T01:00:00Z","wh":[\#(wh)]}"#,
                by: "meter")
        }
    }

    /// A command's own events name who sent it, down to what the next context says to its partitions; what comes by a
    /// time, and a check that waits for readings or has them already, names nobody.
    @Test(arguments: [false, true]) func `an order names who asked for what, and nobody where a time came`(
        areReadingsFirst: Bool
    ) throws {
        try register("u1", by: "registrar")
        try wait(1)
        try send(.drCommands, "dr-1", start, by: "operator")
        try wait(5)
        try send(.responseCommands, "u1", accept, by: "customer")
        if areReadingsFirst { try readings() }
        // The list is saved a moment behind the order's end.
        try wait(1800)
        try wait(1)
        if !areReadingsFirst { try readings() }
        try wait(5)
        #expect(harness.deadLetters.isEmpty)
        #expect(
            said() == [
                "UserRegistered": ["registrar"], "DRstarted": ["operator"], "MakeList": ["operator"], "Listmade": [nil],
                "AcceptChosen": ["customer"], "DrEnded": [nil], "SaveList": [nil], "Listsaved": [nil],
                "ReductionCheck": [nil], "PointChanged": [nil],
            ])
    }

    @Test func `an order that someone ends names him, and its list of a million answers does not`() throws {
        try register("u1", by: nil)
        try send(.drCommands, "dr-1", start, by: "operator")
        try wait(5)
        try send(.drCommands, "dr-1", #"{"eventType":"EndDr","id":"dr-1"}"#, by: "other")
        try wait(5)
        let said = said()
        #expect(said["DrEnded"] == ["other"] && said["SaveList"] == ["other"])
        #expect(said["DRstarted"] == ["operator"] && said["Listsaved"] == [nil])
    }

    @Test func `an order without an id of its own is asked for by the same`() throws {
        try send(.drCommands, nil, #"{"eventType":"StartDr","name":"kt","type":"reliable"}"#, by: "operator")
        #expect(said()["StartNamedDr"] == ["operator"] && said()["DRstarted"] == ["operator"])
    }

    @Test func `an answer that waits is taken as its sender's, whatever brings that about`() throws {
        try send(.responseCommands, "u1", accept, by: "customer")
        try send(.responseCommands, "u2", accept.replacing("u1", with: "u2"), by: nil)
        try send(.drCommands, "dr-1", start, by: "operator")
        for user in ["u1", "u2"] { try register(user, by: "registrar") }
        try wait(5)
        let said = said()
        // The one without a sender has none, though it was the registrar whose command it waited for.
        #expect(said["AcceptChosen"] == ["customer", nil])
        #expect(harness.deadLetters.isEmpty)
    }

    @Test func `an answer that is given up leaves who sent it in the dead letters`() throws {
        try send(.responseCommands, "u1", accept, by: "customer")
        #expect(harness.deadLetters.isEmpty)
        try wait(120)
        #expect(harness.deadLetters.map(\.provenance.request) == [Self.request("customer")])
    }

    private static let refused: [(Topic, String)] = [
        (.drCommands, #"{"eventType":"EndDr","id":"dr-404"}"#),
        (.userCommands, #"{"eventType":"RegisterUser","id":"u1","name":"Kim"}"#),
        (.userCommands, #"{"eventType":"WithdrawPoint","id":"w","userId":"u404","amount":1}"#),
        (.responseCommands, #"{"eventType":"Accept","id":"nonsense"}"#),
        (.kepcoReadings, #"{"eventType":"MeterReading","userId":"u1","startsAt":"never","wh":1}"#),
        (.kepcoCommands, "nonsense"),
    ]

    @Test(arguments: refused.indices) func `what is refused names who sent it`(place: Int) throws {
        let (topic, value) = Self.refused[place]
        // In any partition: some of them are forwarded first.
        for partition in Int32(0)..<4 {
            harness.send(topic, key: "u1", value, partition: partition, request: Self.request("sender"))
            harness.send(topic, key: "u1", value, partition: partition)
        }
        try harness.run()
        #expect(harness.deadLetters.count == 8)
        #expect(harness.deadLetters.count { $0.provenance.request == Self.request("sender") } == 4)
        #expect(harness.deadLetters.count { $0.provenance.isEmpty } == 4)
    }

    @Test func `a dead letter that is handled again names who sent its record, and not who had it handled`() throws {
        try send(.responseCommands, "u1", accept, by: "customer")
        try wait(120)
        try send(.drCommands, "dr-1", start, by: "operator")
        try register("u1", by: "registrar")
        try wait(5)
        let letter = try #require(harness.deadLetters.first)
        let replay = #"{"eventType":"Replay","partition":\#(letter.partition),"offset":\#(letter.offset)}"#
        try send(.responseCommands, nil, replay, by: "operator")
        try wait(5)
        #expect(harness.deadLetters.count == 1)
        #expect(said()["AcceptChosen"] == ["customer"])
    }
}
