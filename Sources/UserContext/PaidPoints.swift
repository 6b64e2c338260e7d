import Contracts
import JSON

/// Of which days the points are that an order has brought a customer, newest taken back first, and which of them no
/// correction has taken off, since they had expired by then. A correction leaves the balance as if the order had had
/// its points from the beginning: what it takes back has then not expired, nor has anything of a later day in its
/// place. What raises an order's points again leaves corrections of other orders as they were made. No clock, no I/O.
package struct PaidPoints: Hashable, Sendable {
    typealias Lot = PointAges.Lot

    /// Points that a correction has not taken off.
    struct Spared: Hashable, Sendable {
        /// Of the day on which the order had brought them.
        var paidOn: Int64
        /// Of the day whose points had expired.
        var expiredOf: Int64
        var points: Int64
    }

    /// What the order has brought, oldest first: in all as many points as its last check.
    private(set) var lots: [Lot] = []
    private(set) var spared: [Spared] = []
    /// What corrections have taken off and none has given back, by the days on which the order had brought it.
    private(set) var taken: [Lot] = []

    /// Of more days than these the oldest two become one, of the older day: that is not to the customer's harm.
    static let most = 16
    /// Of more than these the oldest two become one.
    static let mostSpared = PointAges.most

    /// - Parameter points: that the order has brought so far, as if all were of this day.
    init(_ points: Int64, on day: Int64) {
        if points > 0 { lots = [Lot(day: day, points: points)] }
    }

    /// Follows an order's points from one check to the next.
    /// - Parameters:
    ///   - day: of the correction.
    ///   - expired: what of the customer's points has expired, by the days on which they were earned.
    /// - Returns: the change of the balance.
    package mutating func follow(
        from before: Int64, to after: Int64, on day: Int64, _ expired: inout PointAges
    ) -> Int64 {
        after < before
            ? -take(before - after, &expired) : add(after - before, on: day, &expired)
    }

    /// - Returns: what is to be taken off the balance: what has not expired already.
    private mutating func take(_ points: Int64, _ expired: inout PointAges) -> Int64 {
        var (left, owed) = (points, 0 as Int64)
        while left > 0, let newest = lots.last {
            let part = min(left, newest.points)
            var rest = part
            for lot in expired.use(part, since: newest.day) {
                spare(Spared(paidOn: newest.day, expiredOf: lot.day, points: lot.points))
                rest -= lot.points
            }
            if rest > 0 { Self.put(rest, on: newest.day, &taken) }
            owed += rest
            lots[lots.count - 1].points -= part
            if part == newest.points { lots.removeLast() }
            left -= part
        }
        return owed
    }

    /// What was taken back last comes first, the points of the oldest day: of them what was taken off is given back,
    /// then what was spared has expired after all. What is left is new.
    /// - Returns: what the balance gets.
    private mutating func add(_ points: Int64, on day: Int64, _ expired: inout PointAges) -> Int64 {
        var (left, lapsed) = (points, 0 as Int64)
        while left > 0, let paidOn = (taken.map(\.day) + spared.map(\.paidOn)).min() {
            let part: Int64
            if taken.first?.day == paidOn {
                part = Self.remove(left, &taken[0].points)
                if taken[0].points == 0 { taken.removeFirst() }
            } else if let place = spared.lastIndex(where: { $0.paidOn == paidOn }) {
                part = Self.remove(left, &spared[place].points)
                expired.earn(part, on: spared[place].expiredOf)
                if spared[place].points == 0 { spared.remove(at: place) }
                lapsed += part
            } else {
                break
            }
            Self.put(part, on: paidOn, &lots)
            left -= part
        }
        if left > 0 { Self.put(left, on: day, &lots) }
        return points - lapsed
    }

    /// - Returns: how many of the points were there.
    private static func remove(_ points: Int64, _ there: inout Int64) -> Int64 {
        let part = min(points, there)
        there -= part
        return part
    }

    private static func put(_ points: Int64, on day: Int64, _ lots: inout [Lot]) {
        let place = lots.firstIndex { $0.day >= day } ?? lots.count
        if place < lots.count, lots[place].day == day {
            lots[place].points += points
        } else {
            lots.insert(Lot(day: day, points: points), at: place)
        }
        guard lots.count > most else { return }
        lots[0].points += lots[1].points
        lots.remove(at: 1)
    }

    private mutating func spare(_ one: Spared) {
        if let last = spared.last, (last.paidOn, last.expiredOf) == (one.paidOn, one.expiredOf) {
            spared[spared.count - 1].points += one.points
        } else {
            spared.append(one)
        }
        guard spared.count > Self.mostSpared else { return }
        spared[1].points += spared[0].points
        spared.removeFirst()
    }

    /// nil in rows of versions that noted nothing of it, and where no points expire.
    init?(_ fields: borrowing Fields) throws(JSONError) {
        guard fields.has("paidOn") else { return nil }
        lots = try PointAges.lots(fields, "paidOn", "paid", atMost: Self.most)
        if fields.has("takenOn") { taken = try PointAges.lots(fields, "takenOn", "taken", atMost: Self.most) }
        guard fields.has("spared") else { return }
        let paidOn = try fields.numbers("sparedOn", in: PointAges.days, atMost: Self.mostSpared)
        let expiredOf = try fields.numbers("expiredOf", in: PointAges.days, atMost: Self.mostSpared)
        let points = try fields.numbers("spared", in: 1...Limits.points.upperBound, atMost: Self.mostSpared)
        guard paidOn.count == points.count, expiredOf.count == points.count else {
            throw JSONError(field: "spared", .outOfRange, found: "has another length than sparedOn and expiredOf")
        }
        for (place, points) in points.enumerated() {
            guard let paidOn = paidOn[place], let expiredOf = expiredOf[place], let points else {
                throw JSONError(field: "spared", .outOfRange, found: "has a gap")
            }
            spared.append(Spared(paidOn: paidOn, expiredOf: expiredOf, points: points))
        }
    }

    func write(_ json: inout JSONWriter) {
        json.field("paidOn", lots.map(\.day))
        json.field("paid", lots.map(\.points))
        if !taken.isEmpty {
            json.field("takenOn", taken.map(\.day))
            json.field("taken", taken.map(\.points))
        }
        guard !spared.isEmpty else { return }
        json.field("sparedOn", spared.map(\.paidOn))
        json.field("expiredOf", spared.map(\.expiredOf))
        json.field("spared", spared.map(\.points))
    }
}
