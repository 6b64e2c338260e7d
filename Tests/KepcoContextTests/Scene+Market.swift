import Contracts
import WorkersTesting

/// Orders that name a market and a kind of it.
extension Scene {
    /// A market with one kind `k`.
    static func market(
        _ version: Int64, rules: String, holidays: String = "", utcOffset: String = "+09:00"
    ) -> String {
        #"{"version":\#(version),"utcOffset":"\#(utcOffset)","kinds":[{"id":"k","name":{"ko":"ㅋ","en":"K"},"rules":[\#(rules)]}],"#
            + #""holidays":{"until":"2027-12-31","days":[\#(holidays)]}}"#
    }

    /// The highest two of the three days before, by the hour, and two points a Wh.
    static let highest =
        #"{"from":"2026-01-01","pointsPerWh":2,"method":{"name":"Max(2/3)","days":3,"keep":"top 2","eligibleDays":5}}"#

    /// As dr does: in each partition.
    func tell(_ version: Int64, _ market: String, partitions: Int32 = 4) {
        for partition in 0..<partitions {
            harness.send(
                .drEvents, key: "market",
                #"{"eventType":"MarketChanged","timestamp":1795251500000,"version":\#(version),"previous":1,"changes":[],"#
                    + #""market":\#(market)}"#, partition: partition)
        }
    }

    /// Monday to Thursday from ten to noon, the same in each quarter hour; on Friday 100.
    func week(_ user: String = "kim", wh: [Int64] = [200, 500, 300, 400]) throws {
        for (day, wh) in zip(16..., wh) {
            try readings(user, "2026-11-\(day)T10:00", [Int64?](repeating: wh, count: 8))
        }
        try readings(user, "2026-11-20T10:00", [Int64?](repeating: 100, count: 8))
    }

    /// Friday from ten on.
    func savedByMarket(_ user: String = "kim", market: Int64 = 2, kind: String = "k", to: String = "11:00") {
        saved(user, to: "2026-11-20T\(to)", market: market, kind: kind)
    }
}
