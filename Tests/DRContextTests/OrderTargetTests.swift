import Contracts
import Testing
import Workers
import WorkersTesting

@testable import DRContext

/// Which resources an order asks, and what each of them is to reduce.
@Suite struct OrderTargetTests {
    private static let seeds: ClosedRange<UInt64> = 1...20

    @Test func `as long as there is none everybody is asked, as before`() throws {
        let harness = Harness.dr()
        harness.start("dr-1", "")
        harness.start("dr-2", #","quantity":5"#)
        harness.start("dr-3", #","resources":[],"regions":null"#)
        try harness.run()
        #expect(harness.started == ["dr-1": "", "dr-2": #""quantity":5}"#, "dr-3": ""])
        #expect(harness.rows(OrdersAlone.self)["dr-1"]?.contains("resources") == false)
    }

    @Test(arguments: seeds) func `resources and regions say whom an order asks`(seed: UInt64) throws {
        let harness = try Harness.withResources(seed)
        harness.start("dr-1", #","resources":["s1"],"quantity":500"#)
        harness.start("dr-2", #","regions":["seoul"]"#)
        harness.start("dr-3", #","resources":["s2","j1","s2"],"regions":["jeju","seoul"]"#)
        harness.start("dr-4", "")
        harness.start("dr-5", #","force":true,"regions":["jeju"]"#, type: "national")
        harness.start("dr-6", #","force":true"#, type: "small")
        try harness.run()
        #expect(harness.deadLetters.isEmpty)
        #expect(
            harness.started == [
                "dr-1": #""resources":["s1"],"quantity":500,"resourceQuantities":[500]}"#,
                "dr-2": #""resources":["s1","s2"]}"#,
                "dr-3": #""resources":["j1","s1","s2"]}"#, "dr-4": #""resources":["j1","s1","s2"],"unassigned":true}"#,
                "dr-5": #""resources":["n1"]}"#, "dr-6": #""resources":[],"unassigned":true}"#,
            ])
        #expect(harness.rows(OrdersAlone.self)["dr-5"]?.contains(#""resources":["n1"]"#) == true)
    }

    @Test func `what is not there is refused by its name, also by force`() throws {
        let harness = try Harness.withResources()
        harness.start("dr-1", #","force":true,"resources":["s1","s9"]"#)
        harness.start("dr-1", #","force":true,"resources":["n1"]"#)
        harness.start("dr-1", #","force":true,"regions":["seoul","busan"]"#)
        harness.start("dr-1", #","force":true,"regions":["seoul"]"#, type: "national")
        harness.start(nil, #","resources":["s9"]"#)
        harness.start("dr-1", #","resource":"s1""#)
        try harness.run()
        #expect(harness.values(.drEvents, DRStarted.type).isEmpty)
        let reasons = harness.deadLetters.map { "\($0.rejection)" }
        #expect(reasons.count == 6)
        for reason in [
            "refused: order dr-1: there is no resource s9; RegisterResource makes one",
            "refused: order dr-1 is of kind reliable, and resource n1 of kind national",
            #"refused: order dr-1: there is no resource of kind reliable in region "busan""#,
            #"refused: order dr-1: there is no resource of kind national in region "seoul""#,
        ] { #expect(reasons.contains(reason), "\(reason)") }
    }

    @Test(arguments: seeds) func `an order says what each resource is to reduce, by its capacity`(seed: UInt64) throws {
        let harness = Harness.dr(seed)
        for (id, capacity) in [("a", 1000), ("b", 2000), ("c", 4000)] {
            harness.send(
                .drCommands, key: id,
                #"{"eventType":"RegisterResource","id":"\#(id)","kind":"reliable","capacity":\#(capacity)}"#)
        }
        try harness.run()
        harness.start("dr-1", #","resources":["c","a","b"],"quantity":1000000000000"#)
        // Of those who belong to none no share is known.
        harness.start("dr-2", #","quantity":7"#)
        harness.start("dr-3", #","resources":["a","b"]"#)
        try harness.run()
        #expect(harness.deadLetters.isEmpty)
        #expect(
            harness.started == [
                "dr-1":
                    #""resources":["a","b","c"],"quantity":1000000000000,"resourceQuantities":"#
                    + "[142857142857,285714285714,571428571429]}",
                "dr-2": #""resources":["a","b","c"],"unassigned":true,"quantity":7}"#,
                "dr-3": #""resources":["a","b"]}"#,
            ])
    }

    /// As what is said of the resource was when the order was announced.
    @Test(arguments: seeds) func `an order says which methods its resources had chosen, and keeps to them`(
        seed: UInt64
    ) throws {
        let harness = Harness.dr(seed)
        harness.register("a", #","method":"Mid(6/10)""#, kind: "standard")
        harness.register("b", kind: "standard")
        harness.register("c", #","method":"Max(4/5)+SAA""#, kind: "standard")
        try harness.run()
        let times = #","startsAt":"2026-11-23T01:00:00Z","endsAt":"2026-11-23T02:00:00Z""#
        harness.start("dr-1", #","resources":["a","b"]\#(times)"#, type: "standard")
        try harness.run()
        harness.register("a", #","method":"Max(4/5)""#, kind: "standard")
        try harness.run()
        harness.send(
            .drCommands, key: "dr-1", #"{"eventType":"ChangeDr","id":"dr-1","resources":["a","c"]}"#)
        try harness.run()
        let said = harness.started["dr-1"]
        #expect(said == #""resources":["a","b"],"resourceMethods":["Mid(6/10)",""]}"#)
        let changed = harness.changes.first
        #expect(changed?.contains(#""resourceMethods":["Mid(6/10)","Max(4/5)+SAA"]"#) == true, "\(changed ?? "")")
        #expect(harness.deadLetters.isEmpty)
    }

    @Test func `an order that runs asks others, and orders another quantity`() throws {
        let harness = try Harness.withResources()
        func change(_ more: String) throws {
            harness.send(.drCommands, key: "dr-1", #"{"eventType":"ChangeDr","id":"dr-1"\#(more)}"#)
            try harness.run()
        }
        harness.start("dr-1", #","startsAt":"2026-11-21T12:00:00Z","resources":["s1"]"#)
        try harness.run()
        try change(#","quantity":7"#)
        try change(#","regions":["jeju"],"resources":["s2"]"#)
        try change(#","endsAt":"2026-11-21T13:00:00Z","resources":["s1"],"quantity":8"#)
        // The end that it has, beside what is new.
        try change(#","endsAt":"2026-11-21T13:00:00Z","quantity":9"#)
        let starts = #""startsAt":"2026-11-21T12:00:00Z""#
        let ends = #""endsAt":"2026-11-21T13:00:00Z""#
        #expect(
            harness.changes == [
                #""version":1,\#(starts),"resources":["s1"],"quantity":7,"resourceQuantities":[7]}"#,
                #""version":2,\#(starts),"resources":["j1","s2"],"quantity":7,"resourceQuantities":[4,4]}"#,
                #""version":3,\#(starts),\#(ends),"resources":["s1"],"quantity":8,"resourceQuantities":[8]}"#,
                #""version":4,\#(starts),\#(ends),"resources":["s1"],"quantity":9,"resourceQuantities":[9]}"#,
            ])
        #expect(harness.deadLetters.isEmpty && harness.timers(.dr).count == 1)
        for more in [
            #","quantity":9"#, #","resources":["s1"]"#, #","resources":["n1"],"force":true"#, #","regions":["busan"]"#,
            "", #","resources":[]"#, #","resource":"s1""#,
        ] { try change(more) }
        let reasons = harness.deadLetters.map { "\($0.rejection)" }
        let same = "order dr-1 is not changed: this is its quantity already, and these are whom it asks"
        try #require(reasons.count == 7)
        #expect(reasons.prefix(2) == ["conflict: \(same)", "conflict: \(same)"])
        #expect(reasons[2] == "refused: order dr-1 is of kind reliable, and resource n1 of kind national")
        #expect(reasons[3] == #"refused: order dr-1: there is no resource of kind reliable in region "busan""#)
        #expect(harness.deadLetters.suffix(3).allSatisfy { $0.rejection.kind == .malformed } && reasons.count == 7)
        #expect(harness.changes.count == 4)
        harness.send(.drCommands, key: "dr-1", #"{"eventType":"CancelDr","id":"dr-1"}"#)
        try harness.run()
        // That it is over comes first.
        try change(#","resources":["none"]"#)
        #expect(harness.deadLetters.last?.rejection.kind == .conflict)
        #expect(harness.rows(OrdersAlone.self)["dr-1"]?.contains(#""resources":["s1"],"quantity":9"#) == true)
    }

    @Test func `the id of an order without one covers whom it asks, and is as before where it asks all`() throws {
        func print(_ targets: WantedTargets) -> String {
            StartDr(id: nil, name: "kt", kind: "t", targets: targets).fingerprint
        }
        #expect(print(WantedTargets()) == StartDr(id: nil, name: "kt", kind: "t").fingerprint)
        let (s1, s2) = (ResourceID(text: "s1"), ResourceID(text: "s2"))
        let different = [
            WantedTargets(), WantedTargets(resources: [s1]), WantedTargets(resources: [s1, s2]),
            WantedTargets(regions: ["s1"]), WantedTargets(resources: [s1], regions: ["s2"]), WantedTargets(quantity: 1),
        ]
        #expect(Set(different.map(print)).count == different.count)
        #expect(
            print(WantedTargets(resources: [s2, s1, s2], regions: ["b", "a"]))
                == print(WantedTargets(resources: [s1, s2], regions: ["a", "b", "a"])))
        let harness = try Harness.withResources()
        for _ in 0..<2 { harness.start(nil, #","resources":["s1"],"quantity":5"#) }
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict])
        #expect(Array(harness.started.values) == [#""resources":["s1"],"quantity":5,"resourceQuantities":[5]}"#])
    }
}
