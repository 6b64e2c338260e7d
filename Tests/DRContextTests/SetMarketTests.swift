import Contracts
import Market
import Testing
import Workers
import WorkersTesting

@testable import DRContext

@Suite struct SetMarketTests {
    private static let seeds: ClosedRange<UInt64> = 1...20

    private func harness(_ seed: UInt64 = 1) -> Harness {
        Harness([DRWorker()], partitions: 4, seed: seed, clock: OrderTests.noon, check: keepsItsContract)
    }

    private func text(_ version: Int, _ edit: (String, String)? = nil) -> String {
        let text = String(decoding: Market.koreaText, as: UTF8.self)
            .replacing(#""version": 1"#, with: #""version": \#(version)"#)
        return edit.map { text.replacing($0.0, with: $0.1) } ?? text
    }

    private func set(_ text: String, more: String = "") -> String {
        #"{"eventType":"SetMarket","market":\#(text)\#(more)}"#
    }

    @Test(arguments: seeds) func `a market is taken once and holds in all partitions`(seed: UInt64) throws {
        let harness = harness(seed)
        for _ in 0..<3 { harness.send(.drCommands, key: nil, set(text(2))) }
        try harness.run()
        let changed = harness.values(.drEvents, MarketChanged.type)
        #expect(changed.count == 4 && harness.deadLetters.isEmpty)
        #expect((harness.topics["dr.events"] ?? []).allSatisfy { $0.count == 1 && $0[0].key == "market" })
        #expect(changed[0].contains(#""version":2,"previous":1,"changes":["version 1 → 2"]"#))
        for n in 0..<20 {
            harness.send(.drCommands, key: nil, #"{"eventType":"StartDr","id":"dr-\#(n)","name":"kt","type":"t"}"#)
        }
        try harness.run()
        #expect(harness.values(.drEvents, DRStarted.type).count { $0.contains(#""market":2"#) } == 20)
    }

    @Test(arguments: seeds) func `in each partition the market comes in front of its orders`(seed: UInt64) throws {
        let harness = harness(seed)
        for n in 0..<40 {
            harness.send(.drCommands, key: nil, #"{"eventType":"StartDr","id":"dr-\#(n)","name":"kt","type":"t"}"#)
            if n.isMultiple(of: 10) {
                harness.send(.drCommands, key: nil, set(text(n / 10 + 2), more: #","ifNewer":true"#))
            }
        }
        try harness.run()
        #expect(harness.deadLetters.isEmpty)
        for records in harness.topics["dr.events"] ?? [] {
            var known = 1
            for value in records.compactMap(\.value) {
                if let version = value.firstMatch(of: /"MarketChanged".*?"version":(\d+)/).flatMap({ Int($0.1) }) {
                    #expect(version > known)
                    known = version
                } else {
                    let version = try #require(value.firstMatch(of: /"market":(\d+)/).flatMap { Int($0.1) })
                    #expect(version <= known)
                }
            }
        }
    }

    @Test func `an older one, and another one of the same version, are refused; the one that holds is none of these`()
        throws
    {
        let harness = harness()
        harness.send(.drCommands, key: "market", set(text(5)))
        try harness.run()
        harness.send(.drCommands, key: "market", set(text(4)))
        harness.send(.drCommands, key: "market", set(text(5, ("Korea", "South Korea"))))
        harness.send(.drCommands, key: "market", set(text(5)))
        harness.send(.drCommands, key: "market", set(text(5).replacing("\n", with: "\r\n"), more: #","ifNewer":false"#))
        harness.send(.drCommands, key: "market", set(text(4), more: #","ifNewer":true"#))
        try harness.run()
        #expect(
            harness.deadLetters.map(\.rejection) == [
                .conflict("market version 4 is older than version 5, which holds"),
                .conflict("market version 5 holds already, with other contents: give this one a higher version"),
            ])
        #expect(harness.values(.drEvents).count == 4)
    }

    @Test func `a wrong market is refused as a whole with its first faults`() throws {
        let harness = harness()
        let wrong = text(2, (#""gridMin": 15"#, #""gridMin": 7"#))
        harness.send(.drCommands, key: "market", set(wrong))
        harness.send(.drCommands, key: "market", #"{"eventType":"SetMarket","market":[1]}"#)
        harness.send(.drCommands, key: "market", #"{"eventType":"SetMarket"}"#)
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.refused, .malformed, .malformed])
        #expect(
            harness.deadLetters[0].rejection.reason.hasPrefix(
                "the market is refused as a whole, and the one that holds stays: line 22: kinds[1].rules[0].gridMin is 7"
            ))
        #expect(harness.deadLetters[0].rejection.reason.hasSuffix("and 1 more"))
        #expect(harness.values(.drEvents).isEmpty && harness.rows(Markets.self).isEmpty)
    }

    @Test func `fields that a later version knows are passed over where it has set them, and refused from outside`()
        throws
    {
        let harness = harness()
        let later = text(3, (#""gridMin": 15"#, #""gridMin": 15, "colour": "green""#))
        harness.send(.drCommands, key: "market", set(later))
        harness.send(.drInternal, key: "market", #"{"eventType":"UseMarket","market":\#(later)}"#, partition: 1)
        try harness.run()
        #expect(harness.deadLetters.count == 1 && harness.rows(Markets.self).count == 1)
    }

    @Test(arguments: seeds) func `orders without an id are one if they say the same within a minute`(seed: UInt64)
        throws
    {
        let harness = harness(seed)
        let start = #"{"eventType":"StartDr","name":"kt","type":"reliable"}"#
        let other = #"{"eventType":"StartDr","name":"kt","type":"reliable","endsAt":"2026-11-21T20:00:00Z"}"#
        for second in [0, 1, 59] as [Int64] {
            harness.send(.drCommands, key: nil, start, at: OrderTests.noon - .seconds(600 - second))
            harness.send(.drCommands, key: nil, other, at: OrderTests.noon - .seconds(600 - second))
        }
        try harness.run()
        #expect(harness.rows(OrdersAlone.self).count == 2 && harness.deadLetters.count == 4)
        #expect(harness.deadLetters.allSatisfy { $0.rejection.kind == .conflict })
        // Later it is another order.
        for second in [200, 300] as [Int64] {
            harness.send(.drCommands, key: nil, start, at: OrderTests.noon - .seconds(600 - second))
        }
        try harness.run()
        #expect(harness.rows(OrdersAlone.self).count == 4 && harness.deadLetters.count == 4)
        try harness.advance(by: .seconds(25 * 3600))
        #expect(harness.rows(NamedStarts.self).isEmpty)
    }

    /// It says something else than an order that is none.
    @Test func `a test is said to be one, also where it has no id, and stays one`() throws {
        let harness = harness()
        let start = #"{"eventType":"StartDr","name":"kt","type":"reliable""#
        for more in ["", #","test":false"#, #","test":true"#] {
            harness.send(.drCommands, key: nil, start + more + "}", at: OrderTests.noon)
        }
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict])
        let said = harness.values(.drEvents, DRStarted.type).filter { $0.hasSuffix(#","test":true}"#) }
        #expect(said.count == 1 && harness.rows(OrdersAlone.self).count == 2)
        let id = try #require(harness.rows(OrdersAlone.self).first { $0.value.contains(#""test":true"#) }?.key)
        harness.send(.drCommands, key: id, #"{"eventType":"EndDr","id":"\#(id)"}"#)
        harness.send(.drCommands, key: "x", start + #","id":"x","isTest":true}"#)
        try harness.run()
        #expect(harness.rows(OrdersAlone.self)[id]?.contains(#""test":true"#) == true)
        #expect(harness.deadLetters.last?.rejection.kind == .malformed)
    }

    @Test func `the id of an order without one tells when it was asked for`() throws {
        let harness = harness()
        harness.send(.drCommands, key: nil, #"{"eventType":"StartDr","name":"kt","type":"reliable"}"#)
        try harness.run()
        let id = try #require(harness.rows(OrdersAlone.self).keys.first)
        #expect(id.wholeMatch(of: /dr-20261121-1200-[0-9a-f]{8}/) != nil, "\(id)")
    }
}
