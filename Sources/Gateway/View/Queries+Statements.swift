import Contracts
import SQLite
import Views

/// The statements of each collection, prepared once a reader.
extension Queries {
    /// Of orders.
    final class OrderStatements {
        let one: Statement
        let count: Statement
        let runningCount: Statement
        let lastEnded: Statement
        let reductions: Statement
        /// KPX's figures of an order.
        let figures: Listing
        let figuresCount: Statement
        /// By the property that sorts them.
        let (all, running): ([String: Listing], [String: Listing])

        init(_ database: borrowing Database) throws {
            let select = "SELECT \(ShownOrder.columns) FROM \(ShownOrder.tables)"
            one = try database.prepare("\(select) WHERE o.id = ?1")
            count = try database.prepare("SELECT count(*) FROM orders")
            runningCount = try database.prepare("SELECT count(*) FROM orders WHERE is_ended = 0")
            lastEnded = try database.prepare(
                "\(select) WHERE o.is_ended = 1 ORDER BY ifnull(o.cancelled_at, o.ends_at) DESC LIMIT ?1")
            reductions = try database.prepare(
                "SELECT value FROM reductions WHERE order_id = ?1 ORDER BY resource LIMIT \(Limits.resources)")
            figures = try Listing(
                database, "SELECT \(ShownFigure.columns) FROM figures WHERE order_id = ?3", by: ["resource", "version"])
            figuresCount = try database.prepare("SELECT count(*) FROM figures WHERE order_id = ?1")
            all = try Listing.all(database, select, by: Queries.orderSorts)
            running = try Listing.all(database, "\(select) WHERE o.is_ended = 0", by: Queries.orderSorts)
        }
    }

    /// Of resources, of which there are few.
    final class ResourceStatements {
        let one: Statement
        let count: Statement
        /// By the property that sorts them.
        let all: [String: Listing]

        init(_ database: borrowing Database) throws {
            let select = "SELECT \(ShownResource.columns) FROM resources"
            one = try database.prepare("\(select) WHERE id = ?1")
            count = try database.prepare("SELECT count(*) FROM resources")
            all = try Listing.all(database, select, by: Queries.resourceSorts)
        }
    }

    /// Of customers and their points.
    final class UserStatements {
        let one: Statement
        /// By the property that sorts them.
        let all: [String: Listing]
        let byPrefix: Listing
        let ofName: Statement
        let ledger: Listing
        let ledgerCount: Statement

        init(_ database: borrowing Database) throws {
            let select = "SELECT \(ShownUser.columns) FROM users"
            one = try database.prepare("\(select) WHERE id = ?1")
            var all: [String: Listing] = [:]
            for (name, columns) in Queries.userSorts {
                all[name] =
                    name == "id"
                    ? try Listing(database, select, by: columns)
                    : try Listing(database, "SELECT \(ShownUser.columns)", "users", key: ["id"], by: columns)
            }
            self.all = all
            // Of each so many: whoever types one letter does not want to wait for all that begin with it.
            let limit = Queries.searchLimit
            byPrefix = try Listing(
                database,
                """
                SELECT * FROM (
                    SELECT * FROM (\(select) WHERE id >= ?3 AND id < ?4 ORDER BY id LIMIT \(limit))
                    UNION SELECT * FROM (\(select) WHERE name >= ?3 AND name < ?4 ORDER BY name LIMIT \(limit)))
                """, by: ["id"])
            ofName = try database.prepare("\(select) WHERE name = ?1 ORDER BY id LIMIT 2")
            ledger = try Listing(
                database, "SELECT \(ShownEntry.columns) FROM ledger WHERE user_id = ?3", by: ["sequence"])
            ledgerCount = try database.prepare("SELECT count(*) FROM ledger WHERE user_id = ?1")
        }
    }

    /// Of responses.
    final class ResponseStatements {
        let one: Statement
        let (all, ofOrder, ofAnswer): (Listing, Listing, Listing)
        /// By the property that sorts them.
        let ofUser: [String: Listing]
        let ofUserCount: Statement

        init(_ database: borrowing Database) throws {
            let select = "SELECT \(ShownResponse.columns) FROM responses"
            one = try database.prepare("\(select) WHERE order_id = ?1 AND user_id = ?2")
            all = try Listing(database, select, by: ["order_id", "user_id"])
            ofOrder = try Listing(database, "\(select) WHERE order_id = ?3", by: ["user_id"])
            ofAnswer = try Listing(
                database, "SELECT \(ShownResponse.columns)", "responses", key: ["order_id", "user_id"],
                "WHERE order_id = ?3 AND answer = ?4", by: Queries.responseSorts["userCapacity"] ?? [])
            ofUser = try Listing.all(
                database, "\(select) WHERE user_id = ?3",
                by: Queries.responseSorts.filter { ["drId", "startsAt"].contains($0.key) })
            ofUserCount = try database.prepare("SELECT count(*) FROM responses WHERE user_id = ?1")
        }
    }

    /// Of checked reductions.
    final class CheckStatements {
        let one: Statement
        let (all, ofOrder): (Listing, Listing)
        /// By the property that sorts them.
        let ofUser: [String: Listing]
        let ofUserCount: Statement

        init(_ database: borrowing Database) throws {
            let (select, key) = ("SELECT value", ["order_id", "user_id"])
            one = try database.prepare("\(select) FROM checks WHERE order_id = ?1 AND user_id = ?2")
            // A check is large: those of the pages before are passed over in an index.
            all = try Listing(database, select, "checks", key: key, by: ["order_id", "user_id"])
            ofOrder = try Listing(database, select, "checks", key: key, "WHERE order_id = ?3", by: ["user_id"])
            ofUser = try Queries.checkSorts.mapValues { columns in
                try Listing(database, select, "checks", key: key, "WHERE user_id = ?3", by: columns)
            }
            ofUserCount = try database.prepare("SELECT count(*) FROM checks WHERE user_id = ?1")
        }
    }
}
