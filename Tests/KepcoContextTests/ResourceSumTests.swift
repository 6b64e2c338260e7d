import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// What the customers of a resource come to, over all partitions.
@Suite struct ResourceSumTests {
    private static let period = Duration.seconds(10)

    /// Customers of two resources and of none, by turns; each third one reduces, uses more, or has no reference.
    private func scene(seed: UInt64, customers: Int = 24, partitions: Int32 = 4) throws -> Scene {
        let scene = Scene(seed: seed, partitions: partitions)
        scene.harness.hasBrokersTime = true
        for number in 0..<customers {
            let user = "u\(number)"
            if number % 3 < 2 { try scene.reference(user) }
            try scene.readings(user, "2026-11-20T10:00", number % 3 == 1 ? [900, 800] : [300, 290])
            scene.saved(user, resource: [nil, "s1", "s2"][number / 3 % 3])
        }
        try scene.harness.run()
        return scene
    }

    /// Both stages have sent what has changed.
    private func settle(_ scene: Scene) throws {
        try scene.harness.run()
        for _ in 0..<4 { try scene.harness.advance(by: Self.period) }
    }

    private func reductions(_ scene: Scene) throws -> [ResourceReduction] {
        try scene.harness.values(.kepcoEvents, ResourceReduction.type).map { text in
            var reader = JSONReader()
            return try ResourceReduction(reader.fields(of: text.utf8.span))
        }
    }

    /// Without the load by the quarter hour.
    private func last(_ scene: Scene, _ resource: String) throws -> ResourceReduction? {
        var last = try reductions(scene).filter { $0.resource.text == resource }.max { $0.version < $1.version }
        last?.sum.quarters = QuarterSums()
        return last
    }

    /// The same, of the checks that were said.
    private func expected(_ scene: Scene, _ resource: String) throws -> ResourceSum {
        var last: [String: ReductionCheck] = [:]
        for check in try scene.checks() where check.resource?.text == resource {
            let user = check.response.user.text
            if last[user].map({ $0.version < check.version }) ?? true { last[user] = check }
        }
        var sum = ResourceSum()
        for check in last.values {
            sum.accepted += 1
            sum.checked += 1
            sum.points += check.adjustPoint
            guard check.reason == nil || check.reason == "nothing was reduced" else { continue }
            sum.counted += 1
            sum.baselineWh += check.baselineWh
            sum.usedWh += check.usedWh
            sum.reducedWh += check.reducedWh
            sum.positiveWh += max(0, check.reducedWh)
        }
        return sum
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a resource's sum is that of its customers' last checks, whatever comes first`(seed: UInt64) throws {
        let scene = try scene(seed: seed)
        try settle(scene)
        #expect(try last(scene, "s1")?.sum == expected(scene, "s1"))
        #expect(try last(scene, "s2")?.sum == expected(scene, "s2"))
        let sum = try #require(try last(scene, "s1")?.sum)
        #expect((sum.accepted, sum.checked, sum.counted) == (9, 9, 6))
        #expect((sum.baselineWh, sum.usedWh, sum.reducedWh, sum.positiveWh) == (4920, 6870, -1950, 690))
        #expect(sum.points == 690)
        // A reduction that gets smaller, a reference that comes, and one who reduced after all.
        try scene.reading("u3", "2026-11-20T10:00", 500)
        try scene.reference("u5")
        try scene.readings("u4", "2026-11-20T10:00", [100, 100])
        try settle(scene)
        #expect(try last(scene, "s1")?.sum == expected(scene, "s1"))
        #expect(try last(scene, "s1")?.sum.counted == 7)
        #expect(try last(scene, "s1")?.sum.reducedWh == -1950 - 200 + 230 + 1500)
        #expect(try last(scene, "s2")?.sum == expected(scene, "s2"))
        #expect(scene.harness.deadLetters.isEmpty && scene.harness.timers(.kepco).allSatisfy { $0.contains("/sweep/") })
    }

    @Test func `customers of no resource leave no sum behind`() throws {
        let scene = Scene()
        try scene.reference("kim")
        try scene.readings("kim", "2026-11-20T10:00", [300, 290])
        scene.saved("kim")
        try settle(scene)
        #expect(try reductions(scene).isEmpty && scene.checks().count == 1)
        #expect(!scene.harness.rows(.kepco, Waiting.self).keys.contains(where: Waiting.isSum))
    }

    @Test func `however many checks are done, a partition sends one sum in a period, and the home says one`() throws {
        let scene = try scene(seed: 3, customers: 300)
        try scene.harness.advance(by: Self.period)
        // Two resources in four partitions.
        #expect(scene.harness.values(.kepcoInternal, SumResource.type).count == 8)
        #expect(try reductions(scene).isEmpty)
        try scene.harness.advance(by: Self.period)
        #expect(try reductions(scene).count == 2)
        for number in stride(from: 0, to: 300, by: 3) {
            try scene.reading("u\(number)", "2026-11-20T10:00", 301)
        }
        try settle(scene)
        #expect(scene.harness.values(.kepcoInternal, SumResource.type).count == 16)
        #expect(try reductions(scene).map(\.version).sorted() == [1, 1, 2, 2])
        // Nothing is sent where nothing has changed.
        try settle(scene)
        #expect(scene.harness.values(.kepcoInternal, SumResource.type).count == 16)
    }

    @Test func `who waits for readings is among those who accepted, and is checked later`() throws {
        let scene = Scene()
        scene.harness.hasBrokersTime = true
        try scene.reference("kim")
        scene.saved("kim", resource: "s1")
        try settle(scene)
        let first = try #require(try last(scene, "s1")?.sum)
        #expect((first.accepted, first.checked, first.counted, first.usedWh) == (1, 0, 0, 0))
        // The deadline, without readings; and then they come.
        try scene.harness.advance(by: .seconds(2 * 3600))
        try settle(scene)
        let second = try #require(try last(scene, "s1")?.sum)
        #expect((second.accepted, second.checked, second.counted, second.baselineWh) == (1, 1, 0, 0))
        try scene.readings("kim", "2026-11-20T10:00", [300, 290])
        try settle(scene)
        let third = try #require(try last(scene, "s1"))
        #expect((third.sum.accepted, third.sum.checked, third.sum.counted) == (1, 1, 1))
        #expect((third.sum.baselineWh, third.sum.reducedWh, third.sum.points, third.version) == (820, 230, 230, 3))
    }

    private func send(
        _ scene: Scene, _ resource: String, partition: Int, version: Int, wh: Int, deadline: String = "2026-11-20"
    ) {
        scene.harness.send(
            .kepcoInternal, key: resource,
            #"{"eventType":"SumResource","timestamp":1795251500000,"drId":"dr-1","resource":"\#(resource)","#
                + #""partition":\#(partition),"version":\#(version),"deadline":"\#(deadline)T05:00:00Z","accepted":1,"#
                + #""checked":1,"counted":1,"baselineWh":0,"usedWh":\#(-wh),"reducedWh":\#(wh),"#
                + #""positiveWh":\#(max(0, wh)),"points":0}"#)
    }

    /// Of a partition the last one counts, whichever is read first.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `an older sum of a partition says nothing any more`(seed: UInt64) throws {
        let scene = Scene(seed: seed)
        let messages = [(0, 1, 5), (0, 2, 7), (0, 3, -9), (1, 1, 100), (1, 1, 100), (3, 2, 1), (3, 1, 50)]
        for (partition, version, wh) in messages.shuffled() {
            send(scene, "s1", partition: partition, version: version, wh: wh)
        }
        try settle(scene)
        let sum = try #require(try last(scene, "s1")?.sum)
        #expect((sum.accepted, sum.reducedWh, sum.positiveWh) == (3, 92, 101))
        #expect(scene.harness.deadLetters.isEmpty)
    }

    @Test func `a sum of a partition that there is not is refused, and one that is too old`() throws {
        let scene = Scene()
        send(scene, "s1", partition: 4, version: 1, wh: 5)
        send(scene, "s1", partition: 1, version: 1, wh: 5, deadline: "2025-10-01")
        try settle(scene)
        #expect(Set(scene.harness.deadLetters.map(\.rejection.kind)) == [.refused, .late])
        #expect(try reductions(scene).isEmpty)
    }

    @Test func `figures that no message holds are said as the largest that one holds`() throws {
        let scene = Scene()
        for partition in 0..<4 {
            send(scene, "s1", partition: partition, version: 1, wh: Int(Limits.sum.upperBound))
        }
        try settle(scene)
        let sum = try #require(try last(scene, "s1")?.sum)
        #expect((sum.reducedWh, sum.usedWh) == (Limits.sum.upperBound, Limits.sum.lowerBound))
        for partition in 0..<4 { send(scene, "s1", partition: partition, version: 2, wh: 1) }
        try settle(scene)
        #expect(try last(scene, "s1")?.sum.reducedWh == 4)
    }

    @Test func `a timer that an earlier version has taken is set again`() throws {
        let scene = try scene(seed: 4, customers: 9, partitions: 1)
        scene.takeOutTimers()
        try settle(scene)
        #expect(try reductions(scene).isEmpty)
        try scene.harness.advance(by: .seconds(3601))
        try scene.reading("u3", "2026-11-20T10:00", 500)
        try settle(scene)
        #expect(try last(scene, "s1")?.sum == expected(scene, "s1"))
    }

    @Test func `sums go when their checks do`() throws {
        let scene = Scene(
            partitions: 2, KepcoSettings(daysKept: 20, correctionsDays: 5, retention: Retention(days: 60, stepRows: 2)))
        try scene.reference("kim")
        try scene.readings("kim", "2026-11-20T10:00", [300, 290])
        scene.saved("kim", resource: "s1")
        try settle(scene)
        func sums() -> [String] {
            scene.harness.rows(.kepco, Waiting.self).keys.filter(Waiting.isSum).sorted()
        }
        let partition = Partitioner.partition(of: "kim", among: 2)
        #expect(sums() == ["//sum/dr-1/s1", "//total/dr-1/s1", "//total/dr-1/s1/\(partition)"])
        for _ in 0..<59 { try scene.harness.advance(by: .seconds(86_400)) }
        #expect(sums().count == 3)
        for _ in 0..<4 { try scene.harness.advance(by: .seconds(86_400)) }
        #expect(sums().isEmpty)
    }
}
