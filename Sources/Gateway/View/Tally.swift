import Contracts
import JSON
import SQLite

/// What an order's answers and checks come to. Kept as rows are applied: nobody has to look at all of them to know.
struct Tally: Equatable {
    var (asked, accepted, denied) = (0 as Int64, 0 as Int64, 0 as Int64)
    /// Wh an hour.
    var (askedCapacity, acceptedCapacity, deniedCapacity) = (0 as Int64, 0 as Int64, 0 as Int64)
    var (checked, real) = (0 as Int64, 0 as Int64)
    var (baselineWh, usedWh, reducedWh, points) = (0 as Int64, 0 as Int64, 0 as Int64, 0 as Int64)
    /// Thousandths of Wh in each quarter hour of the order, of all checks so far: without those that other orders have.
    var (quarterBaseline, quarterUsed) = ([] as [Int64], [] as [Int64])

    /// Whether no answer and no check is counted: of an order that nobody was asked for, or that has gone.
    var isOfNone: Bool { asked == 0 && checked == 0 }
    var silent: Int64 { asked - accepted - denied }
    var silentCapacity: Int64 { askedCapacity - acceptedCapacity - deniedCapacity }

    /// - Parameter sign: 1 for a place on the list that is there now, −1 for one that was.
    mutating func add(_ answer: ShownAnswer, capacity: Int64, _ sign: Int64) {
        asked += sign
        askedCapacity += sign * capacity
        switch answer {
        case .accept:
            accepted += sign
            acceptedCapacity += sign * capacity
        case .deny:
            denied += sign
            deniedCapacity += sign * capacity
        case .ignore: break
        }
    }

    mutating func add(_ check: CheckFigures, _ sign: Int64) {
        checked += sign
        if check.isReal { real += sign }
        baselineWh += sign * check.baselineWh
        usedWh += sign * check.usedWh
        if check.isReal { reducedWh += sign * check.reducedWh }
        if check.isReal { points += sign * check.points }
        Self.add(check.quarterBaseline, without: check.others, to: &quarterBaseline, sign)
        Self.add(check.quarterUsed, without: check.others, to: &quarterUsed, sign)
    }

    private static func add(_ values: [Int64?], without others: Set<Int>, to sums: inout [Int64], _ sign: Int64) {
        while sums.count < values.count { sums.append(0) }
        for (place, value) in values.enumerated() where !others.contains(place) { sums[place] += sign * (value ?? 0) }
    }
}

/// What a check says in figures.
struct CheckFigures {
    var isReal: Bool
    var (baselineWh, usedWh, reducedWh, points): (Int64, Int64, Int64, Int64)
    var (quarterBaseline, quarterUsed): ([Int64?], [Int64?])
    /// Which of these are counted for other orders, by position.
    var others: Set<Int>
}

/// What a customer has said, as rows of the view have it.
enum ShownAnswer: Int64 {
    case ignore = 0
    case accept = 1
    case deny = 2

    init?(_ word: String) {
        switch word {
        case "ignore": self = .ignore
        case "accept": self = .accept
        case "deny": self = .deny
        default: return nil
        }
    }

    var word: String {
        switch self {
        case .ignore: "ignore"
        case .accept: "accept"
        case .deny: "deny"
        }
    }
}

/// The tallies that are being changed: read once, and written before each commit.
final class Tallies {
    /// So many stay in memory between commits.
    private static let limit = 64
    private var open: [ExactText: Tally] = [:]
    private var changed: Set<ExactText> = []
    private let find: Statement
    private let put: Statement
    private let delete: Statement
    private let countAll: Statement
    private var reader = JSONReader()

    init(_ database: borrowing Database) throws {
        find = try database.prepare("SELECT \(Self.columns), quarters FROM tallies WHERE order_id = ?1")
        put = try database.prepare(
            """
            INSERT OR REPLACE INTO tallies(order_id, \(Self.columns), quarters)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """)
        delete = try database.prepare("DELETE FROM tallies WHERE order_id = ?1")
        func sum(_ answer: ShownAnswer, _ what: String) -> String { "sum((answer = \(answer.rawValue)) * \(what))" }
        let answers = "asked, accepted, denied, asked_capacity, accepted_capacity, denied_capacity"
        let others = "checked, real, baseline_wh, used_wh, reduced_wh, points, quarters"
        countAll = try database.prepare(
            """
            INSERT INTO tallies(order_id, \(answers), \(others))
            SELECT order_id, count(*), \(sum(.accept, "1")), \(sum(.deny, "1")),
                sum(capacity), \(sum(.accept, "capacity")), \(sum(.deny, "capacity")), 0, 0, 0, 0, 0, 0, '{}'
            FROM responses WHERE true GROUP BY order_id
            ON CONFLICT (order_id) DO UPDATE SET (\(answers)) =
                (excluded.asked, excluded.accepted, excluded.denied, excluded.asked_capacity, excluded.accepted_capacity,
                excluded.denied_capacity)
            """)
    }

    static let columns = """
        asked, accepted, denied, asked_capacity, accepted_capacity, denied_capacity, checked, real, baseline_wh, used_wh,
        reduced_wh, points
        """

    /// Has to be the last that the record does: what is changed here is not rolled back when something behind it fails.
    func change(_ order: String, _ body: (inout Tally) -> Void) throws {
        let key = ExactText(order)
        var tally = try open[key] ?? read(order)
        body(&tally)
        open[key] = tally
        changed.insert(key)
    }

    func write() throws {
        for order in changed {
            guard let tally = open[order] else { continue }
            guard !tally.isOfNone else {
                try delete.run(text: order.text.utf8.span)
                continue
            }
            try put.run { bindings in
                bindings.add(order.text)
                for value in tally.figures { bindings.add(value) }
                bindings.add(tally.quarters)
            }
        }
        changed.removeAll()
        if open.count > Self.limit { open.removeAll() }
    }

    /// Counts the answers of all orders, none of which has been counted yet.
    func countAnswers() throws {
        try write()
        try countAll.run()
        forget()
    }

    func forget() {
        open.removeAll()
        changed.removeAll()
    }

    private func read(_ order: String) throws -> Tally {
        var tally = Tally()
        try find.withRow(text: order.utf8.span) { row in
            tally = Tally(row, from: 0)
            try reader.read(row.bytes(12)) { tally.readQuarters($0) }
        }
        return tally
    }
}

extension Tally {
    var figures: [Int64] {
        [
            asked, accepted, denied, askedCapacity, acceptedCapacity, deniedCapacity, checked, real, baselineWh, usedWh,
            reducedWh, points,
        ]
    }

    fileprivate var quarters: String {
        var json = JSONWriter()
        json.object { json in
            json.field("baseline", quarterBaseline.map { $0 })
            json.field("used", quarterUsed.map { $0 })
        }
        return unsafe json.bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Without the quarters.
    init(_ row: borrowing Row, from first: Int32) {
        (asked, accepted, denied) = (row.integer(first), row.integer(first + 1), row.integer(first + 2))
        askedCapacity = row.integer(first + 3)
        acceptedCapacity = row.integer(first + 4)
        deniedCapacity = row.integer(first + 5)
        (checked, real) = (row.integer(first + 6), row.integer(first + 7))
        (baselineWh, usedWh) = (row.integer(first + 8), row.integer(first + 9))
        (reducedWh, points) = (row.integer(first + 10), row.integer(first + 11))
    }

    mutating func readQuarters(_ fields: borrowing Fields) {
        let bounds = Int64.min...Int64.max
        quarterBaseline = ((try? fields.numbers("baseline", in: bounds, atMost: .max)) ?? []).map { $0 ?? 0 }
        quarterUsed = ((try? fields.numbers("used", in: bounds, atMost: .max)) ?? []).map { $0 ?? 0 }
    }
}
