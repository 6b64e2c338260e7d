import Contracts
import HTTP
import JSON
import SQLite
import Testing

@testable import Gateway

/// Tags that are made without the answer: each thing that the answer shows has to move them.
@Suite struct TagTests {
    private typealias Change<Item> = (field: String, make: (inout Item) -> Void)

    private func call(
        _ base: String = "https://dr.example.com", _ role: Role = .operator, _ customer: String? = nil
    ) -> Call {
        Call(
            request: HTTPRequest(path: "/"), exchange: HTTPExchange(),
            principal: Principal(name: "kim", role: role, userID: customer.map { UserID(text: $0) }),
            end: nil, links: Links(base: base), headers: [])
    }

    /// Each change, made to the item alone, is another answer with another tag; and nothing that an item has is without
    /// a change.
    private func check<Item: ShownItem>(_ item: Item, _ changes: [Change<Item>], others: Set<String> = []) {
        let call = call()
        #expect(item.tag(call) == item.tag(call))
        let fields = Set(Mirror(reflecting: item).children.compactMap(\.label))
        #expect(fields == others.union(changes.map(\.field)), "each field has to be changed here once")
        for (field, make) in changes {
            var changed = item
            make(&changed)
            #expect(changed.tag(call) != item.tag(call), "\(field)")
        }
    }

    private func shown<Item>(_ type: Item.Type, _ values: String, _ make: (borrowing Row) -> Item) throws -> Item {
        var item: Item?
        let database = try Database(":memory:")
        try database.prepare("SELECT \(values)").forEachRow { row in
            item = make(row)
            return false
        }
        return try #require(item)
    }

    private func user() throws -> ShownUser {
        try shown(ShownUser.self, "'u', 'n', 1, 2, NULL, NULL") { ShownUser($0) }
    }

    private func order() throws -> ShownOrder {
        try shown(
            ShownOrder.self,
            "'o', 'n', 'k', 0, 1, NULL, NULL, NULL, NULL, 0, NULL, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, '{}', "
                + "1, 2, 3, 4, 5, 6, 7, NULL, NULL, 0, 0, 0, 0"
        ) { ShownOrder($0) }
    }

    private static func reduction(_ resource: String, _ version: Int64) -> ResourceReduction {
        ResourceReduction(
            order: OrderID(text: "o"), resource: ResourceID(text: resource), version: version, sum: ResourceSum())
    }

    private func response() throws -> ShownResponse {
        try shown(ShownResponse.self, "'o', 'u', 'n', 1, 0, NULL, 1, NULL, 0, 0, NULL") { ShownResponse($0) }
    }

    @Test func `a customer's tag changes with each thing that is shown of him`() throws {
        check(
            try user(),
            [
                ("id", { $0.id = "x" }), ("name", { $0.name = "" }), ("capacity", { $0.capacity = 2 }),
                ("point", { $0.point = 1 }), ("leftAt", { $0.leftAt = 0 }), ("resource", { $0.resource = "r" }),
            ])
    }

    @Test func `an order's tag changes with each thing that is shown of it, its figures too`() throws {
        let order = try order()
        check(
            order,
            [
                ("id", { $0.id = "x" }), ("name", { $0.name = "x" }), ("kind", { $0.kind = "x" }),
                ("isOver", { $0.isOver = true }), ("startsAt", { $0.startsAt = 2 }), ("endsAt", { $0.endsAt = 0 }),
                ("cancelledAt", { $0.cancelledAt = 0 }), ("reason", { $0.reason = "" }),
                ("resources", { $0.resources = [] }), ("isUnassigned", { $0.isUnassigned = true }),
                ("quantity", { $0.quantity = 1 }), ("isTest", { $0.isTest = true }),
                ("tally", { $0.tally.points += 1 }), ("load", { $0.load.waiting += 1 }), ("won", { $0.won.own = 0 }),
                ("reductions", { $0.reductions = [Self.reduction("r", 1)] }),
            ])
        var reduced = order
        let (first, second) = ([Self.reduction("r", 1)], [Self.reduction("r", 2)])
        let tags = [first, second, [Self.reduction("s", 1)], first + second].map { reductions in
            reduced.reductions = reductions
            return reduced.tag(call())
        }
        #expect(Set(tags).count == 4)
        let figures: [Change<Tally>] = [
            ("asked", { $0.asked += 1 }), ("accepted", { $0.accepted += 1 }), ("denied", { $0.denied += 1 }),
            ("askedCapacity", { $0.askedCapacity += 1 }), ("acceptedCapacity", { $0.acceptedCapacity += 1 }),
            ("deniedCapacity", { $0.deniedCapacity += 1 }), ("checked", { $0.checked += 1 }),
            ("real", { $0.real += 1 }),
            ("baselineWh", { $0.baselineWh += 1 }), ("usedWh", { $0.usedWh += 1 }),
            ("reducedWh", { $0.reducedWh += 1 }), ("points", { $0.points += 1 }),
            ("quarterBaseline", { $0.quarterBaseline = [0] }), ("quarterUsed", { $0.quarterUsed = [0] }),
        ]
        #expect(Set(Mirror(reflecting: order.tally).children.compactMap(\.label)) == Set(figures.map(\.field)))
        let won: [Change<OrderWon>] = [("own", { $0.own = 0 }), ("kpx", { $0.kpx = 0 })]
        #expect(Set(Mirror(reflecting: order.won).children.compactMap(\.label)) == Set(won.map(\.field)))
        for (field, make) in won {
            var changed = order
            make(&changed.won)
            #expect(changed.tag(call()) != order.tag(call()), "\(field)")
        }
        #expect(order.load.figures == [1, 2, 3, 4, 5, 6, 7])
        for (field, make) in figures {
            var changed = order
            make(&changed.tally)
            #expect(changed.tag(call()) != order.tag(call()), "\(field)")
        }
    }

    @Test func `a response's tag changes with each thing that is shown of it`() throws {
        check(
            try response(),
            [
                ("order", { $0.order = "x" }), ("user", { $0.user = "x" }), ("name", { $0.name = "x" }),
                ("capacity", { $0.capacity = 2 }), ("answer", { $0.answer = .deny }),
                ("answeredAt", { $0.answeredAt = 0 }), ("startsAt", { $0.startsAt = 2 }), ("endsAt", { $0.endsAt = 0 }),
                ("isSaved", { $0.isSaved = true }), ("isCancelled", { $0.isCancelled = true }),
                ("resource", { $0.resource = "r" }),
            ])
    }

    @Test func `what stands in two fields is not taken for the same text in others`() throws {
        let (one, other) = (try user(), try user())
        var (first, second) = (one, other)
        (first.id, first.name) = ("ab", "c")
        (second.id, second.name) = ("a", "bc")
        #expect(first.tag(call()) != second.tag(call()))
    }

    @Test func `a tag is of the answer as one caller sees it, by the address that he came to`() throws {
        let calls = [
            call(), call("http://dr.example.com"), call("https://dr.example.com:8443"),
            call("https://dr.example.com", .auditor), call("https://dr.example.com", .customer, "u"),
            call("https://dr.example.com", .customer, "v"),
        ]
        let (user, order, response) = (try user(), try order(), try response())
        for item in [user, order, response] as [any ShownItem] {
            #expect(Set(calls.map { item.tag($0) }).count == calls.count, "\(item)")
        }
    }

    @Test func `whoever has the answer of a tag has none written for him`() throws {
        let user = try user()
        let first = call().answer(user, Accepted.hal)
        let tag = try #require(first.headers.first { $0.name == "ETag" }?.value)
        let request = HTTPRequest(target: "/users/u", headers: ["If-None-Match": tag])
        let again = Call(
            request: request, exchange: HTTPExchange(), principal: call().principal, end: nil,
            links: call().links, headers: [])
        let answer = again.answer(user, Accepted.hal)
        #expect(answer.status == 304 && answer.body.isEmpty && answer.contentType.isEmpty)
        #expect(answer.headers.map(\.name) == first.headers.map(\.name))
        #expect(answer.headers.map(\.value) == first.headers.map(\.value))
        var changed = user
        changed.point += 1
        #expect(again.answer(changed, Accepted.hal).status == 200)
    }

    /// The tag of a page is made of its bytes.
    @Test func `bodies that differ in one byte, or in how long they are, have different tags`() {
        let body = Array("{\"a\":1234567}".utf8)
        var tags: Set = [Tag(body).text, Tag([]).text, Tag([0]).text, Tag(body + [0]).text]
        for place in body.indices {
            var changed = body
            changed[place] ^= 1
            tags.insert(Tag(changed).text)
        }
        #expect(tags.count == body.count + 4)
        #expect(tags.allSatisfy { $0.utf8.count == 34 && $0.hasPrefix("\"") && $0.hasSuffix("\"") })
    }

    @Test(arguments: [
        (#""ab""#, #""ab""#, true), (#""ab""#, #""abc""#, false), (#""x", "ab""#, #""ab""#, true),
        ("*", #""ab""#, true),
        (#""ab.12""#, #""ab.34""#, true), (#""ac.12""#, #""ab.12""#, false), (#"W/"ab.12""#, #""ab.34""#, true),
        ("", #""ab""#, false), (#"ab"#, #""ab""#, false), (#""ab"#, #""ab""#, false), (#""ab""#, #""ab.12""#, false),
    ]) func `a write is meant for a state, whatever has moved by itself`(_ wanted: String, _ tag: String, _ fits: Bool)
    {
        #expect(Tag.stands(in: wanted, for: tag) == fits)
    }

    @Test func `an order's figures change its tag, and not what a command is meant for`() throws {
        let order = try order()
        var moved = order
        moved.tally.accepted += 1
        #expect(moved.tag(call()) != order.tag(call()))
        #expect(Tag.stands(in: order.tag(call()), for: moved.tag(call())))
        var ended = order
        ended.isOver = true
        #expect(!Tag.stands(in: order.tag(call()), for: ended.tag(call())))
    }
}
