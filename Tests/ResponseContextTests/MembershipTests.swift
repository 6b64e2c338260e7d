import Contracts
import JSON
import Testing
import Workers

@testable import ResponseContext

/// When somebody was a customer, whatever is heard first.
@Suite struct MembershipTests {
    enum Told: Hashable, CustomStringConvertible {
        case registered(Double)
        case updated(Double)
        case left(Double)

        var description: String {
            switch self {
            case .registered(let at): "registered \(at)"
            case .updated(let at): "updated \(at)"
            case .left(let at): "left \(at)"
            }
        }
    }

    private func customer(_ told: [Told]) throws -> Customer {
        func user(_ at: Double) -> UserState { UserState(id: UserID(text: "u"), name: "\(at)", capacity: 1, point: 0) }
        var customer: Customer?
        for one in told {
            let known = customer
            switch one {
            case .registered(let at), .updated(let at):
                let time = Scene.time(at)
                let isRegistration = one == .registered(at)
                customer = known ?? Customer(user(at), at: time)
                customer?.learn(user(at), at: time, isRegistration: isRegistration)
            case .left(let at): customer?.leave(at: Scene.time(at))
            }
        }
        return try again(try #require(customer))
    }

    /// As its row has it.
    private func again(_ customer: Customer) throws -> Customer {
        var json = JSONWriter()
        _ = json.object { customer.write(&$0) }
        let bytes = json.take()
        var reader = JSONReader()
        var read: Customer?
        try reader.read(bytes.span) { read = try Customer($0) }
        #expect(read == customer)
        return try #require(read)
    }

    /// What is told in this order, and at which of the seconds 0 to 9 he was a customer.
    @Test(
        arguments: [
            ([.registered(2)], "--########", nil),
            ([.registered(2), .left(5)], "--###-----", 5),
            ([.registered(2), .left(5), .registered(7)], "--###--###", nil),
            ([.registered(2), .left(5), .registered(7), .left(8)], "--###--#--", 8),
            // Older ones change nothing that is newer.
            ([.registered(2), .registered(7), .left(5)], "--###--###", nil),
            ([.registered(7), .left(5)], "-------###", nil),
            ([.registered(7), .left(5), .registered(2)], "--###--###", nil),
            ([.registered(2), .left(8), .left(5)], "--###-----", 8),
            ([.registered(2), .left(8), .left(5), .registered(7)], "--###--#--", 8),
            ([.registered(2), .left(5), .left(5)], "--###-----", 5),
            // An update says that he is a customer; the registration is still to come.
            ([.updated(4)], "----######", nil),
            ([.updated(4), .registered(2)], "--########", nil),
            ([.registered(2), .left(5), .updated(8)], "--###---##", nil),
            ([.registered(2), .left(5), .updated(8), .registered(7)], "--###--###", nil),
            ([.registered(2), .updated(8), .left(5)], "--###---##", nil),
            ([.registered(2), .updated(8), .left(5), .registered(7)], "--###--###", nil),
            ([.registered(2), .left(5), .updated(5)], "--###-----", 5),
            ([.registered(2), .left(5), .updated(4)], "--###-----", 5),
            ([.registered(2), .updated(5), .left(5)], "--###-----", 5),
            // Of one moment the one read last, as user says them in their order.
            ([.registered(5), .left(5)], "----------", 5),
            ([.registered(2), .left(5), .registered(5)], "--########", nil),
            ([.registered(2), .left(5), .registered(5), .left(5)], "--###-----", 5),
        ] as [([Told], String, Double?)])
    func `a customer is one from a registration to the leaving behind it`(
        told: [Told], seconds: String, leftAt: Double?
    ) throws {
        let customer = try customer(told)
        #expect((0...9).map { customer.membership.covers(Scene.time(Double($0))) ? "#" : "-" }.joined() == seconds)
        #expect(customer.membership.leftAt == leftAt.map(Scene.time))
    }

    /// All orders of what happens to a customer, each as dead letters may be replayed: he has to be known first.
    @Test(
        arguments: [
            [.registered(1), .left(3), .registered(5), .left(7)],
            [.registered(1), .left(3), .registered(5), .updated(6)],
            [.registered(1), .updated(2), .left(3), .registered(5), .left(7), .registered(9)],
        ] as [[Told]])
    func `whatever is heard first, the same comes of it`(told: [Told]) throws {
        let expected = try customer(told).membership
        var count = 0
        for order in Self.orders(told) {
            // A leaving of nobody is a dead letter, and comes again.
            let first = order.firstIndex { if case .left = $0 { false } else { true } } ?? 0
            let heard = order[first...] + order[..<first]
            let membership = try customer(Array(heard)).membership
            for time in stride(from: 0.0, through: 10, by: 0.5) {
                let covers = membership.covers(Scene.time(time))
                #expect(covers == expected.covers(Scene.time(time)), "\(heard) at \(time)")
            }
            #expect(membership.leftAt == expected.leftAt, "\(heard)")
            count += 1
        }
        #expect(count == (1...told.count).reduce(1, *))
    }

    private static func orders(_ told: [Told]) -> [[Told]] {
        guard told.count > 1 else { return [told] }
        return told.indices.flatMap { index in
            var rest = told
            let one = rest.remove(at: index)
            return orders(rest).map { [one] + $0 }
        }
    }

    @Test func `the oldest ones are dropped, and those that count stay`() throws {
        var told: [Told] = []
        for turn in 0..<50 { told += [.registered(Double(turn) * 10), .left(Double(turn) * 10 + 5)] }
        let membership = try customer(told).membership
        #expect(!membership.covers(Scene.time(2)) && membership.covers(Scene.time(492)))
        #expect(membership.covers(Scene.time(422)) && !membership.covers(Scene.time(426)))
        #expect(membership.leftAt == Scene.time(495) && membership.registeredAt == Scene.time(490))
    }

    /// What a row of today says to earlier versions: a customer since the last registration.
    @Test func `one registration is written as before, and a leaving beside it`() throws {
        func text(_ told: [Told]) throws -> String {
            var json = JSONWriter()
            let customer = try customer(told)
            _ = json.object { customer.membership.write(&$0) }
            return String(decoding: json.take(), as: UTF8.self)
        }
        #expect(try text([.registered(0)]) == #"{"registeredAt":"\#(Scene.time(0))"}"#)
        #expect(
            try text([.registered(0), .left(1)])
                == #"{"registeredAt":"\#(Scene.time(0))","leftAt":"\#(Scene.time(1))"}"#)
        #expect(
            try text([.registered(0), .left(1), .registered(2)])
                == #"{"registeredAt":"\#(Scene.time(2))","registrations":[\#(Scene.start),\#(Scene.start + 2000)],"#
                + #""leavings":[\#(Scene.start + 1000)]}"#)
    }

    @Test(arguments: [
        #"{"registeredAt":"2026-11-21T09:00:00Z","registrations":[]}"#,
        #"{"registeredAt":"2026-11-21T09:00:00Z","registrations":[1,2,3,4,5,6,7,8,9]}"#,
        #"{"registeredAt":"2026-11-21T09:00:00Z","leavings":[-1]}"#, #"{"leftAt":"2026-11-21T09:00:00Z"}"#,
    ]) func `a row that says nothing is refused`(text: String) {
        let bytes = Array(text.utf8)
        var reader = JSONReader()
        #expect(throws: JSONError.self) { try reader.read(bytes.span) { _ = try Membership($0) } }
    }
}
