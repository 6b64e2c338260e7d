import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import UserContext

/// Checks that are corrected: what an order has brought a customer in all is what the last version says.
@Suite struct PointCorrectionTests {
    private let harness = Harness([UserWorker()], partitions: 4, check: keepsItsContract)

    private func check(_ version: Int64, _ points: Int64, _ order: String = "dr-1") throws {
        try harness.check("kim", order, points, version: version)
    }

    private var balance: String {
        harness.rows(.user, Users.self)["kim"]?.components(behind: #""point":"#) ?? ""
    }

    /// Without its time.
    private var corrected: String? {
        harness.rows(.user, Ledger.self)["/dr-1/kim"]?.replacing(/,"time":"[^"]*"/, with: "")
    }

    /// Versions with their points as they are read; then the changes of the points, what the row says, and how many are
    /// refused.
    @Test(
        arguments: [
            ("more", [(1, 100), (2, 130)], [100, 30], (2, 130), 0),
            ("less", [(1, 100), (2, 70)], [100, -30], (2, 70), 0),
            ("nothing any more, and something again", [(1, 100), (2, 0), (3, 40)], [100, -100, 40], (3, 40), 0),
            ("nothing at first", [(1, 0), (2, 130)], [130], (2, 130), 0),
            ("nothing at all", [(1, 0), (2, 0), (3, 0)], [], (3, 0), 0),
            ("other figures, as many points", [(1, 100), (2, 100)], [100], (2, 100), 0),
            ("a version that is missing", [(1, 100), (4, 20)], [100, -80], (4, 20), 0),
            ("the first one behind it", [(2, 50), (1, 100)], [50], (2, 50), 1),
            ("the first one behind one that pays nothing", [(2, 0), (1, 100)], [], (2, 0), 1),
            ("one that pays nothing behind it", [(2, 50), (1, 0)], [50], (2, 50), 1),
            ("an older one behind it", [(1, 10), (4, 20), (3, 30), (2, 40), (5, 5)], [10, 10, -15], (5, 5), 2),
            ("the same once more", [(1, 10), (2, 20), (2, 20), (2, 30)], [10, 10], (2, 20), 2),
        ] as [(String, [(Int64, Int64)], [Int64], (Int64, Int64), Int)])
    func `the sum of an order's entries is what its last version says`(
        _ name: String, _ versions: [(Int64, Int64)], _ changes: [Int64], _ row: (Int64, Int64), _ refused: Int
    ) throws {
        try harness.register("kim")
        for (version, points) in versions { try check(version, points) }
        let said = harness.values(.userEvents, PointChanged.type).map { $0.components(behind: #""change":"#) }
        #expect(said == changes.map(String.init))
        #expect(corrected == #"{"version":\#(row.0),"points":\#(row.1)}"#)
        #expect(balance == "\(row.1)")
        #expect(harness.deadLetters.map(\.rejection.kind) == Array(repeating: .conflict, count: refused))
    }

    @Test func `a correction is an entry and an event of its own, with its version`() throws {
        try harness.register("kim")
        try check(1, 100)
        try check(2, 70)
        #expect(
            harness.values(.userEvents, PointChanged.type).last
                == #"{"eventType":"PointChanged","timestamp":1795262400000,"id":"kim","name":"K","change":-30,"point":70,"#
                + #""reason":"corrected by readings that came later","drId":"dr-1","version":2}"#)
        let ledger = harness.rows(.user, Ledger.self)
        #expect(ledger.keys.sorted() == ["/dr-1/kim", "dr/dr-1/kim", "dr/dr-1/kim/2"])
        #expect(ledger["dr/dr-1/kim"]?.contains(#""sequence":1,"change":100,"point":100,"#) == true)
        #expect(
            ledger["dr/dr-1/kim/2"]?.contains(
                #""sequence":2,"change":-30,"point":70,"reason":"corrected by readings that came later","drId":"dr-1","version":2"#
            ) == true)
        try check(1, 100)
        #expect(
            harness.deadLetters.last?.rejection
                == .conflict(
                    "version 1 of the check of response dr-1.kim is not newer than version 2, by which customer kim has been "
                        + "paid 70 points in all"))
    }

    @Test func `what has been withdrawn is owed, and nothing is withdrawn until it is paid`() throws {
        try harness.register("kim")
        try check(1, 100)
        harness.send(.userCommands, key: "kim", Sample.withdraw("kim", "w-1", 90))
        try harness.run()
        try check(2, 0)
        #expect(balance == "-90")
        harness.send(.userCommands, key: "kim", Sample.withdraw("kim", "w-2", 1))
        try harness.run()
        #expect(harness.deadLetters.map(\.rejection.kind) == [.refused])
        // An update says how it stands.
        harness.send(.userCommands, key: "kim", #"{"eventType":"UpdateUser","id":"kim","capacity":5}"#)
        try harness.run()
        #expect(harness.values(.userEvents, UserUpdated.type).last?.contains(#""point":-90"#) == true)
        try check(1, 95, "dr-2")
        #expect(balance == "5")
    }

    @Test func `a correction beyond what a balance holds is refused, and the next one counts from what was paid`()
        throws
    {
        try harness.register("kim")
        let most = Limits.points.upperBound
        try check(1, most - 10, "dr-0")
        try check(1, 0)
        try check(2, 11)
        #expect(harness.deadLetters.map(\.rejection.kind) == [.refused])
        #expect(corrected == nil && balance == "\(most - 10)")
        try check(3, 10)
        #expect(corrected == #"{"version":3,"points":10}"# && balance == "\(most)")
    }

    @Test func `a correction of an unknown customer is refused, also without points`() throws {
        try check(2, 0)
        #expect(harness.deadLetters.map(\.rejection) == [.notFound("there is no customer kim")])
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `in whatever order versions are read, the highest holds`(seed: UInt64) throws {
        try harness.register("kim")
        var random = Numbers(seed)
        var paid: [String: (version: Int64, points: Int64)] = [:]
        for _ in 0..<120 {
            let order = "dr-\(random.next(below: 4))"
            let version = Int64(1 + random.next(below: 8))
            let points = Int64(random.next(below: 3) * 50 * Int(version))
            try check(version, points, order)
            // The first of a version counts; of first ones, the first that pays.
            let before = paid[order]
            if before.map({ version > $0.version || version == 1 && $0 == (1, 0) }) ?? true {
                paid[order] = (version, points)
            }
            let sum = paid.values.reduce(0) { $0 + $1.points }
            #expect(balance == "\(sum)")
        }
    }
}

extension String {
    /// The number behind a text.
    func components(behind text: String) -> String {
        guard let range = firstRange(of: text) else { return "" }
        return String(self[range.upperBound...].prefix { $0.isNumber || $0 == "-" })
    }
}
