package import JSON

/// What a customer's meter counted in one quarter hour.
package struct MeterReading: Message {
    package static let type: MessageType = "MeterReading"
    package var user: UserID
    /// The start of the quarter hour.
    package var startsAt: Timestamp
    /// Of a Wh.
    package var tenths: Int64

    package init(user: UserID, startsAt: Timestamp, tenths: Int64) {
        (self.user, self.startsAt, self.tenths) = (user, startsAt, tenths)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.clean("userId")
        startsAt = try fields.required("startsAt")
        if let minutes = try fields.intervalMin(), minutes != 15 {
            throw JSONError(
                field: "intervalMin", .outOfRange,
                found: "is \(minutes): a value of \(minutes) min is never taken for one of 15"
                    + (minutes == 5 ? "; MeterReadings takes three of 5 min for each quarter hour" : ""))
        }
        tenths = try fields.required("wh", decimals: 1, in: Limits.quarterTenths)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("startsAt", startsAt)
        json.field("wh", tenths: tenths)
    }
}

/// Quarter hours in a row, a meter's whole day for example; null where there is no reading.
package struct MeterReadings: Message {
    package static let type: MessageType = "MeterReadings"
    package var user: UserID
    /// The start of the first quarter hour.
    package var startsAt: Timestamp
    /// Of a Wh.
    package var tenths: [Int64?]

    package init(user: UserID, startsAt: Timestamp, tenths: [Int64?]) {
        (self.user, self.startsAt, self.tenths) = (user, startsAt, tenths)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.clean("userId")
        startsAt = try fields.required("startsAt")
        let minutes = try fields.intervalMin() ?? 15
        guard minutes <= 15 else {
            throw JSONError(
                field: "intervalMin", .outOfRange,
                found: "is \(minutes): a value of \(minutes) min is never taken for quarter hours")
        }
        tenths = try fields.numbers("wh", decimals: 1, in: Limits.quarterTenths, atMost: Limits.readings)
        if minutes == 5 { tenths = try Self.quarters(tenths) }
        if tenths.isEmpty {
            throw JSONError(field: "wh", .empty, found: "is empty: write 1 to \(Limits.readings) readings")
        }
    }

    /// The sums of three each, exactly; one with a gap is a gap.
    private static func quarters(_ tenths: [Int64?]) throws(JSONError) -> [Int64?] {
        guard tenths.count.isMultiple(of: 3) else {
            throw JSONError(
                field: "wh", .outOfRange,
                found: "has \(tenths.count) values of 5 min, which are no whole quarter hours: write three for each")
        }
        var quarters: [Int64?] = []
        for first in stride(from: 0, to: tenths.count, by: 3) {
            var sum: Int64? = 0
            for value in tenths[first..<first + 3] { sum = sum.flatMap { sum in value.map { sum + $0 } } }
            if let sum, !Limits.quarterTenths.contains(sum) {
                throw JSONError(
                    field: "wh", .outOfRange,
                    found: "has a quarter hour of more than \(Limits.quarterTenths.upperBound / 10) Wh")
            }
            quarters.append(sum)
        }
        return quarters
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("startsAt", startsAt)
        json.field("wh", tenths: tenths)
    }
}

extension Fields {
    /// Minutes that each value is of; nil where nothing is said, which means 15.
    fileprivate func intervalMin() throws(JSONError) -> Int64? {
        guard has("intervalMin") else { return nil }
        let minutes = try required("intervalMin", in: 1...1440) as Int64
        guard [5, 15, 30, 60].contains(minutes) else {
            throw JSONError(field: "intervalMin", .outOfRange, found: "is \(minutes): write 5 or 15")
        }
        return minutes
    }
}

extension JSONWriter {
    /// Wh in tenths; without decimals where there are none.
    package mutating func field(_ name: StaticString, tenths value: Int64) {
        if value.isMultiple(of: 10) { field(name, value / 10) } else { field(name, value, decimals: 1) }
    }

    /// The same of several; nil is null.
    package mutating func field(_ name: StaticString, tenths values: [Int64?]) {
        if values.allSatisfy({ $0?.isMultiple(of: 10) ?? true }) {
            field(name, values.map { $0.map { $0 / 10 } })
        } else {
            field(name, values, decimals: 1)
        }
    }
}
