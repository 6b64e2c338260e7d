import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// What an order orders of a resource, and what the load may be at most. The clock stands at 18:00 in Korea, and the
/// order goes from 17:35 to 18:20.
@Suite struct ResourceTargetTests {
    private static let (from, to) = ("2026-11-21T17:35", "2026-11-21T18:20")

    private func scene(seed: UInt64 = 1) throws -> Scene {
        let scene = Scene(seed: seed)
        scene.harness.hasBrokersTime = true
        for user in ["kim", "lee"] {
            try scene.readings(user, "2026-11-20T17:30", [400, 410, 420, 430])
            try scene.readings(user, "2026-11-21T17:30", [300, 300])
        }
        return scene
    }

    private func told(
        _ scene: Scene, _ type: String, version: Int? = nil, resources: String = #"["s1","s2"]"#,
        parts: String? = "[1000,2600]", to end: String = Self.to
    ) {
        let version = version.map { #","version":\#($0)"# } ?? ""
        let parts = parts.map { #","quantity":3600,"resourceQuantities":\#($0)"# } ?? ""
        scene.harness.send(
            .drEvents, key: "dr-1",
            #"{"eventType":"\#(type)","timestamp":1795251500000,"id":"dr-1","name":"n","type":"t","status":"started"\#(version),"#
                + #""startsAt":"\#(Self.from)+09:00","endsAt":"\#(end)+09:00","resources":\#(resources)\#(parts)}"#)
    }

    private func accept(_ scene: Scene, _ user: String, resource: String = "s1") {
        scene.harness.send(
            .responseEvents, key: user,
            #"{"eventType":"AcceptChosen","timestamp":1795251500000,"id":"dr-1.\#(user)","drId":"dr-1","userId":"\#(user)","#
                + #""userName":"Kim","userCapacity":3000,"resource":"\#(resource)","answer":"accept","#
                + #""startsAt":"\#(Self.from)+09:00","endsAt":"\#(Self.to)+09:00"}"#)
    }

    private func settle(_ scene: Scene) throws {
        try scene.harness.run()
        for _ in 0..<3 { try scene.harness.advance(by: .seconds(10)) }
    }

    private func said(_ scene: Scene, _ resource: String = "s1") throws -> [ResourceReduction] {
        let all = try scene.harness.values(.kepcoEvents, ResourceReduction.type).map { text in
            var reader = JSONReader()
            return try ResourceReduction(reader.fields(of: text.utf8.span))
        }
        return all.filter { $0.resource.text == resource }.sorted { $0.version < $1.version }
    }

    private func target(_ scene: Scene, _ resource: String = "s1") throws -> [Int64]? {
        try said(scene, resource).last?.quarterTargetMilliWh
    }

    /// The order covers 10 of the first quarter hour's 15 minutes: of 1,000 Wh an hour 166.6 Wh.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the load's target is the baseline less what is ordered, whatever is read first`(seed: UInt64) throws {
        let scene = try scene(seed: seed)
        told(scene, "DRstarted")
        accept(scene, "kim")
        accept(scene, "lee")
        try settle(scene)
        let last = try #require(try said(scene).last)
        #expect(last.sum.quarters.figures.map(\.baselineMilliWh) == [533_334, 820_000])
        #expect(last.quantity == 1000)
        #expect(last.quarterTargetMilliWh == [533_334 - 166_666, 820_000 - 250_000])
        // Nobody of the other one has accepted.
        #expect(try said(scene, "s2").isEmpty && scene.harness.deadLetters.isEmpty)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `of changes the last one holds, whatever is read first`(seed: UInt64) throws {
        let scene = try scene(seed: seed)
        accept(scene, "kim")
        told(scene, "DrChanged", version: 2, parts: "[2000,0]")
        told(scene, "DRstarted")
        told(scene, "DrChanged", version: 1, parts: "[3000,0]")
        try settle(scene)
        #expect(try target(scene)?.last == 410_000 - 500_000)
        #expect(try said(scene).last?.quantity == 2000)
        // It is said at once, without another check or reading.
        let before = try said(scene).count
        told(scene, "DrChanged", version: 3, parts: "[4000,0]")
        try settle(scene)
        #expect(try said(scene).count == before + 1 && target(scene)?.last == 410_000 - 1_000_000)
        // An older one that comes again says nothing.
        told(scene, "DrChanged", version: 2, parts: "[2000,0]")
        try settle(scene)
        #expect(try said(scene).count == before + 1)
    }

    @Test func `what lies behind the planned end is not ordered`() throws {
        let scene = try scene()
        told(scene, "DRstarted", to: "2026-11-21T17:48")
        accept(scene, "kim")
        try settle(scene)
        // Three minutes of the second one.
        #expect(try target(scene)?.last == 410_000 - 50_000)
    }

    @Test func `an order without a quantity has no target`() throws {
        let scene = try scene()
        told(scene, "DRstarted", parts: nil)
        accept(scene, "kim")
        try settle(scene)
        #expect(try target(scene) == [] && said(scene).last?.quantity == nil)
        #expect(scene.harness.values(.kepcoInternal, TargetResource.type).isEmpty)
    }

    @Test func `what says more or fewer parts than resources is a dead letter`() throws {
        let scene = try scene()
        told(scene, "DRstarted", parts: "[1000]")
        told(scene, "DRstarted", parts: "[1000,-1]")
        told(scene, "DrChanged", version: 1, to: "2026-11-21T17:00")
        try settle(scene)
        #expect(scene.harness.deadLetters.map(\.rejection.kind) == [.malformed, .malformed, .refused])
    }

    /// It lies in the row of the resource's sum.
    @Test func `what is ordered goes with the sweep`() throws {
        let scene = Scene(partitions: 1)
        told(scene, "DRstarted")
        try settle(scene)
        let rows = { scene.harness.rows(.kepco, Waiting.self).keys.filter { $0.hasPrefix(Waiting.totalPrefix) } }
        #expect(rows().count == 2)
        scene.saved("nobody", answer: "accept", from: "2026-11-21T10:00", to: "2026-11-21T10:15")
        try scene.harness.run()
        for _ in 0..<9 { try scene.harness.advance(by: .seconds(50 * 86_400)) }
        #expect(rows().isEmpty)
    }
}
