import Contracts
import Testing
import Workers

@testable import DRContext

@Suite struct OrderTests {
    static let noon = Timestamp(milliseconds: 1_795_262_400_000)  // 2026-11-21T12:00:00Z
    private let noon = Self.noon

    struct Case: Sendable, CustomTestStringConvertible {
        /// Hours from noon, when it is asked for.
        var starts: Double?
        var ends: Double?
        /// What the reason says; nil when it is allowed.
        var refusal: String?
        var testDescription: String { "\(starts as Double?) to \(ends as Double?): \(refusal ?? "allowed")" }
    }

    private static func time(_ hours: Double) -> Timestamp { noon + .milliseconds(Int64(hours * 3_600_000)) }

    @Test(arguments: [
        Case(starts: nil, ends: nil),
        Case(starts: nil, ends: 2),
        Case(starts: nil, ends: 168),
        Case(starts: nil, ends: 168.001, refusal: "order kt-1 cannot run from 2026-11-21T12:00:00Z to 2026-11-28T12"),
        Case(starts: nil, ends: 0, refusal: "must end later"),
        Case(starts: -1, ends: 0.001),
        Case(starts: -1, ends: 0, refusal: "had passed when the order was requested, at 2026-11-21T12:00:00Z"),
        Case(starts: -1, ends: -0.5, refusal: "order kt-1 cannot end at 2026-11-21T11:30:00Z: that time had passed"),
        Case(starts: -168, ends: nil),
        Case(starts: -168.001, ends: nil, refusal: "more than 7 days before it was requested"),
        Case(starts: 2160, ends: 2161),
        Case(starts: 2160.001, ends: nil, refusal: "more than 90 days after it was requested, at 2026-11-21T12:00:00Z"),
        Case(starts: 24, ends: 24, refusal: "cannot end at 2026-11-22T12:00:00Z: it starts at 2026-11-22T12:00:00Z"),
        Case(starts: 24, ends: 23, refusal: "must end later"),
        Case(starts: 24, ends: 192),
        Case(starts: 24, ends: 192.5, refusal: "at most 7 days"),
    ])
    func `an order runs within its limits only`(_ item: Case) throws {
        let start = StartDr(
            id: nil, name: "kt", kind: "reliable", startsAt: item.starts.map(Self.time),
            endsAt: item.ends.map(Self.time))
        let id = OrderID(text: "kt-1")
        guard let refusal = item.refusal else {
            let order = try Order(start, id: id, at: noon)
            #expect(order.startsAt == item.starts.map(Self.time) ?? noon)
            #expect(order.endsAt == item.ends.map(Self.time))
            #expect(order.started.status == "started")
            return
        }
        let rejection = #expect(throws: Rejection.self) { try Order(start, id: id, at: noon) }
        #expect(rejection?.kind == .refused)
        #expect(rejection?.reason.contains(refusal) == true, "\(rejection?.reason ?? "")")
        #expect(rejection?.reason.hasPrefix("order kt-1 ") == true)
    }

    private func order(from start: Double = 0, to end: Double? = nil) -> Order {
        Order(
            id: OrderID(text: "kt-1"), name: "kt", kind: "reliable", status: .started, startsAt: Self.time(start),
            endsAt: end.map(Self.time), reason: nil)
    }

    @Test func `an end counts from when it is asked for, and says why`() throws {
        var order = order(to: 2)
        let ended = try order.end(at: Self.time(1), reason: "KPX withdrew it")
        #expect((ended.endsAt, ended.reason, ended.status) == (Self.time(1), "KPX withdrew it", "ended"))
        #expect(order.status == .ended && order.endsAt == Self.time(1) && order.reason == "KPX withdrew it")
    }

    @Test func `an end without a reason was an operator's`() throws {
        var order = order()
        #expect(try order.end(at: noon, reason: nil).reason == "ended by an operator")
    }

    @Test(arguments: [1.0, 1.5, 100]) func `an end that comes at or after the end time changes neither time nor reason`(
        hours: Double
    ) throws {
        var order = order(to: 1)
        let ended = try order.end(at: Self.time(hours), reason: "late")
        #expect(ended.endsAt == Self.time(1) && ended.reason == "its end time was reached")
    }

    @Test(arguments: [nil, 5]) func `one that has not begun ends at its start`(planned: Double?) throws {
        var order = order(from: 3, to: planned)
        let ended = try order.end(at: Self.time(2), reason: "KPX withdrew it")
        #expect(ended.startsAt == Self.time(3) && ended.endsAt == Self.time(3) && ended.hasNoLength)
        #expect(ended.reason == "KPX withdrew it" && order.status == .ended && order.end(due: Self.time(5)) == nil)
        #expect(throws: Rejection.self) { try order.end(at: Self.time(4), reason: nil) }
        #expect(throws: Rejection.self) { try order.cancel(at: Self.time(4), reason: nil) }
    }

    @Test func `a second end and a second start are conflicts that tell the whole story`() throws {
        var order = order(to: 5)
        #expect(
            order.secondStart
                == .conflict(
                    "order kt-1 already exists: it runs from 2026-11-21T12:00:00Z until 2026-11-21T17:00:00Z"))
        _ = try order.end(at: Self.time(1), reason: nil)
        let story =
            "order kt-1 has already ended: it ran from 2026-11-21T12:00:00Z to 2026-11-21T13:00:00Z, "
            + "ended by an operator"
        #expect(throws: Rejection.conflict(story)) { try order.end(at: Self.time(2), reason: nil) }
        #expect(order.secondStart == .conflict(story + "; another order needs another id"))
    }

    @Test func `a timer ends only the order that waits for it`() throws {
        var order = order(to: 5)
        #expect(order.end(due: Self.time(4))?.endsAt == nil)
        #expect(order.status == .started)
        #expect(order.end(due: Self.time(5))?.endsAt == Self.time(5))
        #expect(order.end(due: Self.time(5))?.endsAt == nil)
    }
}
