import Contracts
import JSON

/// Fields that both kinds of question have.
enum QuestionFields {
    static func id(_ fields: borrowing Fields) throws -> String {
        fields.has("id") ? try fields.identifier("id", atMost: 200) : ""
    }

    static func day(_ fields: borrowing Fields, _ name: StaticString) throws -> Day {
        let text: String = try fields.required(name)
        guard let day = Day(text) else {
            throw QuestionError("field \"\(name)\" is \(text.shown), no date as 2026-11-20")
        }
        return day
    }

    static func days(_ fields: borrowing Fields, _ name: StaticString) throws -> Set<Day> {
        guard fields.has(name) else { return [] }
        var days: Set<Day> = []
        for text in try fields.strings(name, atMost: QuestionLimits.days) {
            guard let day = Day(text) else { throw QuestionError("in \(name): \(text.shown) is no date as 2026-11-20") }
            days.insert(day)
        }
        return days
    }

    /// Holidays and excluded days.
    static func rules(_ fields: borrowing Fields) throws -> DayRules {
        var rules = DayRules(holidays: try days(fields, "holidays"))
        try NestedFields.objects(fields, "excludedDays", atMost: QuestionLimits.days) { entry in
            rules.excluded.insert(try day(entry, "day"))
        }
        return rules
    }

    /// A customer's readings, which have to be there.
    static func readings(_ fields: borrowing Fields, _ zone: Zone) throws -> Readings {
        guard fields.isThere("readings") else { throw QuestionError("field \"readings\" is missing") }
        var readings = Readings()
        try record(fields, "readings", zone, into: &readings)
        return readings
    }

    /// Puts readings where they belong; the last one of a time wins, and null leaves what is there.
    static func record(
        _ fields: borrowing Fields, _ name: String, _ zone: Zone, into readings: inout Readings
    ) throws {
        var left = QuestionLimits.readings
        var found = readings
        readings = Readings()
        try NestedFields.objects(fields, name, atMost: QuestionLimits.batches) { batch in
            let startsAt: Timestamp = try batch.required("startsAt")
            let length = try batch.optional("intervalMin", in: 1...60) ?? 15
            guard Readings.intervals.contains(length) else {
                throw QuestionError("field \"intervalMin\" is \(length): write \(Readings.intervals)")
            }
            let start = zone.minute(of: startsAt)
            guard start.isMultiple(of: length), startsAt.milliseconds.isMultiple(of: 60_000) else {
                throw QuestionError("field \"startsAt\" is \(startsAt), where no interval of \(length) minutes starts")
            }
            let tenths = try batch.numbers("wh", decimals: 1, in: QuestionLimits.tenths, atMost: left)
            left -= tenths.count
            for (position, tenths) in tenths.enumerated() {
                if let tenths { found.record(tenths, at: start + Int64(position) * length, length: length) }
            }
        }
        readings = found
    }
}
