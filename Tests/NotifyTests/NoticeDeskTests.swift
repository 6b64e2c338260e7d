import Contracts
import NotifyContext
import Testing

@testable import Notify

/// Which notices go out next, and what becomes of those that are asked for twice.
@Suite struct NoticeDeskTests {
    private let now = ContinuousClock.now

    private func call(
        _ user: String, _ attempt: Int64 = 1, partition: Int32 = 0, end: Timestamp = .last, notBehind: Timestamp? = nil
    ) -> NoticeCall {
        let key = NoticeKey(
            subject: .order, reference: "dr-1", user: UserID(text: user), version: 1, channel: "push")
        return NoticeCall(
            partition: partition, key: key, attempt: attempt, address: "a", language: .ko, kind: .asked,
            facts: NoticeFacts(), end: end, notBehind: notBehind)
    }

    private func filled(_ count: Int) -> NoticeDesk {
        var desk = NoticeDesk()
        for number in 0..<count { _ = desk.take(call("u\(number)")) }
        return desk
    }

    /// Of which none is over.
    private func next(_ desk: inout NoticeDesk, _ limit: Int) -> [NoticeCall] {
        let (calls, over) = desk.next(atMost: limit, at: Timestamp(milliseconds: 0))
        #expect(over.isEmpty)
        return calls
    }

    @Test func `notices go out in their order, up to a hundred at a time`() {
        var desk = filled(250)
        let calls = [next(&desk, 100), next(&desk, 100), next(&desk, 100), next(&desk, 100)]
        #expect(calls.map(\.count) == [100, 100, 50, 0])
        #expect(calls.flatMap(\.self).map(\.key.user.text) == (0..<250).map { "u\($0)" })
    }

    @Test func `one that is asked for again keeps its place, and while it is on its way it is not told twice`() {
        var desk = filled(3)
        _ = desk.take(call("u1", 2))
        let first = next(&desk, 2)
        #expect(first.map(\.attempt) == [1, 2])
        desk.begin(7, first, at: now)
        _ = desk.take(call("u0", 3))
        #expect(desk.waitingCount == 1)
        // The answer is the later attempt's.
        let ended = desk.end(7)
        #expect(ended?.calls.map(\.attempt) == [3, 2])
        _ = desk.take(call("u0", 4))
        #expect(desk.waitingCount == 2 && desk.end(7) == nil)
    }

    @Test func `those of which one cannot be taken go out by themselves`() {
        var desk = filled(2)
        let calls = next(&desk, 100)
        desk.begin(1, calls, at: now)
        _ = desk.end(1)
        _ = desk.take(call("u9"))
        desk.takeAlone(calls)
        let sizes = [next(&desk, 100), next(&desk, 100), next(&desk, 100)].map {
            $0.map(\.key.user.text)
        }
        #expect(sizes == [["u9"], ["u0"], ["u1"]])
    }

    @Test func `what is called off goes out no more, unless it is another partition's`() {
        var desk = filled(3)
        desk.remove(call("u0").key, of: 1)
        desk.remove(call("u1").key, of: 0)
        #expect(next(&desk, 100).map(\.key.user.text) == ["u0", "u2"])
    }

    @Test func `what is called off on its way does not go out by itself, unless it is asked for again`() {
        var desk = filled(4)
        let calls = next(&desk, 100)
        desk.begin(1, calls, at: now)
        desk.remove(call("u0").key, of: 0)
        desk.remove(call("u1").key, of: 1)
        desk.remove(call("u2").key, of: 0)
        _ = desk.take(call("u2", 2))
        let ended = desk.end(1)
        #expect(ended?.calls.map(\.key.user.text) == ["u1", "u2", "u3"])
        desk.takeAlone(ended?.calls ?? [])
        #expect(desk.waitingCount == 3)
        desk.remove(call("u3").key, of: 0)
        let sizes = [next(&desk, 100), next(&desk, 100), next(&desk, 100)].map { $0.map(\.attempt) }
        #expect(sizes == [[1], [2], []])
    }

    @Test func `what is over goes out no more, and takes nobody's turn`() {
        var desk = NoticeDesk()
        let time = Timestamp(milliseconds: 1_795_251_600_000)
        for number in 0..<10 { _ = desk.take(call("u\(number)", end: number < 8 ? time : .last)) }
        let (calls, over) = desk.next(atMost: 1, at: time)
        #expect(calls.map(\.key.user.text) == ["u8"] && over.count == 8 && desk.waitingCount == 1)
    }

    @Test func `what can wait for the end of quiet hours does not go out in them`() {
        var desk = NoticeDesk()
        let time = Timestamp(milliseconds: 1_795_251_600_000)
        _ = desk.take(call("kim", notBehind: time))
        _ = desk.take(call("lee", notBehind: time + .milliseconds(1)))
        let (calls, over) = desk.next(atMost: 100, at: time)
        #expect(calls.map(\.key.user.text) == ["lee"] && over.map(\.key.user.text) == ["kim"])
    }

    @Test func `places do not pile up, and there is an end of room`() {
        var desk = NoticeDesk(limit: 10)
        for number in 0..<10_000 {
            _ = desk.take(call("u\(number)"))
            desk.remove(call("u\(number)").key, of: 0)
        }
        #expect(desk.placeCount <= 100)
        let taken = (0..<12).map { desk.take(call("v\($0)")) }
        #expect(taken.count { $0 } == 10)
    }
}
