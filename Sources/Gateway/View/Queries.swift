import Contracts
import JSON
import SQLite
import Views

/// What is asked of the read model.
final class Queries: ViewQueries {
    let total: Statement
    private let resourceQueries: ResourceStatements
    private let orderQueries: OrderStatements
    private let userQueries: UserStatements
    private let responseQueries: ResponseStatements
    private let checkQueries: CheckStatements
    let deadLetter: Statement
    let deadLetters: DeadLetterLists
    let audit: AuditLists
    let withdrawals: WithdrawalLists
    let outcome: Statement
    let events: Statement
    private var reader = JSONReader()

    init(_ database: borrowing Database) throws {
        total = try database.prepare("SELECT count FROM totals WHERE name = ?1")
        resourceQueries = try ResourceStatements(database)
        orderQueries = try OrderStatements(database)
        userQueries = try UserStatements(database)
        responseQueries = try ResponseStatements(database)
        checkQueries = try CheckStatements(database)
        deadLetter = try database.prepare(
            "SELECT \(ShownDeadLetter.columns) FROM letters WHERE context = ?1 AND partition = ?2 AND offset = ?3")
        deadLetters = try DeadLetterLists(database)
        audit = try AuditLists(database)
        withdrawals = try WithdrawalLists(database)
        events = try database.prepare("SELECT \(ShownEvent.columns) FROM feed WHERE sequence > ?1 ORDER BY sequence")
        outcome = try database.prepare("SELECT \(ShownOutcome.columns) FROM outcomes WHERE command = ?1")
    }

    /// How many customers a search finds at most by their ids, and by their names.
    static let searchLimit = 1000

    // MARK: Orders

    /// Without what it comes to by resources: of an order of many that is far more than all else.
    func order(_ id: String) throws -> ShownOrder? {
        var found: ShownOrder?
        try orderQueries.one.withRow(text: id.utf8.span) { row in
            var shown = ShownOrder(row)
            try reader.read(row.bytes(ShownOrder.quartersColumn)) { shown.tally.readQuarters($0) }
            found = shown
        }
        return found
    }

    func wholeOrder(_ id: String) throws -> ShownOrder? {
        guard var found = try order(id) else { return nil }
        try orderQueries.reductions.forEachRow {
            $0.add(id)
        } _: { row in
            try reader.read(row.bytes(0)) { found.reductions.append(try ResourceReduction($0)) }
            return true
        }
        return found
    }

    func orders(_ page: PageRequest, onlyRunning: Bool) throws -> (items: [ShownOrder], total: Int64) {
        var items: [ShownOrder] = []
        let sort = page.sort.first
        let list = (onlyRunning ? orderQueries.running : orderQueries.all)[sort?.property ?? "id"]
        let total = try onlyRunning ? orderQueries.runningCount.integer() : orderQueries.count.integer()
        if page.isBehind(total) { return ([], total) }
        try list?.read(page, isDescending: sort?.isDescending ?? false) { row in items.append(ShownOrder(row)) }
        return (items, total)
    }

    /// Those that run, but no more than a screen has room for, and the last that have ended.
    func watched() throws -> [ShownOrder] {
        var page = PageRequest()
        page.size = Self.watchedLimit
        page.sort = [PageRequest.Sort(property: "date", isDescending: true)]
        var items = try orders(page, onlyRunning: true).items
        try orderQueries.lastEnded.forEachRow {
            $0.add(Int64(5))
        } _: { row in
            items.append(ShownOrder(row))
            return true
        }
        return items
    }

    static let watchedLimit = 50

    /// How many run, watched or not.
    func countOfRunning() throws -> Int64 { try orderQueries.runningCount.integer() }

    /// What KPX says of an order: the whole order first, then by resource, each with its oldest statement first.
    func figures(_ order: String, _ page: PageRequest) throws -> (items: [ShownFigure], total: Int64) {
        var items: [ShownFigure] = []
        let total = try orderQueries.figuresCount.count(order)
        if page.isBehind(total) { return ([], total) }
        try orderQueries.figures.read(page, isDescending: false, [order]) { row in items.append(ShownFigure(row)) }
        return (items, total)
    }

    // MARK: Resources

    func resource(_ id: String) throws -> ShownResource? {
        var found: ShownResource?
        try resourceQueries.one.withRow(text: id.utf8.span) { row in found = ShownResource(row) }
        return found
    }

    func resources(_ page: PageRequest) throws -> (items: [ShownResource], total: Int64) {
        var items: [ShownResource] = []
        let (sort, total) = (page.sort.first, try resourceQueries.count.integer())
        if page.isBehind(total) { return ([], total) }
        try resourceQueries.all[sort?.property ?? "id"]?.read(page, isDescending: sort?.isDescending ?? false) { row in
            items.append(ShownResource(row))
        }
        return (items, total)
    }

    // MARK: Customers

    func user(_ id: String) throws -> ShownUser? {
        var found: ShownUser?
        try userQueries.one.withRow(text: id.utf8.span) { row in found = ShownUser(row) }
        return found
    }

    func users(_ page: PageRequest) throws -> (items: [ShownUser], total: Int64) {
        var items: [ShownUser] = []
        let (sort, total) = (page.sort.first, try total.count(UserRows.total))
        if page.isBehind(total) { return ([], total) }
        try userQueries.all[sort?.property ?? "id"]?.read(page, isDescending: sort?.isDescending ?? false) { row in
            items.append(ShownUser(row))
        }
        return (items, total)
    }

    /// Whose id or name begins so.
    func users(_ page: PageRequest, beginningWith prefix: String) throws -> (items: [ShownUser], total: Int64) {
        var all = page
        (all.number, all.size) = (0, 2 * Self.searchLimit)
        var items: [ShownUser] = []
        try userQueries.byPrefix.read(all, isDescending: false, [prefix, prefix + "\u{10FFFF}"]) { row in
            items.append(ShownUser(row))
        }
        let start = min(Int(clamping: page.offset), items.count)
        return (Array(items[start...].prefix(page.size)), Int64(items.count))
    }

    /// At most two: names are not unique.
    func users(named name: String) throws -> [ShownUser] {
        var items: [ShownUser] = []
        try userQueries.ofName.forEachRow(text: name.utf8.span) { row in
            items.append(ShownUser(row))
            return true
        }
        return items
    }

    /// Newest first.
    func ledger(_ user: String, _ page: PageRequest) throws -> (items: [ShownEntry], total: Int64) {
        var items: [ShownEntry] = []
        let total = try userQueries.ledgerCount.count(user)
        if page.isBehind(total) { return ([], total) }
        try userQueries.ledger.read(page, isDescending: true, [user]) { row in items.append(ShownEntry(row)) }
        return (items, total)
    }

    // MARK: Responses

    func response(_ order: String, _ user: String) throws -> ShownResponse? {
        var found: ShownResponse?
        try responseQueries.one.withRow(order, user) { row in found = ShownResponse(row) }
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
            let total = try responseQueries.ofUserCount.count(user)
            if page.isBehind(total) { return ([], total) }
            try responseQueries.ofUser[name]?.read(page, isDescending: isDescending(name) ?? false, [user], nil, take)
            return (items, total)
        }
        guard let order else {
            let total = try total.count(ResponseRows.total)
            if page.isBehind(total) { return ([], total) }
            try responseQueries.all.read(page, isDescending: isDescending("drId") ?? false, [], nil, take)
            return (items, total)
        }
        let tally = try self.order(order)?.tally ?? Tally()
        guard let answer else {
            if page.isBehind(tally.asked) { return ([], tally.asked) }
            try responseQueries.ofOrder.read(page, isDescending: isDescending("userId") ?? false, [order], nil, take)
            return (items, tally.asked)
        }
        let totals: [ShownAnswer: Int64] = [.ignore: tally.silent, .accept: tally.accepted, .deny: tally.denied]
        let total = totals[answer] ?? 0
        if page.isBehind(total) { return ([], total) }
        // The largest first: who is called first.
        try responseQueries.ofAnswer.read(
            page, isDescending: isDescending("userCapacity") ?? true, [order], answer.rawValue, take)
        return (items, total)
    }

    // MARK: Checks

    func check(_ order: String, _ user: String) throws -> ReductionCheck? {
        var found: ReductionCheck?
        try checkQueries.one.withRow(order, user) { row in found = try readCheck(row) }
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
            let (sort, total) = (page.sort.first, try checkQueries.ofUserCount.count(user))
            if page.isBehind(total) { return ([], total) }
            try checkQueries.ofUser[sort?.property ?? "drId"]?
                .read(page, isDescending: sort?.isDescending ?? false, [user], nil, take)
            return (items, total)
        }
        let total = try order.map { try self.order($0)?.tally.checked ?? 0 } ?? total.count(CheckRows.total)
        if page.isBehind(total) { return ([], total) }
        if let order {
            try checkQueries.ofOrder.read(page, isDescending: false, [order], nil, take)
        } else {
            try checkQueries.all.read(page, isDescending: false, [], nil, take)
        }
        return (items, total)
    }

    private func readCheck(_ row: borrowing Row) throws -> ReductionCheck {
        var check: ReductionCheck?
        try reader.read(row.bytes(0)) { fields in check = try ReductionCheck(fields) }
        guard let check else { throw Unshown("a check cannot be read") }
        return check
    }
}
