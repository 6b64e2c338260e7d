import Contracts
import JSON
import Testing
import Workers

@testable import ResponseContext

@Suite struct RuleTests {
    typealias Given = (answer: Answer, at: Double)

    @Test(arguments: [
        (given: [] as [Given], by: 10.0 as Double?, counts: Answer.ignore), ([], nil, .ignore),
        ([(.accept, 1)], nil, .accept), ([(.accept, 1)], 1, .accept), ([(.accept, 1)], 0.999, .ignore),
        ([(.accept, 1), (.deny, 2)], nil, .deny), ([(.accept, 1), (.deny, 2)], 1.5, .accept),
        // From the future, and corrected.
        ([(.deny, 2), (.accept, 1)], nil, .accept), ([(.deny, 2), (.accept, 1)], 1.5, .accept),
        ([(.accept, 1), (.deny, 1)], nil, .deny), ([(.deny, 1), (.accept, 1)], 1, .accept),
        ([(.deny, 3), (.accept, 1), (.deny, 2), (.accept, 2)], 2, .accept), ([(.accept, 1), (.deny, 3)], 2, .accept),
    ])
    func `of the answers up to the end the one read last counts`(given: [Given], by end: Double?, counts: Answer) {
        var history = History()
        for (answer, at) in given { history.add(GivenAnswer(answer, at: Scene.time(at))) }
        #expect(history.answer(by: end.map(Scene.time)) == counts)
        #expect(history.answers.map(\.at) == given.map { Scene.time($0.at) })
    }

    @Test func `a list is made and saved in a fixed order of states`() {
        var order = order()
        var states: [Order.State] = [order.state]
        var beginnings: [Bool] = []
        func note(_ begins: Bool) {
            beginnings.append(begins)
            states.append(order.state)
        }
        note(order.finishState(among: 2))
        note(order.finishState(among: 2))
        for partition in [1, 1, 0, 0] as [Int32] {
            note(order.end(at: Scene.time(50 + Double(states.count)), passedBy: partition, among: 2))
        }
        note(order.finishState(among: 2))
        note(order.finishState(among: 2))
        note(order.end(at: Scene.time(90), passedBy: 1, among: 2))
        #expect(
            states == [.settling, .asking, .open, .open, .open, .closing, .closing, .saving, .saved, .saved])
        #expect(beginnings == [true, false, false, false, true, false, true, false, false])
        #expect(order.course.ending?.endedAt == Scene.time(53))
    }

    @Test func `a list whose order ended meanwhile is saved when everybody has been asked`() {
        var order = order()
        _ = order.finishState(among: 1)
        let begins = order.end(at: Scene.time(50), passedBy: 0, among: 1)
        #expect(!begins)
        #expect(order.state == .asking)
        let goesOn = order.finishState(among: 1)
        #expect(goesOn)
        #expect(order.state == .closing)
    }

    @Test(arguments: [
        (planned: nil as Double?, ended: nil as Double?, last: nil as Double?), (300, nil, 300), (nil, 200, 200),
        (300, 200, 200), (300, 400, 400),
    ])
    func `answers count up to the planned end until the real one is known`(
        planned: Double?, ended: Double?, last: Double?
    ) {
        var order = order(planned: planned)
        if let ended { _ = order.end(at: Scene.time(ended), passedBy: 0, among: 1) }
        #expect(order.lastMoment == last.map(Scene.time))
    }

    @Test(arguments: [
        (cursor: "", user: "a", isSaved: false), ("b", "a", true), ("b", "b", true), ("b", "ba", false),
        ("b", "c", false),
        // Ordered by bytes: as Swift strings these are equal.
        ("e\u{301}", "\u{E9}", false), ("\u{E9}", "e\u{301}", true),
    ])
    func `while a list is saved, a place behind the cursor is saved by a later step`(
        cursor: String, user: String, isSaved: Bool
    ) {
        var order = order()
        _ = order.finishState(among: 1)
        _ = order.finishState(among: 1)
        #expect(!order.isSaved(upTo: UserID(text: user)))
        _ = order.end(at: Scene.time(1), passedBy: 0, among: 1)
        #expect(!order.isSaved(upTo: UserID(text: user)))
        _ = order.finishState(among: 1)
        order.advance(to: cursor)
        #expect(order.isSaved(upTo: UserID(text: user)) == isSaved)
        _ = order.finishState(among: 1)
        #expect(order.isSaved(upTo: UserID(text: user)))
    }

    @Test func `a newer event about a customer stands, and the earliest registration`() {
        var customer = Customer(user("first"), at: Scene.time(10))
        customer.learn(user("older"), at: Scene.time(9), isRegistration: false)
        #expect(customer == Customer(user("first"), at: Scene.time(10)))
        customer.learn(user("same moment"), at: Scene.time(10), isRegistration: false)
        #expect(customer.name == "same moment")
        customer.learn(user("newer"), at: Scene.time(11), isRegistration: false)
        customer.learn(user("registered"), at: Scene.time(5), isRegistration: true)
        #expect(customer.name == "newer")
        #expect(customer.membership.registeredAt == Scene.time(5))
        #expect(customer.updatedAt == Scene.time(11))
    }

    @Test func `only an accept is judged, both ways`() {
        var response = Response(Customer(user("u"), at: Scene.time(0)), on: order())
        func judge(_ isReal: Bool) -> Bool { response.judge(isReal: isReal) }
        #expect(!judge(false) && !judge(true) && response.answer == .ignore)
        _ = response.take(GivenAnswer(.accept, at: Scene.time(1)))
        #expect(judge(false) && response.answer == .deny)
        #expect(!judge(false))
        #expect(judge(true) && response.answer == .accept)
        #expect(!judge(true))
        _ = response.take(GivenAnswer(.deny, at: Scene.time(2)))
        #expect(!judge(true) && response.answer == .deny)
    }

    @Test func `a version counts that is newer than the last corrected one`() {
        var response = Response(Customer(user("u"), at: Scene.time(0)), on: order())
        #expect([1, 1, 2, 2, 1, 5, 4].map { response.note($0) } == [true, true, true, false, false, true, false])
        #expect(response.checkVersion == 5)
    }

    @Test func `what is known decides whether an answer is taken, asks, waits or is refused`() {
        let id = ResponseID(OrderID(text: "d"), UserID(text: "u"))
        let order = order(planned: 300)
        let early = Customer(user("early"), at: Scene.time(0))
        let late = Customer(user("late"), at: Scene.time(1))
        let open = Response(early, on: order)
        var saved = open
        saved.save(order)
        func judge(_ at: Double, _ order: Order?, _ response: Response?, _ customer: Customer?) -> Judgement {
            Judgement(
                id, GivenAnswer(.accept, at: Scene.time(at)), now: Scene.time(1000), order: order, response: response,
                customer: customer)
        }
        func kind(_ judgement: Judgement) -> Rejection.Kind? {
            if case .refuse(let rejection) = judgement { rejection.kind } else { nil }
        }
        #expect(judge(300, order, open, nil) == .take(order, open))
        #expect(judge(300, order, nil, early) == .ask(order, early))
        #expect(judge(300, order, nil, nil) == .wait(.notFound("order d is known, but no customer u was registered")))
        #expect(judge(999, nil, nil, nil) == .wait(.notFound("no order d was announced")))
        // Behind the planned end it depends on whether that is the end.
        let undecided = Judgement.wait(
            .late(
                "order d was to end at \(Scene.time(300)), before customer u answered at \(Scene.time(300.001)), and no "
                    + "other end is known"))
        for (response, customer) in [(open as Response?, nil as Customer?), (nil, early), (nil, nil)] {
            #expect(judge(300.001, order, response, customer) == undecided)
            var ended = order
            _ = ended.end(at: Scene.time(300), passedBy: 0, among: 2)
            #expect(kind(judge(300.001, ended, response, customer)) == .late)
            var changed = order
            _ = changed.change(Course.Change(version: 1, endsAt: Scene.time(301)))
            #expect(judge(300.001, changed, response, customer) != undecided)
            var cancelled = order
            _ = cancelled.cancel(Course.Cancellation(at: Scene.time(200), reason: "r"))
            #expect(kind(judge(100, cancelled, response, customer)) == .late)
        }
        #expect(kind(judge(1, order, saved, nil)) == .late)
        #expect(kind(judge(1, order, nil, late)) == .refused)
    }

    private func order(planned: Double? = nil) -> Order {
        Order(
            MakeList(
                order: OrderID(text: "d"), announcedAt: Scene.time(0), startsAt: Scene.time(0),
                endsAt: planned.map(Scene.time)))
    }

    private func user(_ name: String) -> UserState {
        UserState(id: UserID(text: "u"), name: name, capacity: 1, point: 0)
    }
}
