import Contracts
import SQLite
import Schemas
import Testing
import Views

@testable import Gateway

/// What records make of the rows that the gateway shows.
@Suite(.timeLimit(.minutes(30))) struct ReadModelTests {
    @Test func `it follows the topics that name the gateway among their readers, by which it has its rights`() {
        let readable = Schemas.catalogue.values.filter { $0.readers.contains("gateway") }.map(\.name)
        #expect(ReadModel.topics.map(\.name).sorted() == readable.sorted())
    }

    /// A file of another version is made anew. One of this version has these tables: with others a gateway that is
    /// upgraded could not write its rows.
    @Test func `other tables are another version`() {
        let tables = Partitioner.checksum(of: (Schema.tables + Schema.indices).utf8.span)
        #expect((ReadModel.version, tables) == (9, 2_529_295_338), "write the new checksum here, and the next version")
    }

    /// asked, accepted, denied, the capacities of these, checked, real, reduced Wh and points.
    static let counts: [(name: String, records: [Taken], counts: [Int64])] = [
        ("nothing", [], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("who is asked", [.response("o", "a", "ignore", 7)], [1, 0, 0, 7, 0, 0, 0, 0, 0, 0]),
        (
            "each answer",
            [.response("o", "a", "accept", 1), .response("o", "b", "deny", 2), .response("o", "c", "ignore", 4)],
            [3, 1, 1, 7, 1, 2, 0, 0, 0, 0]
        ),
        (
            "a row twice", [.response("o", "a", "accept", 3), .response("o", "a", "accept", 3)],
            [1, 1, 0, 3, 3, 0, 0, 0, 0, 0]
        ),
        (
            "another answer", [.response("o", "a", "accept", 3), .response("o", "a", "deny", 3)],
            [1, 0, 1, 3, 0, 3, 0, 0, 0, 0]
        ),
        (
            "another capacity", [.response("o", "a", "accept", 3), .response("o", "a", "accept", 5)],
            [1, 1, 0, 5, 5, 0, 0, 0, 0, 0]
        ),
        (
            "a row that goes", [.response("o", "a", "accept"), .response("o", "a", "accept").gone()],
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        ),
        (
            "a place that goes with its check, beside one that stays",
            [
                .response("o", "a", "accept", 3), .response("o", "b", "deny", 2), .check("o", "a", reduced: 40),
                .response("o", "a", "accept", 3).gone(),
            ],
            [1, 0, 1, 2, 0, 2, 0, 0, 0, 0]
        ),
        ("one that was never there", [.response("o", "a", "accept").gone()], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("another order's", [.response("p", "a", "accept")], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("a check", [.check("o", "a", reduced: 40)], [0, 0, 0, 0, 0, 0, 1, 1, 40, 40]),
        ("one that is not real", [.check("o", "a", reduced: 40, isReal: false)], [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
        (
            "a check that is corrected",
            [.check("o", "a", reduced: 40), .check("o", "b", reduced: 5), .check("o", "a", reduced: 7)],
            [0, 0, 0, 0, 0, 0, 2, 2, 12, 12]
        ),
        (
            "a version that comes behind a higher one",
            [
                .check("o", "a", reduced: 40), .check("o", "a", reduced: 7, version: 3),
                .check("o", "a", reduced: 9, version: 2),
            ],
            [0, 0, 0, 0, 0, 0, 1, 1, 7, 7]
        ),
        (
            "one that is real no more", [.check("o", "a", reduced: 40), .check("o", "a", reduced: 0, isReal: false)],
            [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
        ),
    ]

    /// How records come: in one transaction or in many, while the view follows, while it is made, or the first of them
    /// then.
    enum Course: CaseIterable { case one, many, madeInOne, madeInMany, firstMade }

    @Test(arguments: counts, Course.allCases)
    func `counts are those of the rows, however these come`(
        _ row: (name: String, records: [Taken], counts: [Int64]), _ course: Course
    ) throws {
        let model = try Model(isMaking: ![.one, .many].contains(course))
        try model.take([.order("o"), .order("p")])
        if [.one, .madeInOne].contains(course) {
            try model.take(row.records)
        } else {
            for (number, record) in row.records.enumerated() {
                try model.take([record])
                if course == .firstMade, number == 0 { try model.finish() }
            }
        }
        if [.madeInOne, .madeInMany].contains(course) || course == .firstMade && row.records.isEmpty {
            try model.finish()
        }
        let tally = try #require(try model.queries.order("o")).tally
        #expect(
            [
                tally.asked, tally.accepted, tally.denied, tally.askedCapacity, tally.acceptedCapacity,
                tally.deniedCapacity,
                tally.checked, tally.real, tally.reducedWh, tally.points,
            ] == row.counts, "\(row.name)")
        // What is counted is what is listed.
        let listed = try model.queries.responses(order: "o", user: nil, answer: nil, PageRequest())
        #expect(listed.total == Int64(listed.items.count))
        let all = try model.queries.responses(order: nil, user: nil, answer: nil, PageRequest())
        #expect(all.total == Int64(all.items.count))
        let checks = try model.queries.checks(order: "o", user: nil, PageRequest())
        #expect(checks.total == Int64(checks.items.count) && checks.total == tally.checked)
    }

    @Test func `of a resource's sums of an order the highest version is shown, until the order goes`() throws {
        let model = try Model()
        try model.take([
            .order("o"), .order("p"), .reduction("o", "s2", version: 1, wh: 5),
            .reduction("o", "s1", version: 2, wh: -30), .reduction("o", "s1", version: 1, wh: 9),
            .reduction("p", "s1", version: 1, wh: 8), .check("o", "a", reduced: 40),
        ])
        let order = try #require(try model.queries.wholeOrder("o"))
        #expect(order.reductions.map(\.resource.text) == ["s1", "s2"])
        #expect(order.reductions.map(\.sum.reducedWh) == [-30, 5])
        #expect(order.reductions.map(\.sum.positiveWh) == [0, 5])
        #expect(order.tally.checked == 1)
        try model.take([.order("o").gone(), .order("o")])
        #expect(try #require(try model.queries.wholeOrder("o")).reductions.isEmpty)
        #expect(try #require(try model.queries.wholeOrder("p")).reductions.count == 1)
    }

    @Test func `a correction is an entry of the ledger, and what stands beside the entries is none`() throws {
        let model = try Model()
        func row(_ key: String, _ value: String) -> Taken {
            Taken(topic: Context.user.changelog, key: "ledger/\(key)", value: value)
        }
        func entry(_ sequence: Int, _ change: Int, _ more: String = "") -> String {
            #"{"sequence":\#(sequence),"change":\#(change),"point":5,"reason":"r","drId":"o"\#(more),"#
                + #""time":"2026-11-28T00:00:00Z","source":"s"}"#
        }
        try model.take([
            row("dr/o/u", entry(1, 9)), row("dr/o/u/2", entry(2, -4, #","version":2"#)),
            row("/o/u", #"{"version":2,"points":5}"#),
        ])
        let ledger = try model.queries.ledger("u", PageRequest())
        #expect(ledger.total == 2)
        #expect(ledger.items.map(\.change) == [-4, 9])
        #expect(ledger.items.map(\.version) == [2, nil])
        #expect(ledger.items.map(\.order) == ["o", "o"])
    }

    @Test func `what was rolled back is not counted`() throws {
        let model = try Model()
        try model.take([.order("o"), .response("o", "a", "accept")])
        try model.database.begin()
        try model.take(.response("o", "b", "accept"))
        try model.take(.user("u"))
        try model.database.rollBack()
        model.rows.wasRolledBack()
        try model.take([.response("o", "c", "deny")])
        let tally = try #require(try model.queries.order("o")).tally
        #expect([tally.asked, tally.accepted, tally.denied] == [2, 1, 1])
        #expect(try model.queries.users(PageRequest()).total == 0)
    }

    @Test(arguments: [false, true])
    func `what waits while the view is made goes with its transaction, and the last of a row stays`(
        _ isRolledBack: Bool
    ) throws {
        let model = try Model(isMaking: true)
        try model.take([.order("o"), .user("a", 1), .response("o", "a", "accept")])
        try model.database.begin()
        for record: Taken in [
            .user("b", 1), .user("a", 2), .user("b").gone(), .user("c", 3), .user("a", 4), .response("o", "b", "deny"),
        ] { try model.take(record) }
        if isRolledBack {
            try model.database.rollBack()
            model.rows.wasRolledBack()
            try model.database.begin()
        }
        try model.rows.willCommit()
        try model.database.commit()
        try model.finish()
        let users = try model.queries.users(PageRequest())
        #expect(users.items.map { "\($0.id) \($0.capacity)" } == (isRolledBack ? ["a 1"] : ["a 4", "c 3"]))
        #expect(users.total == Int64(users.items.count))
        #expect(try model.queries.order("o")?.tally.asked == (isRolledBack ? 1 : 2))
        // And from here on as rows come.
        try model.take([.user("a", 5), .user("d", 6)])
        #expect(try model.queries.users(PageRequest()).total == users.total + 1)
    }

    @Test func `a check's quarters are the sums over customers, with what is unknown left out`() throws {
        let model = try Model()
        try model.take([.order("o"), .check("o", "a", reduced: 40), .check("o", "b", reduced: 100)])
        let tally = try #require(try model.queries.order("o")).tally
        #expect(tally.quarterBaseline == [2_000_000] && tally.quarterUsed == [1_860_000])
    }

    @Test(
        arguments: [
            (#""startsAt":"2026-11-28T00:05:00Z","endsAt":"2026-11-28T00:40:00Z","#, [1000, 0, 1000], [100, 0, 300]),
            // It had no readings, and does not say when it starts.
            ("", [0, 0, 0], [0, 0, 0]),
        ] as [(String, [Int64], [Int64])])
    func `quarter hours that are counted for another order are not in an order's chart`(
        time: String, baseline: [Int64], used: [Int64]
    ) throws {
        let model = try Model()
        var check = Taken.check("o", "a", reduced: 40)
        check.value =
            #"{"drId":"o","userId":"a","userName":"n","responseAnswer":"accept","baselineWh":2,"usedWh":1,"#
            + #""reducedWh":1,"adjustPoint":1,"isReal":true,"method":"m","days":[],"quarterBaselineWh":[1,1,1],"#
            + #""quarterUsedWh":[0.1,0.2,0.3],\#(time)"gapOfReference":"leaveOut","gapOfOrder":"hour","#
            + #""countedFor":[{"drId":"p","startsAt":"2026-11-28T00:15:00Z","endsAt":"2026-11-28T00:30:00Z"}]}"#
        try model.take([.order("o"), check])
        let tally = try #require(try model.queries.order("o")).tally
        #expect((tally.quarterBaseline, tally.quarterUsed) == (baseline, used))
        // And a repeated one counts once.
        try model.take([check])
        #expect(try model.queries.order("o")?.tally == tally)
    }

    @Test func `customers come, change and go, and their number with them`() throws {
        let model = try Model()
        func users() throws -> [String] {
            try model.queries.users(PageRequest()).items.map { "\($0.id) \($0.capacity)" }
        }
        try model.take([.user("a", 1), .user("b", 2), .user("a", 3)])
        #expect(try users() == ["a 3", "b 2"] && model.queries.users(PageRequest()).total == 2)
        try model.take([.user("a").gone(), .user("none").gone()])
        #expect(try users() == ["b 2"] && model.queries.users(PageRequest()).total == 1)
        #expect(try model.queries.user("a") == nil)
    }

    @Test func `orders whose ids look alike have counts of their own`() throws {
        let (one, other) = ("\u{E9}", "e\u{301}")
        let model = try Model()
        try model.take([.order(one), .order(other), .response(one, "a", "accept"), .response(one, "b", "accept")])
        try model.take([.response(one, "c", "accept"), .response(other, "a", "deny")])
        for (id, counts) in [(one, [3, 0] as [Int64]), (other, [1, 1])] {
            let tally = try #require(try model.queries.order(id)).tally
            #expect([tally.asked, tally.denied] == counts)
        }
    }

    /// Whoever listens is sent them.
    @Test func `an event's type and key have an end`() throws {
        let model = try Model()
        let long = String(repeating: "x", count: 5000)
        try model.take([Taken(topic: Context.dr.events, key: long, value: "{}", headers: ["type": long])])
        let event = try #require(try model.queries.events(after: 0).first)
        #expect(event.type.utf8.count == 100 && event.key.utf8.count == 200)
    }

    @Test func `an order that goes is not shown`() throws {
        let model = try Model()
        try model.take([.order("o"), .order("p", "ended")])
        #expect(try model.queries.orders(PageRequest(), onlyRunning: true).items.map(\.id) == ["o"])
        try model.take([.order("o").gone()])
        #expect(try model.queries.order("o") == nil)
        #expect(try model.queries.orders(PageRequest(), onlyRunning: false).total == 1)
    }

    @Test func `of tables that are not shown nothing is kept, nor of keys that are none`() throws {
        let model = try Model()
        try model.take([
            Taken(topic: Context.dr.changelog, key: "timers/x", value: "nonsense"),
            Taken(topic: Context.user.changelog, key: "orders/x", value: "nonsense"),
            Taken(topic: Context.dr.changelog, key: "none", value: "nonsense"),
        ])
        #expect(try model.queries.orders(PageRequest(), onlyRunning: false).total == 0)
    }
}
