import Contracts
import Testing
import Views

@testable import Gateway

/// Dead letters as the view keeps, counts and lists them.
@Suite(.timeLimit(.minutes(30))) struct DeadLetterRowsTests {
    @Test func `the oldest dead letters go when there are too many, and the number is that of the rows`() throws {
        let model = try Model()
        let (limit, step) = (100_000, 1_000)
        let total = limit + 2 * step + 1
        try model.take((0..<total).map { .deadLetter(at: Int64($0)) })
        var page = PageRequest()
        page.size = 1
        let found = try model.queries.deadLetters(context: nil, kind: nil, page)
        #expect(found.total == Int64(limit + 1))
        #expect(found.items.first?.at == Int64(total - 1))
        page.number = limit
        #expect(try model.queries.deadLetters(context: nil, kind: nil, page).items.first?.at == Int64(2 * step))
    }

    @Test func `dead letters of a context, of a kind or of both are counted and listed, newest first`() throws {
        let model = try Model()
        func deadLetter(_ context: Context, _ kind: String, _ at: Int64) -> Taken {
            var deadLetter = Taken.deadLetter(at: at, kind: kind)
            deadLetter.topic = context.deadLetters
            return deadLetter
        }
        try model.take([
            deadLetter(.dr, "conflict", 1), deadLetter(.user, "late", 4), deadLetter(.dr, "late", 3),
            deadLetter(.dr, "conflict", 2),
        ])
        let lists: [(String?, String?, [Int64])] = [
            (nil, nil, [4, 3, 2, 1]), ("dr", nil, [3, 2, 1]), (nil, "late", [4, 3]), ("dr", "conflict", [2, 1]),
            ("user", "conflict", []), ("none", nil, []),
        ]
        for (context, kind, times) in lists {
            var page = PageRequest()
            page.size = 2
            for number in 0..<2 {
                page.number = number
                let found = try model.queries.deadLetters(context: context, kind: kind, page)
                #expect(found.items.map(\.at) == Array(times.dropFirst(2 * number).prefix(2)))
                #expect(found.total == Int64(times.count))
            }
        }
    }

    @Test(arguments: [Context.dr, .feed])
    func `what stood in a record with people's numbers is not kept`(context: Context) throws {
        let model = try Model()
        var letter = Taken.deadLetter(at: 1, kind: "malformed")
        (letter.topic, letter.key, letter.value) = (
            context.deadLetters, "0123456789", #"{"customerNumber":"0123456789"}"#
        )
        try model.take([letter])
        let found = try #require(try model.queries.deadLetters(context: nil, kind: nil, PageRequest()).items.first)
        #expect(found.kind == "malformed" && found.context == context.name)
        #expect((found.key == nil) == (context == .feed) && found.value.isEmpty == (context == .feed))
    }

    @Test func `a dead letter is told with its reason, in whatever bytes it is`() throws {
        let model = try Model()
        try model.take([
            .deadLetter(kind: "malformed", reason: "why \u{1B}[1m"),
            Taken(topic: Context.user.deadLetters, key: "u", value: nil),
        ])
        let deadLetters = try model.queries.deadLetters(context: nil, kind: nil, PageRequest()).items
        #expect(deadLetters.map(\.id).sorted() == ["dr-0-0", "user-0-1"])
        #expect(
            try model.queries.deadLetters(context: "dr", kind: "malformed", PageRequest()).items.map(\.reason) == [
                "why \u{1B}[1m"
            ])
        #expect(try model.queries.deadLetters(context: "user", kind: "malformed", PageRequest()).total == 0)
        #expect(try model.queries.deadLetter("user", 0, 1)?.kind == "refused")
    }
}
