import Chance
import Contracts
import Testing

@testable import UserContext

/// Points that have expired before their check is corrected. Once all corrections are made a customer has as many as if
/// each order had brought what its last check says on the day on which it was paid.
@Suite struct PaidPointsTests {
    private static let keep: Int64 = 5

    /// A customer's points as this program counts them, with orders that are corrected.
    private struct Account {
        var balance: Int64 = 0
        var ages = PointAges()
        var expired = PointAges()
        var orders: [(points: Int64, paid: PaidPoints)] = []

        mutating func change(by change: Int64, on day: Int64) {
            ages.follow(from: balance, to: balance + change, on: day)
            balance += change
        }

        mutating func pay(_ points: Int64, on day: Int64) {
            orders.append((points, PaidPoints(points, on: day)))
            change(by: points, on: day)
        }

        mutating func expire(on day: Int64) {
            let last = day - PaidPointsTests.keep
            for lot in ages.lots where lot.day < last { expired.earn(lot.points, on: lot.day) }
            change(by: -ages.points(before: last), on: day)
        }

        mutating func correct(_ order: Int, to points: Int64, on day: Int64) {
            let by = orders[order].paid.follow(from: orders[order].points, to: points, on: day, &expired)
            orders[order].points = points
            change(by: by, on: day)
        }
    }

    /// What happens on a day, in this order: orders are paid, points used, and old ones expire.
    private struct Day {
        var paid: [Int64]
        var used: Int64
    }

    private func story(_ chance: inout SeededGenerator) -> [Day] {
        (0..<Int.random(in: 3...20, using: &chance)).map { _ in
            let paid = (0..<Int.random(in: 0...2, using: &chance)).map { _ in Int64.random(in: 0...50, using: &chance) }
            return Day(paid: paid, used: max(0, Int64.random(in: -60...60, using: &chance)))
        }
    }

    /// - Parameter most: what the orders bring at the most, by their places.
    private func play(_ days: [Day], uses: inout [Int64], most: [Int64]? = nil) -> Account {
        var account = Account()
        for (number, day) in days.enumerated() {
            for points in day.paid {
                account.pay(most.map { min(points, $0[account.orders.count]) } ?? points, on: Int64(number))
            }
            // Of what he has; the second time just what it was the first.
            if most == nil { uses.append(min(day.used, max(0, account.balance))) }
            account.change(by: -uses[number], on: Int64(number))
            account.expire(on: Int64(number))
        }
        return account
    }

    /// Of one order up and down, or of all of them down.
    @Test(arguments: 1...40 as ClosedRange<UInt64>, [true, false])
    func `a balance is as if the orders had had their last points from the beginning`(seed: UInt64, isOne: Bool) {
        var chance = SeededGenerator(seed)
        for _ in 0..<50 {
            let days = story(&chance)
            var uses: [Int64] = []
            var account = play(days, uses: &uses)
            let (today, first) = (Int64(days.count), account.orders.map(\.points))
            for _ in 0..<Int.random(in: 0...12, using: &chance) where !first.isEmpty {
                let order = isOne ? 0 : Int.random(in: first.indices, using: &chance)
                let most = isOne ? first[order] + 20 : account.orders[order].points
                account.correct(order, to: Int64.random(in: 0...most, using: &chance), on: today)
            }
            let last = account.orders.map(\.points)
            let fresh = play(days, uses: &uses, most: last)
            let more = zip(first, last).reduce(0) { $0 + max(0, $1.1 - $1.0) }
            #expect(account.balance == fresh.balance + more, "\(days) \(first) \(last)")
            #expect(account.orders.allSatisfy { order in order.paid.lots.reduce(0) { $0 + $1.points } == order.points })
        }
    }

    @Test func `what was taken off comes back first, and behind that what was spared expires after all`() {
        var (paid, expired) = (PaidPoints(100, on: 3), PointAges())
        expired.earn(40, on: 3)
        #expect(paid.follow(from: 100, to: 50, on: 20, &expired) == -10)
        #expect(paid.taken == [.init(day: 3, points: 10)])
        #expect(paid.spared == [.init(paidOn: 3, expiredOf: 3, points: 40)] && expired.lots == [])
        #expect(paid.follow(from: 50, to: 60, on: 21, &expired) == 10)
        #expect(paid.follow(from: 60, to: 90, on: 22, &expired) == 0)
        #expect(paid.follow(from: 90, to: 105, on: 23, &expired) == 5)
        #expect(expired.lots == [.init(day: 3, points: 40)] && paid.spared.isEmpty && paid.taken.isEmpty)
        #expect(paid.lots == [.init(day: 3, points: 100), .init(day: 23, points: 5)])
    }

    /// They were not there yet when the older ones expired.
    @Test func `what a correction has added is taken back before what the order brought at first`() {
        var (paid, expired) = (PaidPoints(100, on: 3), PointAges())
        expired.earn(100, on: 3)
        #expect(paid.follow(from: 100, to: 150, on: 20, &expired) == 50)
        #expect(paid.follow(from: 150, to: 90, on: 21, &expired) == -50)
        #expect(paid.taken == [.init(day: 20, points: 50)] && expired.lots == [.init(day: 3, points: 90)])
    }

    @Test func `of more days than a row tells apart the oldest become one`() {
        var (paid, expired) = (PaidPoints(1, on: 1), PointAges())
        for day in 2...20 as ClosedRange<Int64> { _ = paid.follow(from: day - 1, to: day, on: day, &expired) }
        #expect(paid.lots.count == PaidPoints.most && paid.lots[0] == .init(day: 1, points: 5))
    }
}
