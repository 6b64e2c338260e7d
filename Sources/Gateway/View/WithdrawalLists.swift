import Contracts
import SQLite

/// Withdrawals, the oldest first: whoever pays begins with those that wait for the longest. Each list has an index of
/// its own, which holds no other entries of the ledger.
final class WithdrawalLists {
    static let sorts = ["at": ["at", "user_id", "sequence"]]
    private let one: Statement
    private let (all, ofStatus): (Listing, Listing)
    private let allCount: Statement
    private let ofStatusCount: Statement

    init(_ database: borrowing Database) throws {
        let select = "SELECT \(ShownWithdrawal.columns) FROM ledger"
        let order = Self.sorts["at"] ?? []
        one = try database.prepare("\(select) WHERE user_id = ?1 AND withdrawal_id = ?2 AND status IS NOT NULL")
        all = try Listing(database, "\(select) WHERE status IS NOT NULL", by: order)
        ofStatus = try Listing(database, "\(select) WHERE status = ?3", by: order)
        allCount = try database.prepare("SELECT count(*) FROM ledger WHERE status IS NOT NULL")
        ofStatusCount = try database.prepare("SELECT count(*) FROM ledger WHERE status = ?1")
    }

    func withdrawal(_ user: String, _ id: String) throws -> ShownWithdrawal? {
        var found: ShownWithdrawal?
        try one.withRow(user, id) { row in found = ShownWithdrawal(row) }
        return found
    }

    /// - Parameter status: nil is all.
    func read(_ status: WithdrawalStatus?, _ page: PageRequest) throws -> (items: [ShownWithdrawal], total: Int64) {
        var items: [ShownWithdrawal] = []
        let total = try status.map { try ofStatusCount.count($0.rawValue) } ?? allCount.integer()
        if page.isBehind(total) { return ([], total) }
        try (status == nil ? all : ofStatus).read(
            page, isDescending: page.sort.first?.isDescending ?? false, status.map { [$0.rawValue] } ?? []
        ) { row in items.append(ShownWithdrawal(row)) }
        return (items, total)
    }
}
