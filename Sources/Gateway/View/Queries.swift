import Contracts
import JSON
import SQLite
import Views

/// What is asked of the read model.
final class Queries: ViewQueries {
    let total: Statement
    private let order: Statement
    private let orderCount: Statement
    private let runningCount: Statement
    private let (orders, running): ([String: Listing], [String: Listing])
    private let user: Statement
    private let users: [String: Listing]
    private let usersByPrefix: Listing
    private let usersOfName: Statement
    private let ledger: Listing
    private let ledgerCount: Statement
    private let response: Statement
    private let (responses, ofOrder, ofAnswer): (Listing, Listing, Listing)
    private let ofUser: [String: Listing]
    private let ofUserCount: Statement
    private let check: Statement
    private let checksOfUserCount: Statement
    private let (checks, checksOfOrder): (Listing, Listing)
    private let checksOfUser: [String: Listing]
    let deadLetter: Statement
    let deadLetters: DeadLetterLists
    let audit: AuditLists
    let outcome: Statement
    let events: Statement
    private let lastEnded: Statement
    private var reader = JSONReader()

    init(_ database: borrowing Database) throws {
        total = try database.prepare("SELECT count FROM totals WHERE name = ?1")

        let selectOrder = "SELECT \(ShownOrder.columns) FROM \(ShownOrder.tables)"
        order = try database.prepare("\(selectOrder) WHERE o.id = ?1")
        orderCount = try database.prepare("SELECT count(*) FROM orders")
        runningCount = try database.prepare("SELECT count(*) FROM orders WHERE is_ended = 0")
        var (orders, running): ([String: Listing], [String: Listing]) = ([:], [:])
        for (name, columns) in Self.orderSorts {
            orders[name] = try Listing(database, selectOrder, by: columns)
            running[name] = try Listing(database, "\(selectOrder) WHERE o.is_ended = 0", by: columns)
        }
        (self.orders, self.running) = (orders, running)

        let selectUser = "SELECT \(ShownUser.columns) FROM users"
        user = try database.prepare("\(selectUser) WHERE id = ?1")
        var users: [String: Listing] = [:]
        for (name, columns) in Self.userSorts {
            users[name] =
                name == "id"
                ? try Listing(database, selectUser, by: columns)
                : try Listing(database, "SELECT \(ShownUser.columns)", "users", key: ["id"], by: columns)
        }
        self.users = users
        // Of each so many: whoever types one letter does not want to wait for all that begin with it.
        usersByPrefix = try Listing(
            database,
            """
            SELECT * FROM (
                SELECT * FROM (\(selectUser) WHERE id >= ?3 AND id < ?4 ORDER BY id LIMIT \(Self.searchLimit))
                UNION SELECT * FROM (\(selectUser) WHERE name >= ?3 AND name < ?4 ORDER BY name LIMIT \(Self.searchLimit)))
            """, by: ["id"])
        usersOfName = try database.prepare("\(selectUser) WHERE name = ?1 ORDER BY id LIMIT 2")
        ledger = try Listing(database, "SELECT \(ShownEntry.columns) FROM ledger WHERE user_id = ?3", by: ["sequence"])
        ledgerCount = try database.prepare("SELECT count(*) FROM ledger WHERE user_id = ?1")

        let selectResponse = "SELECT \(ShownResponse.columns) FROM responses"
        response = try database.prepare("\(selectResponse) WHERE order_id = ?1 AND user_id = ?2")
        responses = try Listing(database, selectResponse, by: ["order_id", "user_id"])
        ofOrder = try Listing(database, "\(selectResponse) WHERE order_id = ?3", by: ["user_id"])
        var ofUser: [String: Listing] = [:]
        for name in ["drId", "startsAt"] {
            let columns = Self.responseSorts[name] ?? []
            ofUser[name] = try Listing(database, "\(selectResponse) WHERE user_id = ?3", by: columns)
        }
        self.ofUser = ofUser
        ofAnswer = try Listing(
            database, "\(selectResponse) WHERE order_id = ?3 AND answer = ?4",
            by: Self.responseSorts["userCapacity"] ?? [])
        ofUserCount = try database.prepare("SELECT count(*) FROM responses WHERE user_id = ?1")

        let selectCheck = "SELECT value FROM checks"
        check = try database.prepare("\(selectCheck) WHERE order_id = ?1 AND user_id = ?2")
        checks = try Listing(database, selectCheck, by: ["order_id", "user_id"])
        checksOfOrder = try Listing(database, "\(selectCheck) WHERE order_id = ?3", by: ["user_id"])
        var checksOfUser: [String: Listing] = [:]
        for (name, columns) in Self.checkSorts {
            checksOfUser[name] = try Listing(database, "\(selectCheck) WHERE user_id = ?3", by: columns)
        }
        self.checksOfUser = checksOfUser
        checksOfUserCount = try database.prepare("SELECT count(*) FROM checks WHERE user_id = ?1")

        deadLetter = try database.prepare(
            "SELECT \(ShownDeadLetter.columns) FROM letters WHERE context = ?1 AND partition = ?2 AND offset = ?3")
        deadLetters = try DeadLetterLists(database)
        audit = try AuditLists(database)
        events = try database.prepare("SELECT \(ShownEvent.columns) FROM feed WHERE sequence > ?1 ORDER BY sequence")
        lastEnded = try database.prepare(
            "\(selectOrder) WHERE o.is_ended = 1 ORDER BY ifnull(o.cancelled_at, o.ends_at) DESC LIMIT ?1")
        outcome = try database.prepare("SELECT \(ShownOutcome.columns) FROM outcomes WHERE command = ?1")
    }

    /// How many customers a search finds at most by their ids, and by their names.
    static let searchLimit = 1000

    // MARK: Orders

    func order(_ id: String) throws -> ShownOrder? {
        var found: ShownOrder?
        try order.withRow(text: id.utf8.span) { row in
            var shown = ShownOrder(row)
            try reader.read(row.bytes(ShownOrder.quartersColumn)) { shown.tally.readQuarters($0) }
            found = shown
        }
        return found
    }

    func orders(_ page: PageRequest, onlyRunning: Bool) throws -> (items: [ShownOrder], total: Int64) {
        var items: [ShownOrder] = []
        let sort = page.sort.first
        let list = (onlyRunning ? running : orders)[sort?.property ?? "id"]
        try list?.read(page, isDescending: sort?.isDescending ?? false) { row in items.append(ShownOrder(row)) }
        return (items, try onlyRunning ? runningCount.integer() : orderCount.integer())
    }

    /// Those that run, but no more than a screen has room for, and the last that have ended.
    func watched() throws -> [ShownOrder] {
        var page = PageRequest()
        page.size = Self.watchedLimit
        page.sort = [PageRequest.Sort(property: "date", isDescending: true)]
        var items = try orders(page, onlyRunning: true).items
        try lastEnded.forEachRow {
            $0.add(Int64(5))
        } _: { row in
            items.append(ShownOrder(row))
            return true
        }
        return items
    }

    static let watchedLimit = 50

    /// How many run, watched or not.
    func countOfRunning() throws -> Int64 { try runningCount.integer() }

    // MARK: Customers

    func user(_ id: String) throws -> ShownUser? {
        var found: ShownUser?
        try user.withRow(text: id.utf8.span) { row in found = ShownUser(row) }
        return found
    }

    func users(_ page: PageRequest) throws -> (items: [ShownUser], total: Int64) {
        var items: [ShownUser] = []
        let sort = page.sort.first
        try users[sort?.property ?? "id"]?.read(page, isDescending: sort?.isDescending ?? false) { row in
            items.append(ShownUser(row))
        }
        return (items, try total.count(UserRows.total))
    }

    /// Whose id or name begins so.
    func users(_ page: PageRequest, beginningWith prefix: String) throws -> (items: [ShownUser], total: Int64) {
        var all = page
        (all.number, all.size) = (0, 2 * Self.searchLimit)
        var items: [ShownUser] = []
        try usersByPrefix.read(all, isDescending: false, [prefix, prefix + "\u{10FFFF}"]) { row in
            items.append(ShownUser(row))
        }
        let start = min(Int(clamping: page.offset), items.count)
        return (Array(items[start...].prefix(page.size)), Int64(items.count))
    }

    /// At most two: names are not unique.
    func users(named name: String) throws -> [ShownUser] {
        var items: [ShownUser] = []
        try usersOfName.forEachRow(text: name.utf8.span) { row in
            items.append(ShownUser(row))
            return true
        }
        return items
    }

    /// Newest first.
    func ledger(_ user: String, _ page: PageRequest) throws -> (items: [ShownEntry], total: Int64) {
        var items: [ShownEntry] = []
        try ledger.read(page, isDescending: true, [user]) { row in items.append(ShownEntry(row)) }
        return (items, try ledgerCount.count(user))
    }

    // MARK: Responses

    func response(_ order: String, _ user: String) throws -> ShownResponse? {
        var found: ShownResponse?
        try response.withRow(order, user) { row in found = ShownResponse(row) }
        return found
    }

    /// Of an order, of a customer, or all.
    func responses(
        order: String?, user: String?, answer: ShownAnswer?, _ page: PageRequest
    ) throws -> (items: [ShownResponse], total: Int64) {
        var items: [ShownResponse] = []
        let sort = page.sort.first
        func isDescending(_ property: String) -> Bool? { sort?.property == property ? sort?.isDescending : nil }
        func take(_ row: borrowing Row) { items.append(ShownResponse(row)) }
        if let order, let user {
            items = try response(order, user).map { [$0] } ?? []
            if let answer { items.removeAll { $0.answer != answer } }
            let all = items
            items = Array(items.dropFirst(Int(clamping: page.offset)).prefix(page.size))
            return (items, Int64(all.count))
        }
        if let user {
            let name = sort?.property == "startsAt" ? "startsAt" : "drId"
            try ofUser[name]?.read(page, isDescending: isDescending(name) ?? false, [user], nil, take)
            return (items, try ofUserCount.count(user))
        }
        guard let order else {
            try responses.read(page, isDescending: isDescending("drId") ?? false, [], nil, take)
            return (items, try total.count(ResponseRows.total))
        }
        let tally = try self.order(order)?.tally ?? Tally()
        guard let answer else {
            try ofOrder.read(page, isDescending: isDescending("userId") ?? false, [order], nil, take)
            return (items, tally.asked)
        }
        // The largest first: who is called first.
        try ofAnswer.read(page, isDescending: isDescending("userCapacity") ?? true, [order], answer.rawValue, take)
        let totals: [ShownAnswer: Int64] = [.ignore: tally.silent, .accept: tally.accepted, .deny: tally.denied]
        return (items, totals[answer] ?? 0)
    }

    // MARK: Checks

    func check(_ order: String, _ user: String) throws -> ReductionCheck? {
        var found: ReductionCheck?
        try check.withRow(order, user) { row in found = try readCheck(row) }
        return found
    }

    func checks(
        order: String?, user: String?, _ page: PageRequest
    ) throws -> (items: [ReductionCheck], total: Int64) {
        var items: [ReductionCheck] = []
        func take(_ row: borrowing Row) throws { items.append(try readCheck(row)) }
        if let order, let user {
            let found = try check(order, user).map { [$0] } ?? []
            return (Array(found.dropFirst(Int(clamping: page.offset))), Int64(found.count))
        }
        if let user {
            let sort = page.sort.first
            try checksOfUser[sort?.property ?? "drId"]?
                .read(page, isDescending: sort?.isDescending ?? false, [user], nil, take)
            return (items, try checksOfUserCount.count(user))
        }
        if let order {
            try checksOfOrder.read(page, isDescending: false, [order], nil, take)
            return (items, try self.order(order)?.tally.checked ?? 0)
        }
        try checks.read(page, isDescending: false, [], nil, take)
        return (items, try total.count(CheckRows.total))
    }

    private func readCheck(_ row: borrowing Row) throws -> ReductionCheck {
        var check: ReductionCheck?
        try reader.read(row.bytes(0)) { fields in check = try ReductionCheck(fields) }
        guard let check else { throw Unshown("a check cannot be read") }
        return check
    }
}
