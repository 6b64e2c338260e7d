import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// Points that a resource shares among its customers.
@Suite struct PointSharingTests {
    private static let shared = #"{"from":"2026-01-01","pointsPerWh":1,"pointsBy":"resource"}"#
    private static let period = Duration.seconds(600)

    /// Each third customer of a resource uses more, and one more has no reference; none reduces as much as another one.
    private func scene(
        seed: UInt64 = 1, customers: Int = 40, partitions: Int32 = 4, rules: String = shared, stepRows: Int = 500
    ) throws -> Scene {
        let scene = Scene(
            seed: seed, partitions: partitions,
            KepcoSettings(pointsPeriod: Self.period, retention: Retention(stepRows: stepRows)))
        scene.harness.hasBrokersTime = true
        scene.tell(2, Scene.market(2, rules: rules), partitions: partitions)
        for number in 0..<customers {
            let user = "u\(number)"
            if number % 7 != 6 { try scene.reference(user) }
            let wh = number % 3 == 2 ? 420 : 380 - Int64(number * number % 37)
            try scene.readings(user, "2026-11-20T10:00", [wh, 400])
            scene.saved(user, market: 2, resource: ["s1", "s1", "s2", nil][number % 4])
        }
        return scene
    }

    /// The deadline is over, and all steps have been done.
    private func settle(_ scene: Scene, for duration: Duration = .seconds(2 * 3600)) throws {
        try scene.harness.run()
        try scene.harness.advance(by: duration)
        for _ in 0..<80 { try scene.harness.advance(by: .seconds(10)) }
    }

    /// Of each customer the last version.
    private func last(_ scene: Scene, _ resource: String?) throws -> [String: ReductionCheck] {
        var last: [String: ReductionCheck] = [:]
        for check in try scene.checks() where check.resource?.text == resource {
            let user = check.response.user.text
            if last[user].map({ $0.version < check.version }) ?? true { last[user] = check }
        }
        return last
    }

    /// By a second calculation, with the remainders as they are: of those that differ by less than a bucket has, any
    /// may be rounded up.
    private func expectShared(_ scene: Scene, _ resource: String, rate: Int64 = 1000) throws {
        let checks = try last(scene, resource)
        let counted = checks.values.filter { $0.reason == nil || $0.reason == "nothing was reduced" }
        let (all, positive) = counted.reduce((0, 0) as (Int64, Int64)) {
            ($0.0 + $1.reducedWh, $0.1 + max(0, $1.reducedWh))
        }
        let points = (max(0, all) * rate + 500) / 1000
        #expect(checks.values.reduce(0) { $0 + $1.adjustPoint } == points)
        #expect(checks.values.allSatisfy { $0.sharing != nil })
        var (leastUp, mostDown) = (1.0, 0.0)
        for check in checks.values {
            let exact = Double(max(0, check.reducedWh) * points) / Double(max(1, positive))
            #expect(abs(Double(check.adjustPoint) - exact) < 1, "\(check.response): \(exact)")
            let remainder = exact - exact.rounded(.down)
            if check.adjustPoint > Int64(exact.rounded(.down)) {
                leastUp = min(leastUp, remainder)
            } else {
                mostDown = max(mostDown, remainder)
            }
        }
        #expect(leastUp > mostDown - 1.0 / 1024)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `customers of a resource share what it has reduced, whatever comes first`(seed: UInt64) throws {
        let scene = try scene(seed: seed)
        try scene.harness.run()
        #expect(try last(scene, "s1").values.allSatisfy { $0.adjustPoint == 0 && $0.sharing == PointSharing() })
        #expect(try last(scene, nil).values.contains { $0.adjustPoint > 0 && $0.sharing == nil })
        try settle(scene)
        try expectShared(scene, "s1")
        try expectShared(scene, "s2")
        #expect(try last(scene, "s1").values.reduce(0) { $0 + $1.adjustPoint } > 0)
        let settled = try #require(try last(scene, "s1").values.first { $0.adjustPoint > 0 })
        #expect((settled.version, settled.sharing?.settlement, settled.isReal) == (2, 1, true))
        // Three messages to each partition and as many back, of each resource.
        #expect(scene.harness.values(.kepcoInternal, SettlePoints.type).count == 2 * 3 * 4)
        #expect(scene.harness.values(.kepcoInternal, SettledPart.type).count == 2 * 3 * 4)
        // A late reading changes everybody's, in one more settlement.
        try scene.readings("u0", "2026-11-20T10:00", [10, 10])
        try scene.reading("u1", "2026-11-20T10:00", 2000)
        try settle(scene, for: Self.period)
        try expectShared(scene, "s1")
        try expectShared(scene, "s2")
        #expect(scene.harness.values(.kepcoInternal, SettlePoints.type).count == 3 * 3 * 4)
        #expect(scene.harness.deadLetters.isEmpty && scene.harness.timers(.kepco).allSatisfy { $0.contains("/sweep/") })
        #expect(try reduction(scene, "s1")?.settled?.points == reduction(scene, "s1")?.sum.points)
    }

    private func reduction(_ scene: Scene, _ resource: String) throws -> ResourceReduction? {
        let all = try scene.harness.values(.kepcoEvents, ResourceReduction.type).map { text in
            var reader = JSONReader()
            return try ResourceReduction(reader.fields(of: text.utf8.span))
        }
        return all.filter { $0.resource.text == resource }.max { $0.version < $1.version }
    }

    /// Readings come between any two steps: each settlement shares what it began with, and the last one what there is.
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `corrections while a settlement is under way are the next one's`(seed: UInt64) throws {
        let scene = try scene(seed: seed, customers: 60, partitions: 3, stepRows: 2)
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(2 * 3600))
        for number in 0..<60 {
            let user = "u\(number)"
            try scene.reading(user, "2026-11-20T10:00", Int64(50 + number * 3))
            if number % 5 == 4 { try scene.reference("u\(number % 7 + 6)") }
            for _ in 0..<3 { try scene.harness.advance(by: .milliseconds(700)) }
        }
        try settle(scene, for: Self.period)
        try settle(scene, for: Self.period)
        try expectShared(scene, "s1")
        try expectShared(scene, "s2")
        #expect(scene.harness.deadLetters.isEmpty)
    }

    @Test func `a resource that reduced nothing pays nobody`() throws {
        let scene = try scene(customers: 1)
        for user in ["x", "y"] {
            try scene.reference(user)
            try scene.readings(user, "2026-11-20T10:00", user == "x" ? [300, 300] : [900, 900])
            scene.saved(user, market: 2, resource: "s9")
        }
        try settle(scene)
        #expect(try last(scene, "s9").values.map(\.adjustPoint) == [0, 0])
        #expect(try reduction(scene, "s9")?.settled?.points == 0)
        // He who used more has no reading any more that says so: what the other one reduced is the resource's.
        try scene.readings("y", "2026-11-20T10:00", [400, 400])
        try settle(scene, for: Self.period)
        #expect(try last(scene, "s9").values.reduce(0) { $0 + $1.adjustPoint } == 240)
        // And it is taken back.
        try scene.readings("y", "2026-11-20T10:00", [900, 900])
        try settle(scene, for: Self.period)
        #expect(try last(scene, "s9").values.map(\.adjustPoint) == [0, 0])
    }

    @Test func `settlements are a period apart`() throws {
        let scene = try scene(customers: 12, partitions: 2)
        try settle(scene)
        let before = scene.harness.values(.kepcoInternal, SettlePoints.type).count
        for number in 0..<60 {
            try scene.reading("u0", "2026-11-20T10:00", Int64(100 + number))
            try scene.harness.advance(by: .seconds(60))
        }
        let steps = scene.harness.values(.kepcoInternal, SettlePoints.type).count - before
        #expect((5 * 6...7 * 6).contains(steps), "\(steps) messages in an hour, of six a settlement")
        try settle(scene, for: Self.period)
        try expectShared(scene, "s1")
    }

    @Test func `who no longer reduces loses his points at once, and the others get theirs with the next settlement`()
        throws
    {
        let scene = try scene(customers: 20, partitions: 2)
        try settle(scene)
        #expect(try last(scene, "s1")["u0"]?.adjustPoint ?? 0 > 0)
        try scene.readings("u0", "2026-11-20T10:00", [900, 900])
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(4))
        let lost = try #require(try last(scene, "s1")["u0"])
        #expect((lost.isReal, lost.adjustPoint, lost.sharing?.settlement) == (false, 0, 1))
        try settle(scene, for: Self.period)
        try expectShared(scene, "s1")
    }

    @Test(arguments: [
        ("SettlePoints", #""step":"share","points":9007199254740991,"ofWh":0,"bucket":0,"roundUp":9007199254740991"#),
        ("SettlePoints", #""step":"pay","points":9007199254740991,"ofWh":1,"bucket":0,"roundUp":9007199254740991"#),
        (
            "SettledPart",
            #""step":"pay","partition":1,"reducedWh":9007199254740991,"positiveWh":0,"changes":0,"#
                + #""milliPointsPerWh":1000000000000,"wholePoints":0,"remainders":[9007199254740991]"#
        ),
        (
            "SettledPart",
            #""step":"freeze","partition":99,"reducedWh":0,"positiveWh":0,"changes":0,"milliPointsPerWh":0,"#
                + #""wholePoints":0,"remainders":[]"#
        ),
    ])
    func `steps that nobody waits for are refused`(_ type: String, _ fields: String) throws {
        let scene = try scene(customers: 12)
        try settle(scene)
        for partition in 0..<4 as Range<Int32> {
            scene.harness.send(
                .kepcoInternal, key: "s1",
                #"{"eventType":"\#(type)","timestamp":1795251500000,"drId":"dr-1","resource":"s1","version":1,"#
                    + #""deadline":"2026-11-21T11:00:00Z",\#(fields)}"#, partition: partition)
        }
        try settle(scene, for: Self.period)
        #expect(!scene.harness.deadLetters.isEmpty)
        #expect(scene.harness.deadLetters.allSatisfy { [.conflict, .refused].contains($0.rejection.kind) })
        try expectShared(scene, "s1")
    }

    /// Whatever of it is forged: no trap, and the figures are within their bounds.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `forged steps that fit are no trap`(seed: UInt64) throws {
        let scene = try scene(seed: seed, customers: 12)
        try scene.harness.run()
        let most = Limits.sum.upperBound
        for (place, step) in SettlementStep.allCases.enumerated() {
            for partition in 0..<4 as Range<Int32> {
                scene.harness.send(
                    .kepcoInternal, key: "s1",
                    #"{"eventType":"SettlePoints","timestamp":1795251500000,"drId":"dr-1","resource":"s1","#
                        + #""version":7,"deadline":"2026-11-21T11:00:00Z","step":"\#(step.rawValue)","#
                        + #""points":\#(most),"ofWh":\#(place == 1 ? 1 : most),"bucket":\#(place),"roundUp":1}"#,
                    partition: partition)
            }
            try scene.harness.run()
            try scene.harness.advance(by: .seconds(60))
        }
        try settle(scene)
        #expect(try last(scene, "s1").values.allSatisfy { Limits.points.contains($0.adjustPoint) })
    }

    @Test func `rows of settlements go when their checks do`() throws {
        let scene = Scene(
            partitions: 2,
            KepcoSettings(
                daysKept: 20, correctionsDays: 5, pointsPeriod: Self.period,
                retention: Retention(days: 60, stepRows: 2)))
        scene.harness.hasBrokersTime = true
        scene.tell(2, Scene.market(2, rules: Self.shared), partitions: 2)
        for user in ["kim", "lee"] {
            try scene.reference(user)
            try scene.readings(user, "2026-11-20T10:00", [300, 290])
            scene.saved(user, market: 2, resource: "s1")
        }
        try settle(scene)
        try expectShared(scene, "s1")
        func rows() -> [String] {
            scene.harness.rows(.kepco, Waiting.self).keys.filter(Waiting.isOfSettlement).sorted()
        }
        let expected = [
            "//settlement/dr-1/s1", "//settling/dr-1/s1", "//settling/dr-1/s1", "//share/dr-1/s1/kim",
            "//share/dr-1/s1/lee",
        ]
        #expect(Set(rows()) == Set(expected))
        for _ in 0..<70 { try scene.harness.advance(by: .seconds(86_400)) }
        #expect(rows().isEmpty)
    }

    @Test func `a settlement whose timer an earlier version has taken begins with the next reading`() throws {
        let scene = try scene(customers: 12, partitions: 2)
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(30))
        scene.takeOutTimers()
        try settle(scene)
        #expect(scene.harness.values(.kepcoInternal, SettlePoints.type).isEmpty)
        try scene.harness.advance(by: .seconds(3 * 3600))
        try scene.reading("u0", "2026-11-20T10:00", 100)
        try scene.reading("u2", "2026-11-20T10:00", 100)
        try settle(scene)
        try expectShared(scene, "s1")
    }
}

/// Whole parts and what is left over of them, by tables.
@Suite struct QuotaTests {
    @Test(
        arguments: [
            (0, 10, 7, 0, nil), (5, 0, 7, 0, nil), (5, 10, 0, 0, nil), (5, 10, 8, 4, nil), (5, 10, 7, 3, 512),
            (1, 3, 2, 0, 682), (1_000_000_000_000, 1, 9_007_199_254_740_991, 1_000_000_000_000, nil),
        ] as [(Int64, Int64, Int64, Int64, Int?)])
    func `a part is whole points and a remainder`(
        _ wh: Int64, _ all: Int64, _ points: Int64, _ whole: Int64, _ bucket: Int?
    ) {
        let quota = Quota(wh, of: all, points: points)
        #expect((quota.whole, quota.bucket) == (whole, bucket))
    }

    @Test(
        arguments: [
            (0, [[3], [4]], 1024, [0, 0]), (-5, [[3], [4]], 1024, [0, 0]), (2, [[0, 1], [4, 1]], 1, [1, 1]),
            (3, [[2, 1], [4, 1]], 0, [1, 0]), (4, [[1, 1], [4, 1]], 0, [1, 1]), (99, [[1], [2]], 0, [1, 2]),
            (1, [[], []], 0, [0, 0]),
        ] as [(Int64, [[Int64]], Int, [Int64])])
    func `the largest remainders are rounded up, the first partitions' first`(
        _ points: Int64, _ remainders: [[Int64]], _ bucket: Int, _ counts: [Int64]
    ) {
        let roundingUp = RoundingUp(points, remainders)
        #expect((roundingUp.bucket, roundingUp.counts) == (bucket, counts))
    }
}
