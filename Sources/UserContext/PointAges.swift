package import Contracts
import JSON

/// When the points of a balance were earned, oldest first: by that they expire. Whatever takes points off uses the
/// oldest ones, and what pays a debt is not there any more. Points of which a row says nothing, since nothing of it was
/// noted by then, count as earned when they are first looked at: that is never to the customer's harm.
package struct PointAges: Hashable, Sendable {
    package struct Lot: Hashable, Sendable {
        /// Days since 1970, by Korea's clock.
        package var day: Int64
        /// What is left of what was earned then, more than 0.
        package var points: Int64
    }

    package private(set) var lots: [Lot] = []

    /// Of more days than these the oldest two become one, of the newer day.
    package static let most = 100
    private static let offset = Duration.seconds(9 * 3600)
    private static let dayMilliseconds: Int64 = 86_400_000

    /// Nothing has been noted.
    package init() {}

    /// Korea has no summer time; nights are swept by its clock, too.
    package static func day(of time: Timestamp) -> Int64 { (time + offset).milliseconds / dayMilliseconds }

    package static func start(of day: Int64) -> Timestamp {
        Timestamp(milliseconds: day * dayMilliseconds) - offset
    }

    /// Follows a balance from what it was to what it is since a day. Below 0 there are no points.
    package mutating func follow(from before: Int64, to after: Int64, on day: Int64) {
        settle(at: max(0, before), on: day)
        settle(at: max(0, after), on: day)
    }

    /// Has as many points as there are: what is missing was earned on this day, and of what is too much the oldest
    /// goes.
    private mutating func settle(at points: Int64, on day: Int64) {
        let known = lots.reduce(0) { $0 + $1.points }
        if known < points { earn(points - known, on: day) }
        if known > points { use(known - points) }
    }

    /// No more than a row can say: a balance holds no more, and of what has expired no more can be taken back at once.
    private static func sum(_ one: Int64, _ other: Int64) -> Int64 { min(one + other, Limits.points.upperBound) }

    /// Adds what is of a day.
    mutating func earn(_ points: Int64, on day: Int64) {
        let place = lots.firstIndex { $0.day >= day } ?? lots.count
        if place < lots.count, lots[place].day == day {
            lots[place].points = Self.sum(lots[place].points, points)
        } else {
            lots.insert(Lot(day: day, points: points), at: place)
        }
        guard lots.count > Self.most else { return }
        lots[1].points = Self.sum(lots[0].points, lots[1].points)
        lots.removeFirst()
    }

    private mutating func use(_ points: Int64) {
        var left = points
        while left > 0, let oldest = lots.first {
            guard oldest.points <= left else {
                lots[0].points -= left
                return
            }
            left -= oldest.points
            lots.removeFirst()
        }
    }

    /// Takes points of a day and of those behind it, the oldest ones first, as far as there are any.
    /// - Returns: what was taken, by the day.
    mutating func use(_ points: Int64, since day: Int64) -> [Lot] {
        var (used, left): ([Lot], Int64) = ([], points)
        while left > 0, let place = lots.firstIndex(where: { $0.day >= day }) {
            let part = min(left, lots[place].points)
            used.append(Lot(day: lots[place].day, points: part))
            left -= part
            if part == lots[place].points { lots.remove(at: place) } else { lots[place].points -= part }
        }
        return used
    }

    /// What was earned before a day.
    package func points(before day: Int64) -> Int64 { lots.prefix { $0.day < day }.reduce(0) { $0 + $1.points } }

    /// What is of days before this one is not known any more.
    mutating func forget(before day: Int64) { lots.removeAll { $0.day < day } }

    /// Up to behind all times that records may have.
    static let days = 0...day(of: .last)

    /// - Parameters:
    ///   - on: the field with the days; without it there is nothing.
    ///   - points: that with the points of each.
    init(_ fields: borrowing Fields, on days: StaticString, _ points: StaticString) throws(JSONError) {
        if fields.has(days) { lots = try Self.lots(fields, days, points, atMost: Self.most) }
    }

    /// Two lists of the same length, the days in their order.
    static func lots(
        _ fields: borrowing Fields, _ on: StaticString, _ of: StaticString, atMost limit: Int
    ) throws(JSONError) -> [Lot] {
        var lots: [Lot] = []
        let days = try fields.numbers(on, in: Self.days, atMost: limit)
        let points = try fields.numbers(of, in: 1...Limits.points.upperBound, atMost: limit)
        guard days.count == points.count else {
            throw JSONError(field: of.description, .outOfRange, found: "has another length than \(on)")
        }
        for (day, points) in zip(days, points) {
            guard let day, let points, day > lots.last?.day ?? -1 else {
                throw JSONError(field: on.description, .outOfRange, found: "is not in order, or has a gap")
            }
            lots.append(Lot(day: day, points: points))
        }
        return lots
    }

    func write(_ json: inout JSONWriter, on days: StaticString, _ points: StaticString) {
        guard !lots.isEmpty else { return }
        json.field(days, lots.map(\.day))
        json.field(points, lots.map(\.points))
    }
}
