import Contexts
import Contracts
import Schemas
import Testing
import Workers
import WorkersTesting

/// All contexts together: an order is checked by the market and the kind that it was started by, whatever is read
/// first.
@Suite struct KindsTests {
    /// At a full hour, of a Saturday.
    private static let noon: Int64 = 1_795_262_400_000
    private static let hour: Int64 = 3_600_000

    private static func market(_ version: Int, points: Int) -> String {
        #"{"version":\#(version),"utcOffset":"+09:00","otherKinds":"a","kinds":["#
            + #"{"id":"a","name":{"ko":"a","en":"a"},"rules":[{"from":"2026-01-01","pointsPerWh":\#(points)}]},"#
            + #"{"id":"b","name":{"ko":"b","en":"b"},"rules":[{"from":"2026-01-01","pointsPerWh":\#(points * 10),"#
            + #""method":{"name":"the newest","days":1,"dayType":"all"}}]}],"#
            + #""holidays":{"until":"2027-12-31","days":["2026-11-20"]}}"#
    }

    private func send(_ harness: Harness, _ key: String, _ rest: String) {
        harness.send(.drCommands, key: key, #"{"eventType":\#(rest)}"#)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `an order is checked by the market that it was started by, and by its kind`(seed: UInt64) throws {
        let harness = Harness(
            Contexts.workers(), partitions: 4, seed: seed, clock: Timestamp(milliseconds: Self.noon)
        ) { try Schemas.check($0.topic, $0.type, $0.value) }
        // Each accepts one of the orders: of one customer the hour would be paid once.
        let answers = ["u1": "built-in", "u2": "two-a", "u3": "two-b", "u4": "three-a", "u5": "three-b"]
        for user in answers.keys.sorted() {
            harness.send(
                .userCommands, key: user, #"{"eventType":"RegisterUser","id":"\#(user)","name":"Kim","capacity":9000}"#)
        }
        // 1,000 Wh a quarter hour, but 400 on the last day before, a holiday of the market, and 100 today.
        for back in 0...14 as ClosedRange<Int64> {
            let wh = Array(repeating: back == 0 ? "100" : back == 1 ? "400" : "1000", count: 20).joined(separator: ",")
            let start = Self.noon - back * 24 * Self.hour
            for user in answers.keys.sorted() {
                harness.send(
                    .kepcoReadings, key: user,
                    #"{"eventType":"MeterReadings","userId":"\#(user)","startsAt":\#(start),"wh":[\#(wh)]}"#)
            }
        }
        try harness.run()
        let end = Self.noon + Self.hour
        func start(_ id: String, _ kind: String) {
            send(harness, id, #""StartDr","id":"\#(id)","name":"n","type":"\#(kind)","endsAt":\#(end)"#)
        }
        start("built-in", "t")
        try harness.run()
        for (version, orders) in [(2, ["two-a", "two-b"]), (3, ["three-a", "three-b"])] {
            send(harness, "market", #""SetMarket","market":\#(Self.market(version, points: version))"#)
            try harness.run()
            for order in orders { start(order, String(order.suffix(1))) }
            try harness.run()
        }
        for (user, order) in answers.sorted(by: { $0.key < $1.key }) {
            harness.send(
                .responseCommands, key: user,
                #"{"eventType":"Accept","drId":"\#(order)","userId":"\#(user)"}"#)
        }
        for _ in 0..<16 { try harness.advance(by: .seconds(900)) }
        let checks = harness.values(.kepcoEvents, ReductionCheck.type)
        func said(_ order: String) -> String { checks.first { $0.contains(#""drId":"\#(order)""#) } ?? "" }
        // The mean of weekdays leaves the holiday out: 4 × 900. The newest day is that holiday: 4 × 300.
        for (order, market, kind, points) in [
            ("two-a", 2, "a", 7200), ("two-b", 2, "b", 24_000), ("three-a", 3, "a", 10_800),
            ("three-b", 3, "b", 36_000),
        ] {
            #expect(said(order).contains(#""market":\#(market),"kind":"\#(kind)""#), "\(said(order))")
            #expect(said(order).contains(#""adjustPoint":\#(points),"#), "\(said(order))")
        }
        #expect(said("built-in").contains(#""market":1,"kind":"reliable""#), "\(said("built-in"))")
        #expect(checks.count == 5 && harness.deadLetters.isEmpty, "\(harness.deadLetters.map(\.rejection))")
        let paid = harness.values(.userEvents, PointChanged.type)
        #expect(paid.count == 5)
    }
}
