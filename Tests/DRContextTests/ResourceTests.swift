import Contracts
import Market
import Testing
import Workers
import WorkersTesting

@testable import DRContext

@Suite struct ResourceTests {
    private static let seeds: ClosedRange<UInt64> = 1...20

    private func harness(_ seed: UInt64 = 1) -> Harness {
        Harness([DRWorker()], partitions: 4, seed: seed, clock: OrderTests.noon, check: keepsItsContract)
    }

    private func register(_ harness: Harness, _ id: String, _ more: String = "", kind: String = "reliable") {
        harness.send(
            .drCommands, key: id,
            #"{"eventType":"RegisterResource","id":"\#(id)","kind":"\#(kind)","capacity":1000\#(more)}"#)
    }

    private func start(_ harness: Harness, _ id: String?, _ more: String, type: String = "t") {
        let named = id.map { #""id":"\#($0)","# } ?? ""
        harness.send(
            .drCommands, key: id ?? "any", #"{"eventType":"StartDr",\#(named)"name":"kt","type":"\#(type)"\#(more)}"#)
    }

    /// What DRstarted says behind the kind, by the order's id.
    private func started(_ harness: Harness) -> [String: String] {
        var found: [String: String] = [:]
        for value in harness.values(.drEvents, DRStarted.type) {
            guard let id = value.firstMatch(of: /"id":"([^"]*)"/)?.1 else { continue }
            found[String(id)] = value.firstMatch(of: /"(?:resources|quantity)".*/).map { String($0.0) } ?? ""
        }
        return found
    }

    private func scene(_ seed: UInt64 = 1) throws -> Harness {
        let harness = harness(seed)
        register(harness, "s2", #","region":"seoul""#)
        register(harness, "s1", #","region":"seoul""#)
        register(harness, "j1", #","region":"jeju""#)
        register(harness, "n1", #","region":"jeju""#, kind: "national")
        try harness.run()
        return harness
    }

    @Test(arguments: seeds) func `a resource is in every partition, with a version for all that is said of it`(
        seed: UInt64
    ) throws {
        let harness = harness(seed)
        let said = #","region":"seoul","method":"Mid(6/10)","price":1952"#
        register(harness, "s1", said + #","from":"2026-06-01""#)
        try harness.run()
        // Without a day it is from the same one on.
        register(harness, "s1", said)
        try harness.run()
        for _ in 0..<2 { register(harness, "s1", #","region":"seoul","price":7"#) }
        try harness.run()
        register(harness, "s1", #","region":"seoul","price":7,"from":"2026-11-21""#)
        try harness.run()
        #expect(harness.deadLetters.isEmpty && harness.values(.drEvents).count == 8)
        for records in harness.topics["dr.events"] ?? [] {
            try #require(records.map(\.key) == ["s1", "s1"])
            #expect(records[0].value?.contains(#""price":1952,"from":"2026-06-01","version":1"#) == true)
            #expect(records[1].value?.contains(#""region":"seoul","capacity":1000,"price":7,"from":"2026"#) == true)
            #expect(records[1].value?.hasSuffix(#""version":2}"#) == true)
        }
        #expect(harness.rows(Resources.self).keys.sorted() == ["s1"])
    }

    /// In Swift such texts are equal, in rows and in other programs they are not.
    @Test(arguments: [("\u{D55C}", "\u{1112}\u{1161}\u{11AB}"), ("\u{E9}", "e\u{301}")])
    func `a region that is composed otherwise is another one`(composed: String, decomposed: String) throws {
        let harness = harness()
        register(harness, "s1", #","region":"\#(composed)""#)
        try harness.run()
        register(harness, "s1", #","region":"\#(decomposed)","price":7"#)
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict])
        register(harness, "s2", #","region":"\#(decomposed)""#)
        try harness.run()
        start(harness, "o1", #","regions":["\#(decomposed)"]"#)
        try harness.run()
        #expect(started(harness)["o1"] == #""resources":["s2"]}"#)
    }

    @Test func `an older one that comes late does not take the place of a newer one`() throws {
        let harness = try scene()
        let late = #"{"eventType":"UseResource","id":"s1","kind":"reliable","capacity":5,"version":"#
        for partition in 0..<4 as Range<Int32> {
            harness.send(.drInternal, key: "s1", late + "1}", partition: partition)
        }
        try harness.run()
        #expect(harness.rows(Resources.self)["s1"]?.contains(#""capacity":1000"#) == true)
        for partition in 0..<4 as Range<Int32> {
            harness.send(.drInternal, key: "s1", late + "2}", partition: partition)
        }
        try harness.run()
        #expect(harness.rows(Resources.self)["s1"]?.contains(#""capacity":5"#) == true)
    }

    @Test func `what cannot be is refused, by its name`() throws {
        let harness = try scene()
        register(harness, "x", kind: "none")
        register(harness, "s1", #","region":"jeju""#)
        register(harness, "s1", #","region":"seoul""#, kind: "national")
        register(harness, "s1")
        register(harness, "x", #","method":"Max(9/9)""#)
        register(harness, "x", #","from":"2026-02-30""#)
        register(harness, String(repeating: "한", count: 22))
        register(harness, "x", #","price":-1"#)
        try harness.run()
        let reasons = harness.deadLetters.map { "\($0.rejection)" }.sorted()
        let kinds = "reliable, standard, small, jeju, national"
        let fixed = "resource s1 is of kind reliable in region seoul, which cannot change: another one needs another id"
        #expect(reasons.count == 8 && reasons.filter { $0 == "conflict: \(fixed)" }.count == 3)
        #expect(reasons.contains(#"refused: resource x: there is no kind "none"; write one of \#(kinds)"#))
        #expect(
            reasons.contains(
                #"refused: resource x: there is no method "Max(9/9)"; write one of Max(4/5), Max(4/5)+SAA, Mid(4/6), "#
                    + "Mid(4/6)+SAA, Mid(6/10), Mid(6/10)+SAA, Mid(8/10), Mid(8/10)+SAA"))
        #expect(reasons.contains("refused: resource x: there is no day 2026-02-30"))
        #expect(harness.rows(Resources.self).count == 4)
    }

    @Test func `there are so many at most, and of those that there are something else can still be said`() throws {
        let harness = harness()
        for number in 1...Limits.resources { register(harness, "r\(number)") }
        try harness.run()
        register(harness, "one more")
        register(harness, "r7", #","price":1"#)
        try harness.run()
        #expect(
            harness.deadLetters.map(\.rejection) == [
                .refused("resource one more is one too many: there are 200, which is the limit")
            ])
        #expect(harness.rows(Resources.self)["r7"]?.contains(#""version":2"#) == true)
        start(harness, "dr-1", "")
        try harness.run()
        #expect(started(harness)["dr-1"]?.split(separator: ",").count == Limits.resources + 1)
    }

    @Test func `as long as there is none everybody is asked, as before`() throws {
        let harness = harness()
        start(harness, "dr-1", "")
        start(harness, "dr-2", #","quantity":5"#)
        start(harness, "dr-3", #","resources":[],"regions":null"#)
        try harness.run()
        #expect(started(harness) == ["dr-1": "", "dr-2": #""quantity":5}"#, "dr-3": ""])
        #expect(harness.rows(OrdersAlone.self)["dr-1"]?.contains("resources") == false)
    }

    @Test(arguments: seeds) func `resources and regions say whom an order asks`(seed: UInt64) throws {
        let harness = try scene(seed)
        start(harness, "dr-1", #","resources":["s1"],"quantity":500"#)
        start(harness, "dr-2", #","regions":["seoul"]"#)
        start(harness, "dr-3", #","resources":["s2","j1","s2"],"regions":["jeju","seoul"]"#)
        start(harness, "dr-4", "")
        start(harness, "dr-5", #","force":true,"regions":["jeju"]"#, type: "national")
        start(harness, "dr-6", #","force":true"#, type: "small")
        try harness.run()
        #expect(harness.deadLetters.isEmpty)
        #expect(
            started(harness) == [
                "dr-1": #""resources":["s1"],"quantity":500,"resourceQuantities":[500]}"#,
                "dr-2": #""resources":["s1","s2"]}"#,
                "dr-3": #""resources":["j1","s1","s2"]}"#, "dr-4": #""resources":["j1","s1","s2"],"unassigned":true}"#,
                "dr-5": #""resources":["n1"]}"#, "dr-6": #""resources":[],"unassigned":true}"#,
            ])
        #expect(harness.rows(OrdersAlone.self)["dr-5"]?.contains(#""resources":["n1"]"#) == true)
    }

    @Test func `what is not there is refused by its name, also by force`() throws {
        let harness = try scene()
        start(harness, "dr-1", #","force":true,"resources":["s1","s9"]"#)
        start(harness, "dr-1", #","force":true,"resources":["n1"]"#)
        start(harness, "dr-1", #","force":true,"regions":["seoul","busan"]"#)
        start(harness, "dr-1", #","force":true,"regions":["seoul"]"#, type: "national")
        start(harness, nil, #","resources":["s9"]"#)
        start(harness, "dr-1", #","resource":"s1""#)
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
        let harness = harness(seed)
        for (id, capacity) in [("a", 1000), ("b", 2000), ("c", 4000)] {
            harness.send(
                .drCommands, key: id,
                #"{"eventType":"RegisterResource","id":"\#(id)","kind":"reliable","capacity":\#(capacity)}"#)
        }
        try harness.run()
        start(harness, "dr-1", #","resources":["c","a","b"],"quantity":1000000000000"#)
        // Of those who belong to none no share is known.
        start(harness, "dr-2", #","quantity":7"#)
        start(harness, "dr-3", #","resources":["a","b"]"#)
        try harness.run()
        #expect(harness.deadLetters.isEmpty)
        #expect(
            started(harness) == [
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
        let harness = harness(seed)
        register(harness, "a", #","method":"Mid(6/10)""#, kind: "standard")
        register(harness, "b", kind: "standard")
        register(harness, "c", #","method":"Max(4/5)+SAA""#, kind: "standard")
        try harness.run()
        let times = #","startsAt":"2026-11-23T01:00:00Z","endsAt":"2026-11-23T02:00:00Z""#
        start(harness, "dr-1", #","resources":["a","b"]\#(times)"#, type: "standard")
        try harness.run()
        register(harness, "a", #","method":"Max(4/5)""#, kind: "standard")
        try harness.run()
        harness.send(
            .drCommands, key: "dr-1", #"{"eventType":"ChangeDr","id":"dr-1","resources":["a","c"]}"#)
        try harness.run()
        let said = started(harness)["dr-1"]
        #expect(said == #""resources":["a","b"],"resourceMethods":["Mid(6/10)",""]}"#)
        let changed = changes(harness).first
        #expect(changed?.contains(#""resourceMethods":["Mid(6/10)","Max(4/5)+SAA"]"#) == true, "\(changed ?? "")")
        #expect(harness.deadLetters.isEmpty)
    }

    /// 국민DR has no adjustment.
    @Test(arguments: [
        ("standard", "Mid(6/10)+SAA", true), ("standard", "Max(4/5)", true), ("standard", "Mid(6/10)+", false),
        ("national", "Mid(6/10)", true), ("national", "Mid(6/10)+SAA", false), ("reliable", "Mid(8/10)+SAA", true),
        ("standard", "+SAA", false),
    ])
    func `a resource chooses among the methods of its kind and of KPX`(
        kind: String, method: String, isTaken: Bool
    ) throws {
        let harness = harness()
        register(harness, "r", #","method":"\#(method)""#, kind: kind)
        try harness.run()
        #expect(harness.deadLetters.isEmpty == isTaken)
        #expect(harness.values(.drEvents, ResourceRegistered.type).isEmpty != isTaken)
    }

    private func changes(_ harness: Harness) -> [String] {
        harness.values(.drEvents, DRChanged.type).map { value in
            value.firstMatch(of: /"version".*/).map { String($0.0) } ?? ""
        }
    }

    @Test func `an order that runs asks others, and orders another quantity`() throws {
        let harness = try scene()
        func change(_ more: String) throws {
            harness.send(.drCommands, key: "dr-1", #"{"eventType":"ChangeDr","id":"dr-1"\#(more)}"#)
            try harness.run()
        }
        start(harness, "dr-1", #","startsAt":"2026-11-21T12:00:00Z","resources":["s1"]"#)
        try harness.run()
        try change(#","quantity":7"#)
        try change(#","regions":["jeju"],"resources":["s2"]"#)
        try change(#","endsAt":"2026-11-21T13:00:00Z","resources":["s1"],"quantity":8"#)
        // The end that it has, beside what is new.
        try change(#","endsAt":"2026-11-21T13:00:00Z","quantity":9"#)
        let starts = #""startsAt":"2026-11-21T12:00:00Z""#
        let ends = #""endsAt":"2026-11-21T13:00:00Z""#
        #expect(
            changes(harness) == [
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
        #expect(changes(harness).count == 4)
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
        let harness = try scene()
        for _ in 0..<2 { start(harness, nil, #","resources":["s1"],"quantity":5"#) }
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict])
        #expect(Array(started(harness).values) == [#""resources":["s1"],"quantity":5,"resourceQuantities":[5]}"#])
    }
}
