import Contracts
import JSON
import Testing
import Workers
import WorkersTesting

@testable import DRContext

/// An order's end is moved, and an order is withdrawn.
@Suite struct ChangeTests {
    private static let noon = OrderTests.noon
    private static func time(_ hours: Double) -> Timestamp { noon + .milliseconds(Int64(hours * 3_600_000)) }

    private func order(from start: Double = 0, to end: Double?) -> Order {
        Order(
            id: OrderID(text: "kt-1"), name: "kt", kind: "reliable", status: .started, startsAt: Self.time(start),
            endsAt: end.map(Self.time), reason: nil)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        /// Hours from noon.
        var starts = 0.0
        var ends: Double?
        var at: Double
        var to: Double
        /// What the refusal begins with; nil where the end is moved.
        var refusal: String?
        var testDescription: String { "\(starts)–\(ends as Double?) to \(to) at \(at)" }
    }

    @Test(arguments: [
        Case(ends: 2, at: 1, to: 3),
        Case(ends: 2, at: 1, to: 1.25),
        Case(ends: nil, at: 1, to: 3),
        // Before it begins.
        Case(starts: 5, ends: 7, at: 1, to: 6),
        Case(starts: 5, ends: nil, at: 1, to: 6),
        Case(
            starts: 5, ends: 7, at: 1, to: 5, refusal: "refused: order kt-1 cannot end at 2026-11-21T17:00:00Z: it st"),
        // In the last millisecond, and behind it.
        Case(ends: 2, at: 1.9999, to: 3),
        Case(
            ends: 2, at: 2, to: 3, refusal: "conflict: order kt-1 has already ended: it ran from 2026-11-21T12:00:00Z"),
        Case(ends: 2, at: 9, to: 10, refusal: "conflict: order kt-1 has already ended"),
        Case(
            ends: 2, at: 1, to: 1, refusal: "refused: order kt-1 cannot end at 2026-11-21T13:00:00Z: that time had pas"),
        Case(ends: 2, at: 1, to: 0.5, refusal: "refused: order kt-1 cannot end at 2026-11-21T12:30:00Z: that time had"),
        Case(ends: 2, at: 1, to: 2, refusal: "conflict: order kt-1 already ends at 2026-11-21T14:00:00Z"),
        Case(ends: 2, at: 1, to: 168),
        Case(ends: 2, at: 1, to: 168.01, refusal: "refused: order kt-1 cannot run from"),
        // It has run without an end for longer than one may last.
        Case(ends: nil, at: 200, to: 201, refusal: "refused: order kt-1 cannot run from"),
    ])
    func `an end is moved to any time to come within the limits, as long as the order has not ended`(_ item: Case)
        throws
    {
        var order = order(from: item.starts, to: item.ends)
        let before = order
        guard let refusal = item.refusal else {
            let changed = try order.change(end: Self.time(item.to), at: Self.time(item.at))
            #expect(changed.endsAt == Self.time(item.to) && changed.version == 1 && changed.status == "started")
            #expect(order.endsAt == Self.time(item.to) && order.version == 1)
            #expect(try order.change(end: Self.time(item.to - 0.125), at: Self.time(item.at)).version == 2)
            return
        }
        let rejection = #expect(throws: Rejection.self) {
            try order.change(end: Self.time(item.to), at: Self.time(item.at))
        }
        #expect(rejection?.description.hasPrefix(refusal) == true, "\(rejection?.description ?? "")")
        #expect(order == before)
    }

    @Test(arguments: [(starts: 0.0, ends: 2.0 as Double?, at: 1.0), (5, 7, 1), (0, nil, 1), (5, nil, 1)])
    func `an order is withdrawn before or during its time, once`(starts: Double, ends: Double?, at: Double) throws {
        var order = order(from: starts, to: ends)
        let cancelled = try order.cancel(at: Self.time(at), reason: "KPX withdrew it")
        #expect(cancelled.status == "cancelled" && cancelled.cancelledAt == Self.time(at))
        #expect(cancelled.endsAt == ends.map(Self.time) && cancelled.reason == "KPX withdrew it")
        let story = "order kt-1 was cancelled at \(Self.time(at)), KPX withdrew it"
        for attempt in 0..<3 {
            #expect(throws: Rejection.conflict(story)) {
                switch attempt {
                case 0: _ = try order.cancel(at: Self.time(at), reason: nil)
                case 1: _ = try order.end(at: Self.time(6), reason: nil)
                default: _ = try order.change(end: Self.time(9), at: Self.time(at))
                }
            }
        }
        #expect(order.secondStart == .conflict(story + "; another order needs another id"))
        #expect(order.end(due: Self.time(2))?.endsAt == nil && order.status == .cancelled)
    }

    @Test func `an order whose time is over is not withdrawn, whether its timer has fired or not`() throws {
        var waiting = order(to: 2)
        var ended = order(to: 2)
        _ = ended.end(due: Self.time(2))
        let story =
            "order kt-1 has already ended: it ran from \(Self.noon) to \(Self.time(2)), its end time was reached"
        #expect(throws: Rejection.conflict(story)) { try waiting.cancel(at: Self.time(2), reason: nil) }
        #expect(throws: Rejection.conflict(story)) { try ended.cancel(at: Self.time(2), reason: nil) }
        #expect(try waiting.cancel(at: Self.time(1), reason: nil).reason == "cancelled by an operator")
    }

    @Test func `rows are read as they were written, and by earlier versions as ended`() throws {
        var cancelled = order(to: 2)
        _ = try cancelled.change(end: Self.time(3), at: Self.time(1))
        let changed = cancelled
        _ = try cancelled.cancel(at: Self.time(1), reason: "r")
        for order in [changed, cancelled] {
            var json = JSONWriter()
            _ = json.object { order.write(&$0) }
            let bytes = json.take()
            var reader = JSONReader()
            var again: Order?
            try reader.read(bytes.span) { again = try Order($0) }
            #expect(again == order)
            let status = order == changed ? "started" : "ended"
            #expect(String(decoding: bytes, as: UTF8.self).contains("\"status\":\"\(status)\""))
        }
    }
}
