import Contracts
import Testing
import Workers

@testable import UserContext

@Suite struct AccountTests {
    private static let most = Limits.points.upperBound
    private let time = Timestamp(milliseconds: 1_795_262_400_000)  // 2026-11-21T12:00:00Z
    private let order = OrderID(text: "dr-1")

    private func account(_ point: Int64 = 0, entries: Int64 = 0) -> Account {
        Account(
            user: UserState(id: UserID(text: "kim"), name: "Kim", capacity: 3000, point: point), entries: entries)
    }

    @Test func `a new customer has no points and no entries`() {
        let account = Account(RegisterUser(id: UserID(text: "kim"), name: "Kim", capacity: 3000))
        #expect(account == self.account())
    }

    @Test(
        arguments: [
            ("Lee", nil, "Lee", 3000), (nil, 0, "Kim", 0), ("Lee", 1, "Lee", 1), ("Kim", 1, "Kim", 1),
        ] as [(String?, Int64?, String, Int64)])
    func `an update changes what it names`(name: String?, capacity: Int64?, newName: String, newCapacity: Int64) throws
    {
        var account = account(7, entries: 2)
        try account.update(UpdateUser(id: account.user.id, name: name, capacity: capacity))
        #expect(account.user == UserState(id: account.user.id, name: newName, capacity: newCapacity, point: 7))
        #expect(account.entries == 2)
    }

    @Test(
        arguments: [
            (nil, nil, "customer kim is not changed: neither \"name\" nor \"capacity\" is given"),
            ("Kim", nil, "customer kim is not changed: the name and the capacity 3000 are what they were"),
            ("Kim", 3000, "customer kim is not changed: the name and the capacity 3000 are what they were"),
        ] as [(String?, Int64?, String)])
    func `an update that changes nothing is refused`(name: String?, capacity: Int64?, reason: String) {
        var account = account()
        #expect(throws: Rejection.refused(reason)) {
            try account.update(UpdateUser(id: account.user.id, name: name, capacity: capacity))
        }
    }

    @Test func `points are paid with an entry that tells the balance`() throws {
        var account = account(7, entries: 2)
        let entry = try account.pay(5, for: order, at: time, from: "kepco.events-1-2")
        #expect(
            entry
                == LedgerEntry(
                    sequence: 3, change: 5, point: 12, cause: .reduction(order), time: time, source: "kepco.events-1-2"
                ))
        #expect(account == self.account(12, entries: 3))
    }

    @Test(arguments: [(0, most, true), (1, most, false), (most, 1, false), (most - 1, 1, true), (most, most, false)])
    func `a balance stays within its limit`(point: Int64, change: Int64, isPaid: Bool) throws {
        var account = account(point)
        if isPaid {
            #expect(try account.pay(change, for: order, at: time, from: "").point == Self.most)
            return
        }
        let rejection = #expect(throws: Rejection.self) { try account.pay(change, for: order, at: time, from: "") }
        #expect(
            rejection
                == .refused(
                    "customer kim cannot get \(change) points for order dr-1: with the balance of \(point) that is "
                        + "beyond 1000000000000"))
        #expect(account == self.account(point))
    }

    @Test(
        arguments: [(10, 10, true), (10, 1, true), (10, 11, false), (0, 1, false), (10, most, false)]
            as [(Int64, Int64, Bool)])
    func `no more is withdrawn than there is`(point: Int64, amount: Int64, isPaid: Bool) throws {
        var account = account(point, entries: 4)
        let withdraw = WithdrawPoint(id: WithdrawalID(text: "w-1"), user: account.user.id, amount: amount)
        if isPaid {
            let entry = try account.withdraw(withdraw, at: time, from: "s")
            #expect(
                entry
                    == LedgerEntry(
                        sequence: 5, change: -amount, point: point - amount, cause: .withdrawal(withdraw.id),
                        time: time, source: "s"))
            #expect(account == self.account(point - amount, entries: 5))
            return
        }
        let reason = "withdrawal w-1 of \(amount) points exceeds the balance of customer kim: \(point)"
        #expect(throws: Rejection.refused(reason)) { try account.withdraw(withdraw, at: time, from: "s") }
        #expect(account == self.account(point, entries: 4))
    }

    @Test func `a repeat is told when and by what it was done`() {
        let user = UserID(text: "kim")
        let paid = LedgerEntry(
            sequence: 1, change: 5, point: 5, cause: .reduction(order), time: time, source: "kepco.events-1-2")
        #expect(
            paid.repeated(for: user)
                == .conflict(
                    "customer kim already got 5 points for order dr-1, at 2026-11-21T12:00:00Z by kepco.events-1-2: "
                        + "an order is paid once"))
        let withdrawn = LedgerEntry(
            sequence: 2, change: -5, point: 0, cause: .withdrawal(WithdrawalID(text: "w-1")), time: time,
            source: "user.commands-1-2")
        #expect(
            withdrawn.repeated(for: user)
                == .conflict(
                    "withdrawal w-1 of customer kim has been made already: 5 points, at 2026-11-21T12:00:00Z by "
                        + "user.commands-1-2"))
    }

    @Test func `an order and a withdrawal of the same name have keys of their own`() {
        let user = UserID(text: "kim")
        #expect(LedgerEntry.key(user, .reduction(OrderID(text: "1"))) == "dr/1/kim")
        #expect(LedgerEntry.key(user, .withdrawal(WithdrawalID(text: "1"))) == "withdrawal/kim/1")
    }
}
