import Chance
import Contracts
import Testing

@testable import KepcoContext

@Suite struct ArrivalsTests {
    private static let noon = Timestamp(milliseconds: 1_795_251_600_000)
    private static let everywhere: @Sendable (Int) -> Bool = { _ in true }

    private func text(_ times: [Int64], _ isThere: (Int) -> Bool = everywhere) -> String {
        var arrivals = Arrivals("")
        for (position, time) in times.enumerated() {
            arrivals[position] = Arrival(Timestamp(milliseconds: time), in: Topic.kepcoReadings.name)
        }
        return arrivals.text(isThere)
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `a day's arrivals are read as they were written, wherever readings are missing`(seed: UInt64) {
        var random = SeededGenerator(seed)
        let isThere = (0..<96).map { _ in Int.random(in: 0..<4, using: &random) > 0 }
        var arrivals = Arrivals("")
        var time = Self.noon.milliseconds
        for position in 0..<96 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: time = Int64.random(in: 0...4_102_444_799_999, using: &random)
            case 1...3: time += Int64.random(in: 890_000...910_000, using: &random)
            default: break
            }
            let topics = [Topic.kepcoReadings, .kepcoHistory, .kepcoInternal]
            let topic = topics.randomElement(using: &random)?.name ?? ""
            let isKnown = Int.random(in: 0..<20, using: &random) > 0
            arrivals[position] = isKnown ? Arrival(Timestamp(milliseconds: time), in: topic) : .unknown
        }
        let text = arrivals.text { isThere[$0] }
        #expect(text.utf8.count <= Arrivals.limit)
        let again = Arrivals(text)
        for position in 0..<96 where isThere[position] { #expect(again[position] == arrivals[position]) }
        #expect(again.text { isThere[$0] } == text)
    }

    /// What a row grows by.
    @Test func `a day takes 9 bytes as one message, and some 300 by the quarter hour`() {
        let start = Self.noon.milliseconds
        #expect(text(Array(repeating: start, count: 96)).utf8.count == 9)
        // Each within a second of its quarter hour's end, and within 15 s.
        var random = SeededGenerator(1)
        for (spread, limit) in [(500 as Int64, 300), (15_000, 400)] {
            let times = (0..<96).map { start + $0 * 900_000 + Int64.random(in: -spread...spread, using: &random) }
            #expect((96 * 2..<limit).contains(text(times).utf8.count), "\(text(times).utf8.count)")
        }
        // The evening of a day: what lies before it is left out, too.
        #expect(text(Array(repeating: start, count: 96)) { $0 >= 72 }.utf8.count == 9)
        #expect(text([]) { _ in false } == "")
    }

    @Test(arguments: ["", "A", "~~~", "_", String(repeating: "_", count: 2000), "kg13q1_hN\u{0}\u{e9}"])
    func `a text that is none does no harm`(_ text: String) {
        let arrivals = Arrivals(text)
        #expect(arrivals.text(Self.everywhere).utf8.count <= Arrivals.limit)
    }

    @Test func `of two arrivals the later is the greater, and of one millisecond the live one`() {
        let (readings, history, copies) = (
            Topic.kepcoReadings.name, Topic.kepcoHistory.name, Topic.kepcoInternal.name
        )
        let order = [
            Arrival.unknown, Arrival(Timestamp(milliseconds: -5), in: history), Arrival(Self.noon, in: history),
            Arrival(Self.noon, in: copies), Arrival(Self.noon, in: readings),
            Arrival(Self.noon + .milliseconds(1), in: history), Arrival(.last, in: readings),
        ]
        for (one, other) in zip(order, order.dropFirst()) { #expect(one < other) }
        #expect(Arrival(Timestamp(milliseconds: .max), in: readings) == Arrival(.last, in: readings))
    }
}
