import Baselines
import Contracts
import JSON
import Market
import Workers

/// The checks that wait, by the same keys: a customer's are side by side, so that each reading finds them at once. And
/// what belongs to no single check, under keys that no check can have: no customer has an empty id, so that no look for
/// what waits meets them, and a version that does not know them keeps them as they are.
enum Waiting: Table {
    static let name: StaticString = "waiting"
    /// Of one customer: each of his readings looks at all of them.
    static let limit = 32

    enum Row: Workers.Row {
        /// A check waits for readings, or else for this version of the market: then it has all its readings, or its
        /// deadline has come.
        case order(startsAt: Timestamp, endsAt: Timestamp, market: Int64?)
        /// A customer's checks that readings may correct.
        case recent(RecentChecks)
        /// A customer's accepted orders on a day of UTC.
        case orders([AcceptedOrder])
        /// That a check waits for a version of the market.
        case forMarket(Int64)
        /// The versions of the market that are kept.
        case versions(KeptMarkets)
        case market(Market)
        /// What customers of a resource come to in an order.
        case sum(RunningSum)
        /// A customer's orders whose load is followed.
        case live(LiveOrders)
        /// What a customer has of the points that his resource shares.
        case share(Share)
        /// How far a settlement is in this partition.
        case settling(Settling)
        /// Of all partitions: at the resource's home.
        case settlement(Settlement)
        /// What a partition's customers have left over.
        case remainders(Remainders)

        init(_ fields: borrowing Fields) throws(JSONError) {
            if fields.has("accepted") {
                self = .sum(try RunningSum(fields))
            } else if fields.has("startsAt") {
                self = .order(
                    startsAt: try fields.required("startsAt"), endsAt: try fields.required("endsAt"),
                    market: try fields.optional("forMarket", in: Limits.version))
            } else if fields.has("checks") {
                self = .recent(try RecentChecks(fields))
            } else if fields.has("orders") {
                self = .orders(try AcceptedOrder.read(fields, "orders"))
            } else if fields.has("versions") {
                self = .versions(try KeptMarkets(fields))
            } else if fields.has("shareWh") {
                self = .share(try Share(fields))
            } else if fields.has("settling") {
                self = .settling(try Settling(fields))
            } else if fields.has("settlements") {
                self = .settlement(try Settlement(fields))
            } else if fields.has("remainders") {
                self = .remainders(try Remainders(fields))
            } else if fields.has("live") {
                self = .live(try LiveOrders(fields))
            } else if fields.has("market") {
                self = .market(try Market(said: try fields.market("market")))
            } else {
                self = .forMarket(try fields.required("forMarket", in: Limits.version))
            }
        }

        func write(_ json: inout JSONWriter) {
            switch self {
            case .order(let startsAt, let endsAt, let market):
                json.field("startsAt", startsAt)
                json.field("endsAt", endsAt)
                if let market { json.field("forMarket", market) }
            case .recent(let recent): recent.write(&json)
            case .orders(let orders):
                json.field("orders", objects: orders.count) { json, place in orders[place].write(&json) }
            case .sum(let sum): sum.write(&json)
            case .live(let live): live.write(&json)
            case .share(let share): share.write(&json)
            case .settling(let settling): settling.write(&json)
            case .settlement(let settlement): settlement.write(&json)
            case .remainders(let remainders): remainders.write(&json)
            case .forMarket(let version): json.field("forMarket", version)
            case .versions(let kept): kept.write(&json)
            case .market(let market):
                // For whoever looks at rows.
                json.field("version", market.version)
                json.field("market", json: market.text.utf8.span)
            }
        }
    }

    static func recentKey(_ user: UserID) -> String { "/\(user.text)" }

    /// Behind this the days of UTC with accepted orders of a customer, as 2026-11-20.
    static func ordersPrefix(_ user: UserID) -> String { "/\(user.text)/" }
    static func ordersKey(_ user: UserID, _ day: Day) -> String { "\(ordersPrefix(user))\(day)" }

    /// The day of such a key; nil of any other.
    static func ordersDay(_ key: String) -> Day? {
        guard key.utf8.first == UInt8(ascii: "/"), !key.utf8.starts(with: marketsPrefix.utf8),
            let slash = key.utf8.lastIndex(of: UInt8(ascii: "/")), slash > key.startIndex
        else { return nil }
        return Day(String(key[key.utf8.index(after: slash)...]))
    }

    /// No customer's id begins with a slash either.
    static let versionsKey = "//markets"
    static func marketKey(_ version: Int64) -> String { "//market/\(digits(version))" }
    static func forMarketPrefix(_ version: Int64) -> String { "//for/\(digits(version))/" }

    /// As many as the highest version has, so that keys are ordered as versions are.
    static func digits(_ version: Int64) -> String { version.padded(to: 13) }
}
