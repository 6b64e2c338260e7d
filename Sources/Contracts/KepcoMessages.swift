package import JSON

/// What a customer's meter counted in one quarter hour.
package struct MeterReading: Message {
    package static let type: MessageType = "MeterReading"
    package var user: UserID
    /// The start of the quarter hour.
    package var startsAt: Timestamp
    package var wh: Int64

    package init(user: UserID, startsAt: Timestamp, wh: Int64) {
        (self.user, self.startsAt, self.wh) = (user, startsAt, wh)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.clean("userId")
        startsAt = try fields.required("startsAt")
        wh = try fields.required("wh", in: Limits.quarterWh)
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("startsAt", startsAt)
        json.field("wh", wh)
    }
}

/// Quarter hours in a row, a meter's whole day for example; null where there is no reading.
package struct MeterReadings: Message {
    package static let type: MessageType = "MeterReadings"
    package var user: UserID
    /// The start of the first quarter hour.
    package var startsAt: Timestamp
    package var wh: [Int64?]

    package init(user: UserID, startsAt: Timestamp, wh: [Int64?]) {
        (self.user, self.startsAt, self.wh) = (user, startsAt, wh)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.clean("userId")
        startsAt = try fields.required("startsAt")
        wh = try fields.numbers("wh", in: Limits.quarterWh, atMost: Limits.readings)
        if wh.isEmpty {
            throw JSONError(field: "wh", .empty, found: "is empty: write 1 to \(Limits.readings) readings")
        }
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("startsAt", startsAt)
        json.field("wh", wh)
    }
}
