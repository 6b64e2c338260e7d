import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import KepcoContext

/// The load of a resource by the quarter hour, while an order runs. The clock stands at 18:00 in Korea, and the order
/// goes from 17:30 to 18:30.
@Suite struct ResourceLoadTests {
    private static let (from, to) = ("2026-11-21T17:30", "2026-11-21T18:30")

    private func scene(seed: UInt64 = 1, _ settings: KepcoSettings = .init()) throws -> Scene {
        let scene = Scene(seed: seed, settings)
        scene.harness.hasBrokersTime = true
        return scene
    }

    /// 400 Wh in each quarter hour, two days before and the day before.
    private func reference(_ scene: Scene, _ user: String) throws {
        for day in ["2026-11-19", "2026-11-20"] {
            try scene.readings(user, "\(day)T17:30", [400, 410, 420, 430])
        }
    }

    private func answer(
        _ scene: Scene, _ type: String, _ user: String, _ order: String = "dr-1", resource: String? = "s1",
        to end: String? = Self.to, said: String = "accept", more: String = ""
    ) {
        let resource = resource.map { #","resource":"\#($0)""# } ?? ""
        let end = end.map { #","endsAt":"\#($0)+09:00""# } ?? ""
        scene.harness.send(
            .responseEvents, key: user,
            #"{"eventType":"\#(type)","timestamp":1795251500000,"id":"\#(order).\#(user)","drId":"\#(order)","#
                + #""userId":"\#(user)","userName":"Kim","userCapacity":3000\#(resource),"answer":"\#(said)","#
                + #""startsAt":"\#(Self.from)+09:00"\#(end)\#(more)}"#)
    }

    private func settle(_ scene: Scene) throws {
        try scene.harness.run()
        for _ in 0..<3 { try scene.harness.advance(by: .seconds(10)) }
    }

    /// Of each quarter hour: customers, baseline, use, in Wh.
    private func load(_ scene: Scene, _ resource: String = "s1") throws -> [[Int64]] {
        let said = try scene.harness.values(.kepcoEvents, ResourceReduction.type).map { text in
            var reader = JSONReader()
            return try ResourceReduction(reader.fields(of: text.utf8.span))
        }
        let last = said.filter { $0.resource.text == resource }.max { $0.version < $1.version }
        return (last?.sum.quarters.figures ?? []).map {
            [$0.customers, $0.baselineMilliWh / 1000, $0.usedMilliWh / 1000]
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `quarter hours are said as their readings come, of those who have accepted`(seed: UInt64) throws {
        let scene = try scene(seed: seed)
        for user in ["kim", "lee", "han", "yun"] { try reference(scene, user) }
        // One whose reading is there before he accepts, one of no resource, and one who does not answer.
        try scene.readings("lee", "2026-11-21T17:30", [300])
        for user in ["kim", "lee"] { answer(scene, "AcceptChosen", user) }
        answer(scene, "AcceptChosen", "han", resource: nil)
        for user in ["kim", "han", "yun"] { try scene.readings(user, "2026-11-21T17:30", [350]) }
        try settle(scene)
        #expect(try load(scene) == [[2, 800, 650]])
        // The next one of one, and another figure for the first of the other.
        try scene.readings("kim", "2026-11-21T17:45", [10])
        try scene.readings("lee", "2026-11-21T17:30", [100])
        try settle(scene)
        #expect(try load(scene) == [[2, 800, 450], [1, 410, 10]])
        #expect(scene.harness.deadLetters.isEmpty)
    }

    @Test func `who denies, and who is asked no more, is in it no longer`() throws {
        let scene = try scene()
        for user in ["kim", "lee", "han"] {
            try reference(scene, user)
            try scene.readings(user, "2026-11-21T17:30", [300, 300])
            answer(scene, "AcceptChosen", user)
        }
        try settle(scene)
        #expect(try load(scene) == [[3, 1200, 900], [3, 1230, 900]])
        answer(scene, "DenyChosen", "kim")
        answer(scene, "Listcancelled", "lee", more: #","reason":"r""#)
        try settle(scene)
        #expect(try load(scene) == [[1, 400, 300], [1, 410, 300]])
        // Accepted too late, as his list says.
        scene.saved("han", answer: "ignore", from: Self.from, to: Self.to, resource: "s1")
        try settle(scene)
        #expect(try load(scene) == [])
        #expect(!scene.harness.rows(.kepco, Waiting.self).keys.contains { $0.hasPrefix(Waiting.livePrefix) })
    }

    @Test func `another end takes quarter hours out, or in`() throws {
        let scene = try scene()
        try reference(scene, "kim")
        try scene.readings("kim", "2026-11-21T17:30", [300, 300, 300])
        answer(scene, "AcceptChosen", "kim")
        try settle(scene)
        #expect(try load(scene).count == 3)
        answer(scene, "Listchanged", "kim", to: "2026-11-21T17:45")
        try settle(scene)
        #expect(try load(scene) == [[1, 400, 300]])
    }

    /// The check has the order's last quarter hours, and knows which are other orders'.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `the check takes the place of what was followed`(seed: UInt64) throws {
        let scene = try scene(seed: seed)
        try reference(scene, "kim")
        answer(scene, "AcceptChosen", "kim")
        try scene.readings("kim", "2026-11-21T17:30", [300, 300])
        try settle(scene)
        #expect(try load(scene) == [[1, 400, 300], [1, 410, 300]])
        scene.saved("kim", from: Self.from, to: Self.to, resource: "s1")
        try scene.harness.run()
        try scene.harness.advance(by: .seconds(1800))
        try scene.readings("kim", "2026-11-21T18:00", [200, 100])
        try settle(scene)
        let expected: [[Int64]] = [[1, 400, 300], [1, 410, 300], [1, 420, 200], [1, 430, 100]]
        #expect(try load(scene) == expected)
        #expect(try scene.checks().map(\.reducedWh) == [760])
        #expect(!scene.harness.rows(.kepco, Waiting.self).keys.contains { $0.hasPrefix(Waiting.livePrefix) })
        // What the check brings about in response is no answer.
        answer(scene, "DenyChosen", "kim")
        answer(scene, "AcceptChosen", "kim")
        try settle(scene)
        #expect(try load(scene) == expected)
    }

    @Test func `an order without a planned end, and a third one at a time, have a load when they are checked`() throws {
        let scene = try scene()
        try reference(scene, "kim")
        try scene.readings("kim", "2026-11-21T17:30", [300])
        answer(scene, "AcceptChosen", "kim", resource: "s2", to: nil)
        for (order, resource) in [("dr-2", "s1"), ("dr-3", "s3"), ("dr-4", "s4")] {
            answer(scene, "AcceptChosen", "kim", order, resource: resource)
        }
        try settle(scene)
        #expect(try load(scene, "s2").isEmpty && load(scene, "s4").isEmpty)
        #expect(try load(scene, "s1") == [[1, 400, 300]])
        #expect(try load(scene, "s3") == [[1, 400, 300]])
        scene.saved("kim", "dr-4", from: Self.from, to: "2026-11-21T17:45", resource: "s4")
        try settle(scene)
        #expect(try load(scene, "s4") == [[1, 400, 300]])
    }

    @Test func `an order that gets its end later is followed from then on, by the rules said with it`() throws {
        let scene = try scene()
        for user in ["kim", "lee", "han"] {
            try reference(scene, user)
            try scene.readings(user, "2026-11-21T17:30", [300])
            answer(scene, "AcceptChosen", user, to: nil)
        }
        answer(scene, "Listchanged", "kim", more: #","market":1,"kind":"standard""#)
        // As earlier versions say it, and of one who denies.
        answer(scene, "Listchanged", "lee")
        answer(scene, "Listchanged", "han", said: "deny", more: #","market":1,"kind":"standard""#)
        try settle(scene)
        #expect(try load(scene).map(\.[0]) == [1])
    }

    /// A check that never comes takes no place.
    @Test(arguments: ["endless", "too long"])
    func `what was followed of a check that is refused goes with its dead letter`(_ what: String) throws {
        let scene = try scene()
        for user in ["kim", "lee"] {
            try reference(scene, user)
            try scene.readings(user, "2026-11-21T17:30", [300])
            answer(scene, "AcceptChosen", user)
        }
        try settle(scene)
        #expect(try load(scene) == [[2, 800, 600]])
        if what == "endless" {
            answer(scene, "Listsaved", "kim", to: nil)
        } else {
            answer(scene, "Listsaved", "kim", to: "2026-11-29T18:30")
        }
        try settle(scene)
        #expect(try load(scene) == [[1, 400, 300]])
        let letter = try #require(scene.harness.deadLetters.first)
        #expect(scene.harness.deadLetters.count == 1)
        #expect(letter.rejection.kind == (what == "endless" ? .malformed : .refused))
        // Of who is not followed it is a rejection as any other.
        answer(scene, "Listsaved", "kim", to: nil)
        try settle(scene)
        #expect(scene.harness.deadLetters.count == 2)
    }

    @Test func `a list that comes twice leaves the load of the check that waits`() throws {
        let scene = try scene()
        try reference(scene, "kim")
        try scene.readings("kim", "2026-11-21T17:30", [300])
        answer(scene, "AcceptChosen", "kim")
        try settle(scene)
        for _ in 0..<2 {
            answer(scene, "Listsaved", "kim")
            try settle(scene)
            #expect(try load(scene) == [[1, 400, 300]])
        }
        #expect(scene.harness.deadLetters.map(\.rejection.kind) == [.conflict])
    }

    @Test func `what is followed and never saved goes with the sweep`() throws {
        let scene = try scene(KepcoSettings(daysKept: 20, correctionsDays: 5, retention: Retention(days: 60)))
        try scene.readings("kim", "2026-11-21T17:30", [300])
        answer(scene, "AcceptChosen", "kim")
        scene.saved("lee")
        try settle(scene)
        func live() -> Int {
            scene.harness.rows(.kepco, Waiting.self).keys.count { $0.hasPrefix(Waiting.livePrefix) }
        }
        for _ in 0..<34 { try scene.harness.advance(by: .seconds(86_400)) }
        #expect(live() == 1)
        for _ in 0..<4 { try scene.harness.advance(by: .seconds(86_400)) }
        #expect(live() == 0)
    }
}
