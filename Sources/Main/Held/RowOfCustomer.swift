import Contracts

/// A changelog's key, `table/key`, that has a customer's id in its place: ids of orders and of withdrawals may be like
/// one.
struct RowOfCustomer: Equatable {
    let table: String
    let customer: String

    /// nil for a row of nobody.
    init?(key: String, of context: Context) {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String($0) ?? "" }
        guard let place = Self.place(parts, context), place < parts.count, !parts[place].isEmpty else { return nil }
        (table, customer) = (parts[0], parts[place])
    }

    /// Kinds of timers that are of one customer.
    private static let ofOthers: [Context: [String]] = [
        .feed: ["ask", "call", "look", "gone"], .notify: ["notice", "look", "gone"],
    ]

    private static func place(_ parts: [String], _ context: Context) -> Int? {
        guard parts.count > 1 else { return nil }
        switch parts[0] {
        case "users", "customers", "days", "checks", "meters", "gone", "contacts", "notices": return 1
        case "responses": return 2
        // A corrected order's row begins with a slash, and has the order first as well.
        case "ledger": return ["dr", ""].contains(parts[1]) ? 3 : 2
        // Answers, by order and customer, and behind a slash how many of a customer there are.
        case "waiting" where context == .response: return 2
        // Checks, by customer; behind a slash his corrections and his days with orders, and behind two of them what
        // waits for a market, and orders whose load is followed.
        case "waiting":
            if !parts[1].isEmpty { return 1 }
            guard parts.count > 3, parts[2].isEmpty else { return 2 }
            return ["for": 5, "live": 4][parts[3]]
        // Calls that are under way, and those that wait, in the order of their times.
        case "calls": return parts[1] == "call" ? 2 : 3
        // Notices of a channel that are on their way, and those that wait, in the order of their times.
        case "sendings": return parts[1] == "wait" ? 5 : 4
        case "timers":
            guard parts.count > 3 else { return nil }
            if parts[2] == "patience" { return 4 }
            let ofOne = ["readings", "complete", "correct", "enlist"] + (ofOthers[context] ?? [])
            return ofOne.contains(parts[2]) ? 3 : nil
        default: return nil
        }
    }
}
