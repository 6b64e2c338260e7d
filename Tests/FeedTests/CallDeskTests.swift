import Baselines
import Contracts
import Testing

@testable import Feed
@testable import FeedContext

/// Whose call is made next, and what becomes of one that is asked for twice.
@Suite struct CallDeskTests {
    private let now = ContinuousClock.now

    private func call(
        _ user: String, _ attempt: Int64 = 1, number: String = "1", day: Int64 = 20_000, isPast: Bool = false
    ) -> MeterCall {
        MeterCall(
            partition: 0, user: UserID(text: user), attempt: attempt, customerNumber: number, meters: [],
            day: Day(number: day), isPast: isPast)
    }

    @Test func `calls are made in the order in which they were asked for`() {
        var desk = CallDesk()
        for number in 0..<10 {
            let isTaken = desk.take(call("u\(number)"))
            #expect(isTaken)
        }
        var made: [String] = []
        while let next = desk.next() { made.append(next.user.text) }
        #expect(made == (0..<10).map { "u\($0)" } && desk.waitingCount == 0)
    }

    @Test func `a call that is asked for again keeps its place, and has the later attempt`() {
        var desk = CallDesk()
        let taken = [call("kim"), call("lee"), call("kim", 2)].map { desk.take($0) }
        #expect(taken == [true, true, true] && desk.waitingCount == 2)
        let made = [desk.next(), desk.next(), desk.next()]
        #expect(made == [call("kim", 2), call("lee"), nil])
    }

    @Test func `one that is under way answers the later attempt, if that asks for the same`() {
        var desk = CallDesk()
        let token = desk.begin(call("kim"), at: now)
        var isTaken = desk.take(call("kim", 2))
        #expect(isTaken && desk.waitingCount == 0)
        // Another day is another question.
        isTaken = desk.take(call("kim", 3, day: 20_001))
        #expect(isTaken && desk.waitingCount == 1)
        let (ended, again, next) = (desk.end(token)?.call, desk.end(token)?.call, desk.next())
        #expect(ended == call("kim", 2) && again == nil && next == call("kim", 3, day: 20_001))
    }

    @Test func `an earlier call that ends late does not take the later one's place`() {
        var desk = CallDesk()
        let old = desk.begin(call("kim"), at: now)
        let new = desk.begin(call("kim", 2, number: "2"), at: now)
        _ = desk.end(old)
        let isTaken = desk.take(call("kim", 3, number: "2"))
        #expect(isTaken && desk.waitingCount == 0)
        let ended = desk.end(new)
        #expect(ended?.call.attempt == 3)
    }

    private func drain(_ desk: inout CallDesk) -> [MeterCall] {
        var calls: [MeterCall] = []
        while let next = desk.next() { calls.append(next) }
        return calls
    }

    @Test func `what is live is called before the past, whoever waits longer`() {
        var desk = CallDesk()
        for item in [call("a", isPast: true), call("b"), call("c", isPast: true), call("d")] { _ = desk.take(item) }
        // What was the past is asked again for a day that is live.
        _ = desk.take(call("c", 2))
        let made = drain(&desk).map(\.user.text)
        #expect(made == ["b", "d", "c", "a"])
    }

    @Test func `who is to be asked about no more is not`() {
        var desk = CallDesk()
        for user in ["a", "b", "c"] { _ = desk.take(call(user)) }
        desk.remove(UserID(text: "a"), of: 0)
        desk.remove(UserID(text: "b"), of: 1)
        let token = desk.begin(call("d"), at: now)
        desk.remove(UserID(text: "d"), of: 0)
        // It begins anew: what is under way was asked for by somebody else.
        let isTaken = desk.take(call("d", 2))
        let made = drain(&desk)
        #expect(isTaken && made == [call("b"), call("c"), call("d", 2)] && desk.waitingCount == 0)
        let ended = desk.end(token)
        #expect(ended?.call == call("d"))
    }

    @Test func `who comes back to what is under way waits for nothing else`() {
        var desk = CallDesk()
        let token = desk.begin(call("a"), at: now)
        for item in [call("a", 2, number: "2"), call("a", 3)] { _ = desk.take(item) }
        let (waiting, ended) = (desk.waitingCount, desk.end(token)?.call.attempt)
        #expect(waiting == 0 && desk.next() == nil && ended == 3)
    }

    @Test func `places of calls that are not wanted any more do not pile up`() {
        var desk = CallDesk()
        for number in 0..<100_000 {
            _ = desk.take(call("a", Int64(number), isPast: number.isMultiple(of: 3)))
            desk.remove(UserID(text: "a"), of: 0)
        }
        #expect(desk.placeCount < 100 && desk.next() == nil)
    }

    @Test func `there is room for so many, and none is left when all are given up`() throws {
        var desk = CallDesk(limit: 2)
        let taken = ["a", "b", "c"].map { desk.take(call($0)) }
        #expect(taken == [true, true, false])
        let next = desk.next()
        let first = try #require(next)
        _ = desk.begin(first, at: now)
        let underWay = desk.removeAll()
        #expect(underWay == [now] && desk.waitingCount == 0 && desk.underWayCount == 0)
        let isTaken = desk.take(call("c"))
        let made = [desk.next(), desk.next()]
        #expect(isTaken && made == [call("c"), nil])
    }
}
