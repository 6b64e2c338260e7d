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
        tenths = try fields.numbers("wh", decimals: 1, in: Limits.quarterTenths, atMost: Limits.readings)
        if tenths.isEmpty {
            throw JSONError(field: "wh", .empty, found: "is empty: write 1 to \(Limits.readings) readings")
        }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("startsAt", startsAt)
        json.field("wh", tenths: tenths)
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
