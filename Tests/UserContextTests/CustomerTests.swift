import Contracts
import Testing
import Workers

@testable import UserContext

@Suite struct CustomerTests {
    private static let most = Limits.points.upperBound
    private let time = Timestamp(milliseconds: 1_795_262_400_000)  // 2026-11-21T12:00:00Z
    private let order = OrderID(text: "dr-1")

    private func customer(_ point: Int64 = 0, entries: Int64 = 0, open: Int64 = 0) -> Customer {
        Customer(
            state: UserState(id: UserID(text: "kim"), name: "Kim", capacity: 3000, point: point), entries: entries,
            stay: Stay(since: time), openWithdrawals: open)
    }

    @Test func `a new customer has no points and no entries`() {
        let customer = Customer(RegisterUser(id: UserID(text: "kim"), name: "Kim", capacity: 3000), at: time)
        #expect(customer == self.customer())
    }

    @Test(
        arguments: [
            ("Lee", nil, "Lee", 3000), (nil, 0, "Kim", 0), ("Lee", 1, "Lee", 1), ("Kim", 1, "Kim", 1),
        ] as [(String?, Int64?, String, Int64)])
    func `an update changes what it names`(name: String?, capacity: Int64?, newName: String, newCapacity: Int64) throws
    {
        var customer = customer(7, entries: 2)
        let update = UpdateUser(id: customer.state.id, name: name, capacity: capacity)
        #expect(try customer.update(update, at: time) == time)
        #expect(customer.state == UserState(id: customer.state.id, name: newName, capacity: newCapacity, point: 7))
        #expect(customer.entries == 2)
    }

    @Test(
        arguments: [
            (nil, nil, "customer kim is not changed: neither \"name\" nor \"capacity\" nor \"resource\" is given"),
            ("Kim", nil, "customer kim is not changed: the name and the capacity 3000 are the current ones"),
            ("Kim", 3000, "customer kim is not changed: the name and the capacity 3000 are the current ones"),
        ] as [(String?, Int64?, String)])
    func `an update that changes nothing is refused`(name: String?, capacity: Int64?, reason: String) {
        var customer = customer()
        #expect(throws: Rejection.refused(reason)) {
            _ = try customer.update(UpdateUser(id: customer.state.id, name: name, capacity: capacity), at: time)
        }
    }

    @Test func `an update that was sent earlier and read later holds from the newest on`() throws {
        var customer = customer()
        func update(_ capacity: Int64, _ seconds: Double) throws -> Timestamp {
            try customer.update(
                UpdateUser(id: customer.state.id, name: nil, capacity: capacity), at: time + .seconds(seconds))
        }
        #expect(try update(1, -5) == time)
        #expect(try update(2, 9) == time + .seconds(9))
        #expect(try update(3, 5) == time + .seconds(9))
        #expect(try update(4, 9) == time + .seconds(9))
        #expect(customer.state.capacity == 4)
        #expect(try customer.leave(at: time + .seconds(6)) == time + .seconds(9))
    }

    @Test func `a customer belongs to a resource, changes it, and belongs to none`() throws {
        let (s1, s2) = (ResourceID(text: "s1"), ResourceID(text: "s2"))
        let register = RegisterUser(id: UserID(text: "kim"), name: "Kim", capacity: 3000, resource: s1)
        var customer = Customer(register, at: time)
        func update(_ resource: ResourceID??, _ capacity: Int64? = nil) throws {
            _ = try customer.update(
                UpdateUser(id: register.id, name: nil, capacity: capacity, resource: resource), at: time)
        }
        try update(nil, 5)
        #expect(customer.state.resource == s1)
        try update(.some(s2))
        #expect(customer.state.resource == s2)
        let same = "the name, the capacity 5 and the resource are the current ones"
        #expect(throws: Rejection.refused("customer kim is not changed: \(same)")) { try update(.some(s2)) }
        try update(.some(nil))
        #expect(customer.state.resource == nil)
        #expect(throws: Rejection.refused("customer kim is not changed: \(same)")) { try update(.some(nil)) }
        // Who comes back belongs to what the registration says.
        try update(.some(s2))
        _ = try customer.leave(at: time)
        try customer.register(RegisterUser(id: register.id, name: "Kim", capacity: 3000), at: time + .seconds(1))
        #expect(customer.state.resource == nil)
    }

    @Test func `points are paid with an entry that tells the balance`() throws {
        var customer = customer(7, entries: 2)
        let entry = try customer.pay(5, for: order, at: time, from: "kepco.events-1-2")
        #expect(
            entry
                == LedgerEntry(
                    sequence: 3, change: 5, point: 12, cause: .reduction(order), time: time, source: "kepco.events-1-2"
                ))
        #expect(customer == self.customer(12, entries: 3))
    }

    @Test(arguments: [(0, most, true), (1, most, false), (most, 1, false), (most - 1, 1, true), (most, most, false)])
    func `a balance stays within its limit`(point: Int64, change: Int64, isPaid: Bool) throws {
        var customer = customer(point)
        if isPaid {
            #expect(try customer.pay(change, for: order, at: time, from: "").point == Self.most)
            return
        }
        let rejection = #expect(throws: Rejection.self) { try customer.pay(change, for: order, at: time, from: "") }
        #expect(
            rejection
                == .refused(
                    "customer kim cannot get \(change) points for order dr-1: with the balance of \(point) that "
                        + "exceeds 1000000000000"))
        #expect(customer == self.customer(point))
    }

    @Test(
        arguments: [(10, 10, true), (10, 1, true), (10, 11, false), (0, 1, false), (10, most, false)]
            as [(Int64, Int64, Bool)])
    func `no more is withdrawn than there is`(point: Int64, amount: Int64, isPaid: Bool) throws {
        var customer = customer(point, entries: 4)
        let withdraw = WithdrawPoint(id: WithdrawalID(text: "w-1"), user: customer.state.id, amount: amount)
        if isPaid {
            let entry = try customer.withdraw(withdraw, at: time, from: "s")
            #expect(
                entry
                    == LedgerEntry(
                        sequence: 5, change: -amount, point: point - amount,
                        cause: .withdrawal(withdraw.id, .requested(isCounted: true)), time: time, source: "s"))
            #expect(customer == self.customer(point - amount, entries: 5, open: 1))
            return
        }
        let reason = "withdrawal w-1 of \(amount) points exceeds the balance of customer kim: \(point)"
        #expect(throws: Rejection.refused(reason)) { try customer.withdraw(withdraw, at: time, from: "s") }
        #expect(customer == self.customer(point, entries: 4))
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
            sequence: 2, change: -5, point: 0,
            cause: .withdrawal(WithdrawalID(text: "w-1"), .requested(isCounted: true)), time: time,
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
        #expect(LedgerEntry.key(user, WithdrawalID(text: "1")) == "withdrawal/kim/1")
    }
}
