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

    private mutating func earn(_ points: Int64, on day: Int64) {
        let place = lots.firstIndex { $0.day >= day } ?? lots.count
        if place < lots.count, lots[place].day == day {
            lots[place].points += points
        } else {
            lots.insert(Lot(day: day, points: points), at: place)
        }
        guard lots.count > Self.most else { return }
        lots[1].points += lots[0].points
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

    /// What was earned before a day.
    package func points(before day: Int64) -> Int64 { lots.prefix { $0.day < day }.reduce(0) { $0 + $1.points } }

    init(_ fields: borrowing Fields) throws(JSONError) {
        guard fields.has("earnedOn") else { return }
        let days = try fields.numbers("earnedOn", in: 0...Self.lastDay, atMost: Self.most)
        let points = try fields.numbers("earned", in: 1...Limits.points.upperBound, atMost: Self.most)
        guard days.count == points.count else {
            throw JSONError(field: "earned", .outOfRange, found: "has another length than earnedOn")
        }
        for (day, points) in zip(days, points) {
            guard let day, let points, day > lots.last?.day ?? -1 else {
                throw JSONError(field: "earnedOn", .outOfRange, found: "is not in order, or has a gap")
            }
            lots.append(Lot(day: day, points: points))
        }
    }

    /// Behind all times that records may have.
    private static let lastDay = day(of: .last)

    func write(_ json: inout JSONWriter) {
        guard !lots.isEmpty else { return }
        json.field("earnedOn", lots.map(\.day))
        json.field("earned", lots.map(\.points))
    }
}
