import Contracts
import Testing
import Workers
import WorkersTesting

@testable import DRContext

/// What is said of resources.
@Suite struct ResourceTests {
    private static let seeds: ClosedRange<UInt64> = 1...20

    @Test(arguments: seeds) func `a resource is in every partition, with a version for all that is said of it`(
        seed: UInt64
    ) throws {
        let harness = Harness.dr(seed)
        let said = #","region":"seoul","method":"Mid(6/10)","price":1952"#
        harness.register("s1", said + #","from":"2026-06-01""#)
        try harness.run()
        // Without a day it is from the same one on.
        harness.register("s1", said)
        try harness.run()
        for _ in 0..<2 { harness.register("s1", #","region":"seoul","price":7"#) }
        try harness.run()
        harness.register("s1", #","region":"seoul","price":7,"from":"2026-11-21""#)
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
        let harness = Harness.dr()
        harness.register("s1", #","region":"\#(composed)""#)
        try harness.run()
        harness.register("s1", #","region":"\#(decomposed)","price":7"#)
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.conflict])
        harness.register("s2", #","region":"\#(decomposed)""#)
        try harness.run()
        harness.start("o1", #","regions":["\#(decomposed)"]"#)
        try harness.run()
        #expect(harness.started["o1"] == #""resources":["s2"]}"#)
    }

    @Test func `an older one that comes late does not take the place of a newer one`() throws {
        let harness = try Harness.withResources()
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
        let harness = try Harness.withResources()
        harness.register("x", kind: "none")
        harness.register("s1", #","region":"jeju""#)
        harness.register("s1", #","region":"seoul""#, kind: "national")
        harness.register("s1")
        harness.register("x", #","method":"Max(9/9)""#)
        harness.register("x", #","from":"2026-02-30""#)
        harness.register(String(repeating: "한", count: 22))
        harness.register("x", #","price":-1"#)
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
        let harness = Harness.dr()
        for number in 1...Limits.resources { harness.register("r\(number)") }
        try harness.run()
        harness.register("one more")
        harness.register("r7", #","price":1"#)
        try harness.run()
        #expect(
            harness.deadLetters.map(\.rejection) == [
                .refused("resource one more is one too many: there are 200, which is the limit")
            ])
        #expect(harness.rows(Resources.self)["r7"]?.contains(#""version":2"#) == true)
        harness.start("dr-1", "")
        try harness.run()
        #expect(harness.started["dr-1"]?.split(separator: ",").count == Limits.resources + 1)
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
        let harness = Harness.dr()
        harness.register("r", #","method":"\#(method)""#, kind: kind)
        try harness.run()
        #expect(harness.deadLetters.isEmpty == isTaken)
        #expect(harness.values(.drEvents, ResourceRegistered.type).isEmpty != isTaken)
    }
}
