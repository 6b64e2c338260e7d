import Baselines
import Contracts
import Market
import Schemas
import Testing

/// What a customer's meter says around an order that began an hour ago.
enum Meter {
    private static let (quarter, day) = (900_000 as Int64, 86_400_000 as Int64)

    static let start = Timestamp(milliseconds: (Timestamp.now.milliseconds - 3_600_000) / quarter * quarter)

    /// 2000 Wh a quarter hour on the two working days before, and `wh` during the order.
    static func readings(_ user: String, wh: Int) -> [String] {
        let today = Day(of: Market.korea.zone.minute(of: start))
        let earlier = (1...14).filter { Market.korea.isWorkday(today - $0) }.prefix(2)
        return earlier.map { message(user, start.milliseconds - $0 * day, 2000) } + [
            message(user, start.milliseconds, wh)
        ]
    }

    private static func message(_ user: String, _ at: Int64, _ wh: Int) -> String {
        let list = repeatElement("\(wh)", count: 12).joined(separator: ",")
        return
            #"{"eventType":"MeterReadings","userId":"\#(user)","startsAt":"\#(Timestamp(milliseconds: at))","wh":[\#(list)]}"#
    }

    /// The points of the check, and no more.
    static func expectPaidOnce(_ stage: Stage, _ order: String, _ user: String) throws {
        let points = try stage.open.ask("GET", "/kepcos/\(order).\(user)").at("/adjustPoint")?.number
        #expect(try #require(points) > 0)
        #expect(try stage.open.ask("GET", "/users/\(user)").at("/point")?.number == points)
        let ledger = try stage.open.ask("GET", "/users/\(user)/ledger")
        #expect(ledger.at("/_embedded/ledger")?.array?.count == 1)
        #expect(ledger.at("/_embedded/ledger/0/points")?.number == points)
    }
}
