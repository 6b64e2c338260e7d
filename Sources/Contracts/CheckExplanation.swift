package import JSON

/// What the figures of a check came from, beside its method, its reference days and its quarter hours.
package struct CheckExplanation: Sendable, Hashable {
    /// How many days are named: ten reference days need some five weekend days, and a customer's first order has as
    /// many days without readings as are looked at.
    package static let mostDays = 60
    /// No walk over days goes further.
    private static let furthest: ClosedRange<Int64> = 0...1000

    /// The order, as it was when it was checked.
    package var startsAt: Timestamp
    package var endsAt: Timestamp
    /// Days that were looked at and not averaged, newest first.
    package var notUsed: [DayNotUsed]
    /// How many older ones there are beyond those that are named.
    package var moreNotUsed: Int64
    /// What a missing reading of a reference day means, and one of the order, as a method has it: "leaveOut".
    package var gapOfReference: String
    package var gapOfOrder: String
    /// Where parts of the order are compared with days of their own: the parts, in their order. Else it is empty, as it
    /// is where these are more than an event holds.
    package var parts: [Part]
    /// nil where the method has none.
    package var adjustment: CheckAdjustment?
    /// Fields and elements of all parts together: an event has 8000 at the most, and quarter hours beside them.
    private static let mostOfParts = 4000

    /// A part of the order, up to the next one's start, and the days that were averaged for it, newest first.
    package struct Part: Sendable, Hashable {
        package var startsAt: Timestamp
        package var days: [String]

        package init(startsAt: Timestamp, days: [String]) { (self.startsAt, self.days) = (startsAt, days) }
    }

    /// Names the newest of the days.
    package init(
        startsAt: Timestamp, endsAt: Timestamp, notUsed: [DayNotUsed], gapOfReference: String, gapOfOrder: String,
        parts: [Part] = [], adjustment: CheckAdjustment? = nil
    ) {
        self.parts = parts.reduce(0) { $0 + 3 + $1.days.count } <= Self.mostOfParts ? parts : []
        (self.startsAt, self.endsAt) = (startsAt, endsAt)
        self.notUsed = Array(notUsed.prefix(Self.mostDays))
        moreNotUsed = Int64(notUsed.count - self.notUsed.count)
        (self.gapOfReference, self.gapOfOrder) = (gapOfReference, gapOfOrder)
        self.adjustment = adjustment
    }

    /// nil where the check has none: it comes from an earlier version, or was done without readings.
    init?(_ fields: borrowing Fields) throws(JSONError) {
        let startsAt: Timestamp? = try fields.optional("startsAt")
        let endsAt: Timestamp? = try fields.optional("endsAt")
        notUsed = try DayNotUsed.read(fields, "notUsed", atMost: Self.mostDays)
        moreNotUsed = try fields.optional("moreNotUsed", in: Self.furthest) ?? 0
        let gapOfReference = try fields.optionalText("gapOfReference", atMost: 50)
        let gapOfOrder = try fields.optionalText("gapOfOrder", atMost: 50)
        parts = try Part.read(fields, "parts")
        adjustment = try CheckAdjustment(fields)
        guard let startsAt, let endsAt, let gapOfReference, let gapOfOrder else { return nil }
        (self.startsAt, self.endsAt) = (startsAt, endsAt)
        (self.gapOfReference, self.gapOfOrder) = (gapOfReference, gapOfOrder)
    }

    func write(_ json: inout JSONWriter) {
        json.field("startsAt", startsAt)
        json.field("endsAt", endsAt)
        json.field("notUsed", notUsed)
        if moreNotUsed > 0 { json.field("moreNotUsed", moreNotUsed) }
        json.field("gapOfReference", gapOfReference)
        json.field("gapOfOrder", gapOfOrder)
        adjustment?.write(&json)
        guard !parts.isEmpty else { return }
        json.field("parts", objects: parts.count) { json, position in
            json.field("startsAt", parts[position].startsAt)
            json.field("days", parts[position].days)
        }
    }
}

extension CheckExplanation.Part {
    /// No method averages more days.
    private static let mostDays = 20

    static func read(_ fields: borrowing Fields, _ name: StaticString) throws(JSONError) -> [Self] {
        guard fields.has(name) else { return [] }
        return try fields.elements(name, atMost: Limits.readings) { fields throws(JSONError) in
            Self(startsAt: try fields.required("startsAt"), days: try fields.strings("days", atMost: mostDays))
        }
    }
}

/// A day that is not averaged, as 2026-11-20, and why.
package struct DayNotUsed: Sendable, Hashable {
    package var day: String
    package var why: String

    package init(day: String, why: String) { (self.day, self.why) = (day, why) }

    static func read(_ fields: borrowing Fields, _ name: StaticString, atMost limit: Int) throws(JSONError) -> [Self] {
        guard fields.has(name) else { return [] }
        return try fields.elements(name, atMost: limit) { fields throws(JSONError) in
            Self(day: try fields.text("day", atMost: 50), why: try fields.text("why", atMost: 50))
        }
    }
}

extension JSONWriter {
    /// Days that are not averaged.
    package mutating func field(_ name: StaticString, _ days: [DayNotUsed]) {
        field(name, objects: days.count) { json, position in
            json.field("day", days[position].day)
            json.field("why", days[position].why)
        }
    }
}
