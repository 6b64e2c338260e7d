import Contexts
import Contracts
import Schemas
import Testing
import Workers
import WorkersTesting

/// All contexts together: what becomes of the points of an order that is changed or withdrawn.
@Suite struct ChangedOrderTests {
    private static let seeds: ClosedRange<UInt64> = 1...20
    /// At a full hour.
    private static let noon: Int64 = 1_795_262_400_000
    private static let hour: Int64 = 3_600_000

    /// One customer with readings of 1000 Wh a quarter hour on earlier days and of 100 today, who has accepted an order
    /// from noon to two.
    private func accepted(_ seed: UInt64) throws -> Harness {
        let harness = Harness(
            Contexts.workers(), partitions: 4, seed: seed, clock: Timestamp(milliseconds: Self.noon)
        ) { try Schemas.check($0.topic, $0.type, $0.value) }
        harness.send(.userCommands, key: "u1", #"{"eventType":"RegisterUser","id":"u1","name":"Kim","capacity":9000}"#)
        let day = 24 * Self.hour
        for back in 0...14 as ClosedRange<Int64> {
            let wh = Array(repeating: back == 0 ? "100" : "1000", count: 20).joined(separator: ",")
            harness.send(
                .kepcoReadings, key: "u1",
                #"{"eventType":"MeterReadings","userId":"u1","startsAt":\#(Self.noon - back * day),"wh":[\#(wh)]}"#)
        }
        try harness.run()
        command(harness, #""StartDr","id":"dr-1","name":"n","type":"t","endsAt":\#(Self.noon + 2 * Self.hour)"#)
        try harness.advance(by: .seconds(60))
        harness.send(.responseCommands, key: "u1", #"{"eventType":"Accept","drId":"dr-1","userId":"u1"}"#)
        try harness.advance(by: .seconds(60))
        return harness
    }

    private func command(_ harness: Harness, _ rest: String) {
        harness.send(.drCommands, key: "dr-1", #"{"eventType":\#(rest)}"#)
    }

    private func run(_ harness: Harness, hours: Int64) throws {
        try harness.run()
        for _ in 0..<(hours * 4) { try harness.advance(by: .seconds(900)) }
    }

    @Test(arguments: [(to: 1, wh: 3600), (to: 2, wh: 7200), (to: 4, wh: 14_400)] as [(to: Int64, wh: Int64)], seeds)
    func `the end that holds decides which quarter hours are paid`(item: (to: Int64, wh: Int64), seed: UInt64) throws {
        let harness = try accepted(seed)
        if item.to != 2 { command(harness, #""ChangeDr","id":"dr-1","endsAt":\#(Self.noon + item.to * Self.hour)"#) }
        try run(harness, hours: 9)
        let checks = harness.values(.kepcoEvents, ReductionCheck.type)
        #expect(checks.count == 1 && checks[0].contains(#""adjustPoint":\#(item.wh),"#), "\(checks)")
        let paid = harness.values(.userEvents, PointChanged.type)
        #expect(paid.count == 1 && paid[0].contains(#""change":\#(item.wh),"#), "\(paid)")
        #expect(harness.deadLetters.isEmpty)
    }

    @Test(arguments: seeds) func `who has accepted what is withdrawn is told, not checked and not paid`(seed: UInt64)
        throws
    {
        let harness = try accepted(seed)
        command(harness, #""CancelDr","id":"dr-1","reason":"KPX withdrew it""#)
        try run(harness, hours: 9)
        #expect(harness.values(.responseEvents, ListCancelled.type).count == 1)
        #expect(harness.values(.responseEvents, ListSaved.type).isEmpty)
        #expect(harness.values(.kepcoEvents).isEmpty && harness.values(.userEvents, PointChanged.type).isEmpty)
        #expect(harness.deadLetters.isEmpty)
    }
}
