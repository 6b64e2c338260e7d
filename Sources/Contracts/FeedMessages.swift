package import JSON

/// Has a customer's meters read from now on, as whoever runs them knows them.
package struct RegisterMeter: Message {
    package static let type: MessageType = "RegisterMeter"
    package static var hints: [String: String]? {
        let number = "1 to \(numberLimit) visible characters of ASCII"
        return [
            "customerNumber": number, "meters": number, "consentFrom": "a time as 2026-11-21T00:00:00+09:00",
        ]
    }
    /// Meters of one customer.
    package static let meterLimit = 20
    /// Characters of a customer's or a meter's number.
    package static let numberLimit = 40

    package var user: UserID
    /// What the utility calls the customer.
    package var customerNumber: String
    /// Those of the customer's meters that count; none: all of them.
    package var meters: [String]
    /// Nothing before it is asked for.
    package var consentFrom: Timestamp

    package init(user: UserID, customerNumber: String, meters: [String] = [], consentFrom: Timestamp) {
        (self.user, self.customerNumber) = (user, customerNumber)
        (self.meters, self.consentFrom) = (meters, consentFrom)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.clean("userId")
        customerNumber = try fields.meterNumber("customerNumber")
        meters = try fields.meters("meters")
        consentFrom = try fields.required("consentFrom")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("customerNumber", customerNumber)
        if !meters.isEmpty { json.field("meters", meters) }
        json.field("consentFrom", consentFrom)
    }
}

/// The customer's meters are not read any more, and what was known of them is forgotten.
package struct RevokeMeter: Message {
    package static let type: MessageType = "RevokeMeter"
    package static let hints: [String: String]? = [:]
    package var user: UserID

    package init(user: UserID) { self.user = user }
    package init(_ fields: borrowing Fields) throws(JSONError) { user = try fields.required("userId") }
    package func write(_ json: inout JSONWriter) { json.field("userId", user) }
}

/// A customer's meters are read from here on. It says nothing of their numbers.
package struct MeterRegistered: Message {
    package static let type: MessageType = "MeterRegistered"
    package var user: UserID
    package var consentFrom: Timestamp

    package init(user: UserID, consentFrom: Timestamp) { (self.user, self.consentFrom) = (user, consentFrom) }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("userId")
        consentFrom = try fields.required("consentFrom")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("consentFrom", consentFrom)
    }
}

/// A customer's meters are read no more.
package struct MeterRevoked: Message {
    package static let type: MessageType = "MeterRevoked"
    package var user: UserID

    package init(user: UserID) { self.user = user }
    package init(_ fields: borrowing Fields) throws(JSONError) { user = try fields.required("userId") }
    package func write(_ json: inout JSONWriter) { json.field("userId", user) }
}

/// What a call to the utility has come to: feed tells itself.
package struct MeterAnswered: Message {
    package static let type: MessageType = "MeterAnswered"

    /// What the utility said.
    package enum Outcome: String, Sendable, CaseIterable {
        /// Readings of the day, some of which may be missing yet.
        case day
        /// It has none of this day yet.
        case none
        /// It could not be asked: it may be another time.
        case unavailable
        /// It does not know the customer, or may not say anything of him.
        case refused
    }

    package var user: UserID
    /// Which call it was: an earlier one says nothing any more.
    package var attempt: Int64
    package var outcome: Outcome
    /// Of a Wh, of the day's quarter hours; empty but for a day.
    package var tenths: [Int64?]
    /// Why there are none, in words.
    package var reason: String?

    package init(user: UserID, attempt: Int64, outcome: Outcome, tenths: [Int64?] = [], reason: String? = nil) {
        (self.user, self.attempt, self.outcome) = (user, attempt, outcome)
        (self.tenths, self.reason) = (tenths, reason)
    }

    package init(_ fields: borrowing Fields) throws(JSONError) {
        user = try fields.required("userId")
        attempt = try fields.required("attempt", in: 0...Limits.sum.upperBound)
        let word = try fields.string("outcome", atMost: 20)
        guard let outcome = Outcome(rawValue: word) else {
            throw JSONError(
                field: "outcome", .outOfRange, found: "is \(word.shown), not day, none, unavailable or refused")
        }
        self.outcome = outcome
        tenths = outcome == .day ? try fields.numbers("wh", decimals: 1, in: Limits.quarterTenths, atMost: 96) : []
        if outcome == .day, tenths.count != 96 {
            throw JSONError(field: "wh", .outOfRange, found: "has \(tenths.count) readings: a day has 96")
        }
        reason = try fields.optionalText("reason")
    }

    package func write(_ json: inout JSONWriter) {
        json.field("userId", user)
        json.field("attempt", attempt)
        json.field("outcome", outcome.rawValue)
        if outcome == .day { json.field("wh", tenths: tenths) }
        json.field("reason", ifThere: reason)
    }
}

extension Fields {
    /// As the utility writes it: visible characters of ASCII.
    fileprivate func meterNumber(_ name: StaticString) throws(JSONError) -> String {
        let text = try string(name, atMost: RegisterMeter.numberLimit)
        try Self.check(number: text, name)
        return text
    }

    fileprivate func meters(_ name: StaticString) throws(JSONError) -> [String] {
        guard has(name) else { return [] }
        let texts = try identifiers(name, atMost: RegisterMeter.meterLimit)
        for text in texts { try Self.check(number: text, name) }
        return texts
    }

    private static func check(number text: String, _ name: StaticString) throws(JSONError) {
        let limit = RegisterMeter.numberLimit
        if text.isEmpty || text.utf8.count > limit || text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
            throw JSONError(field: name.description, .unfitNumber)
        }
    }
}
