import Contracts
import Testing
import Workers
import WorkersTesting

@testable import ResponseContext

/// Two orders, and everything that is said about them, read in any order that Kafka can bring it in: by topics, by
/// partitions, with steps of the lists in between.
@Suite struct InterleavingTests {
    private static let orders = [
        (id: "A", announced: 100.0, planned: 300.0 as Double?, ended: 300.0),
        (id: "B", announced: 150.0, planned: nil, ended: 280.0),
    ]

    /// Before both orders, in the moment of one, between them, and after them; a millisecond makes a difference.
    private static let registrations: [(user: String, at: Double)] =
        (1...9).map { ("u\($0)", Double($0)) } + [
            ("at-a", 100), ("behind-a", 100.001), ("between", 120), ("at-b", 150), ("behind-b", 150.001), ("last", 400),
        ]

    /// Some long before their order is known, some after its end; some in a partition that is not the customer's.
    private struct GivenTo {
        let type: String
        let order: String
        let user: String
        let at: Double
        let keyless: Bool
    }

    private static let answers: [GivenTo] = {
        var answers: [GivenTo] = []
        for order in orders {
            for (place, customer) in registrations.enumerated() {
                for turn in 0..<(place % 5) {
                    let type = turn % 2 == place % 2 ? "Accept" : "Deny"
                    let at = Double(160 + turn * 47 + place * 3)
                    // Of an order with a planned end: there the last one in time counts, whatever is read first.
                    let isKeyless = order.planned != nil && (turn + place) % 3 == 0
                    answers.append(
                        GivenTo(type: type, order: order.id, user: customer.user, at: at, keyless: isKeyless))
                }
            }
        }
        return answers.sorted { $0.at < $1.at }
    }()

    private static func isListed(_ customer: String, _ order: String) -> Bool {
        let registered = registrations.first { $0.user == customer }?.at ?? .infinity
        return registered <= (orders.first { $0.id == order }?.announced ?? 0)
    }

    private static var listed: [(order: String, user: String)] {
        orders.flatMap { order in
            registrations.filter { isListed($0.user, order.id) }.map { (order.id, $0.user) }
        }
    }

    /// What must come out, found without the worker.
    private static var saved: [String] {
        listed.map { order, user in
            let end = orders.first { $0.id == order }?.ended ?? 0
            let last = answers.last { $0.order == order && $0.user == user && $0.at <= end }
            let answer = last.map { $0.type == "Accept" ? "accept" : "deny" } ?? "ignore"
            return "\(order).\(user) \(answer)"
        }.sorted()
    }

    @Test(arguments: 1...250 as ClosedRange<UInt64>)
    func `lists and answers come out the same whatever is read first`(seed: UInt64) throws {
        let scene = Scene(seed: seed, stepRows: Int(seed % 4) + 1)
        try tell(scene, seed)
        try scene.settle()
        #expect(try scene.said(ListMade.type) == Self.listed.map { "\($0).\($1) ignore" }.sorted())
        #expect(try scene.said(ListSaved.type) == Self.saved)
        for entry in try scene.entries(ListSaved.type) {
            #expect(entry.endsAt == Scene.time(entry.id.order.text == "A" ? 300 : 280))
        }

        try scene.harness.advance(by: .seconds(61))
        #expect(scene.waiting == 0)
        #expect(scene.timers == 0)
        // Each answer either stands in its response's history or among the dead letters with a reason.
        let kept = try scene.histories().joined().count
        #expect(kept + scene.refusals.count == Self.answers.count)
        let strangers = Self.answers.filter { !Self.isListed($0.user, $0.order) }.count
        let late = Self.answers.filter { $0.order == "A" && $0.at > 300 && Self.isListed($0.user, $0.order) }.count
        #expect(scene.refusals.count >= strangers + late)
        #expect(strangers > 0 && late > 0)
        #expect(
            scene.refusals.allSatisfy {
                $0.hasPrefix("refused: customer") || $0.hasPrefix("late: order")
                    || $0.hasPrefix("late: Accept of customer")
                    || $0.hasPrefix("late: Deny of customer")
            })
    }

    /// Sends it all, each topic's records in their order. An end is said when the answers before it are in the log,
    /// read or not.
    private func tell(_ scene: Scene, _ seed: UInt64) throws {
        var random = Dice(seed)
        var answers = Self.answers[...]
        var customers = Self.registrations[...]
        var toAnnounce = Self.orders[...]
        var toEnd = Self.orders.reversed()[...]
        while !(answers.isEmpty && customers.isEmpty && toEnd.isEmpty) {
            switch random.roll(5) {
            case 0, 1:
                guard let next = answers.popFirst() else { continue }
                scene.answer(next.type, next.order, next.user, at: next.at, keyless: next.keyless)
            case 2:
                guard let next = customers.popFirst() else { continue }
                scene.register(next.user, at: next.at)
            case 3:
                if let next = toAnnounce.popFirst() {
                    scene.announce(next.id, endsAt: next.planned, at: next.announced)
                } else if let next = toEnd.first, answers.allSatisfy({ $0.order != next.id || $0.at > next.ended }) {
                    toEnd.removeFirst()
                    scene.end(next.id, at: next.ended)
                }
            default:
                if random.roll(3) == 0 { try scene.harness.run() }
                if random.roll(3) == 0 { try scene.harness.advance(by: .milliseconds(Int(random.roll(3)))) }
            }
        }
    }
}

/// The same rolls for the same seed.
private struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func roll(_ sides: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % sides
    }
}
